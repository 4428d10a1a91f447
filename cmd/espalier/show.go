package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"espalier/experiments"
)

type showCommand struct {
	Name    string `arg:"" name:"name|cell" help:"An experiment, or a cell's digest or the first characters of it."`
	Compile bool   `help:"Print how the trained network of a cell's level is computed with its zeros left out: the times measured on this machine, and the form of each layer."`
	Level   *int   `placeholder:"N" help:"The level (with --compile; default: the only one)."`
	Batch   int    `placeholder:"N" help:"Images computed at a time (with --compile; default: as many as the cell is timed with, or 64)."`
}

// Run shows an experiment or a cell.
func (c showCommand) Run(t *terminal) error {
	switch {
	case c.Compile:
		return c.compile(t)
	case c.Level != nil || c.Batch != 0:
		return &experiments.UsageError{Message: "--level and --batch are for --compile; without it all levels are shown"}
	case isDigest(c.Name):
		return showCell(t, c.Name)
	}
	e, err := experiments.Find(c.Name)
	if err != nil {
		return err
	}
	return showExperiment(t, e)
}

// compile shows how the network of a cell is computed fastest.
func (c showCommand) compile(t *terminal) error {
	if !isDigest(c.Name) {
		return &experiments.UsageError{Message: "--compile: name a cell by its digest, which `espalier table --format json` prints"}
	}
	result, err := t.result(c.Name)
	if err != nil {
		return err
	}
	ticket, err := t.ticket(result, c.Level)
	if err != nil {
		return err
	}
	return t.compile(ticket.Network, ticket.Weights, ticket.Mask, cmp.Or(c.Batch, ticket.TimedBatch()))
}

// shownField is a hyper-parameter as `show NAME --json` writes it.
type shownField struct {
	Name    string `json:"name"`
	Help    string `json:"help"`
	Expects string `json:"expects"`
	Default string `json:"default"`
	// Plan marks those that choose cells and are no part of what a cell is.
	Plan   bool                         `json:"plan,omitempty"`
	Scales map[experiments.Scale]string `json:"scales"`
}

func showExperiment(t *terminal, e *experiments.Experiment) error {
	entry, err := list(e)
	if err != nil {
		return err
	}
	fields, err := shownFields(e)
	if err != nil {
		return err
	}
	if t.JSON {
		return printJSON(t.out, struct {
			listed
			Fields []shownField `json:"hyper_parameters"`
		}{entry, fields})
	}
	fmt.Fprintf(t.out, "%s\n%s%s\nmethods\n", entry.Name, wrapped(entry.Question, "  ", 80), wrapped(entry.Paper, "  ", 80))
	var rows []string
	for _, method := range e.Methods {
		rows = append(rows, "  "+method.Name+"\t"+method.Help)
	}
	rows = append(rows, "", "scales")
	rows = append(rows, scaleRows(entry.Scales)...)
	rows = append(rows, "", "hyper-parameters, for --set")
	rows = append(rows, fieldRows(fields)...)
	rows = append(rows, "", "what is run, for --set")
	rows = append(rows, planRows(fields)...)
	for _, block := range splitBlocks(rows) {
		if err := printColumns(t.out, block...); err != nil {
			return err
		}
	}
	return nil
}

// splitBlocks cuts rows behind those that have no columns, which would set the
// widths of others.
func splitBlocks(rows []string) [][]string {
	var blocks [][]string
	for i, row := range rows {
		if i == 0 || !strings.Contains(row, "\t") || !strings.Contains(rows[i-1], "\t") {
			blocks = append(blocks, nil)
		}
		blocks[len(blocks)-1] = append(blocks[len(blocks)-1], row)
	}
	return blocks
}

func shownFields(e *experiments.Experiment) ([]shownField, error) {
	options := e.Options()
	if err := experiments.Reset(options); err != nil {
		return nil, err
	}
	fields, err := settable(options)
	if err != nil {
		return nil, err
	}
	shown := make([]shownField, len(fields))
	for i, field := range fields {
		shown[i] = shownField{
			Name: field.Name, Help: field.Help, Expects: field.Expects(), Default: field.Text(),
			Plan: field.OfPlan(), Scales: make(map[experiments.Scale]string),
		}
	}
	for scale := range e.Presets {
		setting, err := e.Setting(scale, 0, nil)
		if err != nil {
			return nil, err
		}
		set, err := settable(setting.Options)
		if err != nil {
			return nil, err
		}
		for i, field := range set {
			shown[i].Scales[scale] = field.Text()
		}
	}
	return shown, nil
}

