package main

import (
	"fmt"

	"espalier/experiments"
	"espalier/internal/numerals"
)

type listCommand struct{}

// listed is an experiment as `list --json` writes it.
type listed struct {
	Name     string        `json:"name"`
	Question string        `json:"question"`
	Paper    string        `json:"paper"`
	Methods  []string      `json:"methods"`
	Scales   []listedScale `json:"scales"`
}

type listedScale struct {
	Scale      experiments.Scale `json:"scale"`
	Seeds      int               `json:"seeds"`
	Cells      int               `json:"cells"`
	Iterations int               `json:"iterations"`
	Minutes    float64           `json:"minutes"`
}

// Run lists the experiments.
func (listCommand) Run(t *terminal) error {
	for i, e := range experiments.All() {
		entry, err := list(e)
		if err != nil {
			return err
		}
		if t.JSON {
			if err := printJSON(t.out, entry); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			fmt.Fprintln(t.out)
		}
		fmt.Fprintf(t.out, "%s\n%s%s\n", entry.Name, wrapped(entry.Question, "  ", 80), wrapped(entry.Paper, "  ", 80))
		if err := printColumns(t.out, scaleRows(entry.Scales)...); err != nil {
			return err
		}
	}
	return nil
}

func list(e *experiments.Experiment) (listed, error) {
	entry := listed{Name: e.Name, Question: e.Question, Paper: e.Paper}
	for _, method := range e.Methods {
		entry.Methods = append(entry.Methods, method.Name)
	}
	for _, scale := range experiments.Scales() {
		if _, ok := e.Presets[scale]; !ok {
			continue
		}
		setting, err := e.Setting(scale, 0, nil)
		if err != nil {
			return listed{}, err
		}
		cost, err := e.Cost(setting)
		if err != nil {
			return listed{}, err
		}
		entry.Scales = append(entry.Scales, listedScale{
			Scale: scale, Seeds: setting.Seeds, Cells: cost.Cells, Iterations: cost.Iterations, Minutes: cost.Minutes,
		})
	}
	return entry, nil
}

func scaleRows(scales []listedScale) []string {
	rows := []string{"  scale\tseeds\tcells\titerations\tabout"}
	for _, s := range scales {
		rows = append(rows, fmt.Sprintf("  %s\t%d\t%s\t%s\t%s", s.Scale, s.Seeds, numerals.Count(s.Cells), numerals.Count(s.Iterations), duration(s.Minutes)))
	}
	return rows
}