// settable are the hyper-parameters that --set takes.
func settable(options any) ([]experiments.Field, error) {
	fields, err := experiments.Fields(options)
	return slices.DeleteFunc(fields, func(f experiments.Field) bool { return f.SetBy() != "" }), err
}

func fieldRows(fields []shownField) []string {
	header := "  name"
	for _, scale := range experiments.Scales() {
		header += "\t" + string(scale)
	}
	rows := []string{header}
	for _, field := range fields {
		if field.Plan {
			continue
		}
		row := "  " + field.Name
		for _, scale := range experiments.Scales() {
			row += "\t" + field.Scales[scale]
		}
		rows = append(rows, row+"\t"+field.meaning())
	}
	return rows
}

// meaning is the help, with the values to choose from if there are few.
func (f shownField) meaning() string {
	if strings.HasPrefix(f.Expects, "one of ") {
		return f.Help + " O" + strings.TrimPrefix(f.Expects, "o") + "."
	}
	return f.Help
}

// planRows are the hyper-parameters that choose cells. Their values are lists, so
// each scale has a line.
func planRows(fields []shownField) []string {
	var rows []string
	for _, field := range fields {
		if !field.Plan {
			continue
		}
		rows = append(rows, "  "+field.Name+"\t\t"+field.meaning())
		for _, scale := range experiments.Scales() {
			rows = append(rows, "\t"+string(scale)+"\t"+field.Scales[scale])
		}
	}
	return rows
}

func showCell(t *terminal, prefix string) error {
	result, err := t.result(prefix)
	if err != nil {
		return err
	}
	if t.JSON {
		return printJSON(t.out, result.Rows()...)
	}
	if err := printColumns(t.out, cellRows(t.store(), result)...); err != nil {
		return err
	}
	fmt.Fprintln(t.out)
	return printColumns(t.out, measurementRows(result)...)
}

// cellRows are the description and the provenance of a cell.
func cellRows(store *experiments.Store, r *experiments.Result) []string {
	d, p := r.Desc, r.Provenance
	rows := []string{
		"cell\t" + d.Digest(), "folder\t" + store.CellFolder(d),
		"experiment\t" + d.Experiment, "scale\t" + string(d.Scale), "data\t" + d.Data, "network\t" + d.Network,
		"method\t" + d.Method, fmt.Sprintf("seed\t%d", d.Seed),
	}
	for _, name := range slices.Sorted(maps.Keys(d.Options)) {
		rows = append(rows, name+"\t"+d.Options[name])
	}
	source := p.Commit + " (clean)"
	if !p.Clean {
		source = p.Commit + " with changes, " + p.Difference
	}
	rows = append(rows, "commit\t"+source, "go\t"+strings.TrimSpace(p.Go+" "+p.GoExperiment),
		"backend\t"+p.Backend+" ("+p.BackendVersion+")",
		fmt.Sprintf("processor\t%s, %d cores, %s", p.Processor.Model, p.Processor.Cores, strings.Join(p.Processor.Features, " ")))
	for _, name := range slices.Sorted(maps.Keys(p.DataDigests)) {
		rows = append(rows, "data "+name+"\t"+p.DataDigests[name])
	}
	processes := "one process"
	if p.Processes != 1 {
		processes = fmt.Sprintf("%d processes", p.Processes)
	}
	return append(rows, fmt.Sprintf("wall time\t%.1f s in %s", p.WallSeconds, processes))
}

// measurementRows are the cell's metrics, a column for each.
func measurementRows(r *experiments.Result) []string {
	names := make(map[string]bool)
	for _, m := range r.Measurements {
		for name := range m.Metrics {
			names[name] = true
		}
	}
	columns := slices.Sorted(maps.Keys(names))
	rows := []string{"level\t" + strings.Join(columns, "\t")}
	for _, m := range r.Measurements {
		row := fmt.Sprint(m.Level)
		for _, name := range columns {
			if value, ok := m.Metrics[name]; ok {
				row += fmt.Sprintf("\t%.6g", float64(value))
			} else {
				row += "\t–"
			}
		}
		rows = append(rows, row)
	}
	return rows
}
