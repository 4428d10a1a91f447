package main

import (
	"errors"
	"fmt"
	"strings"

	"espalier/experiments"
	"espalier/internal/numerals"
	"espalier/nn"
	"espalier/nn/export"
)

type exportCommand struct {
	Name   string   `arg:"" name:"name|cell" help:"An experiment, as in lth/tickets, or a cell's digest or the first characters of it."`
	Scale  string   `placeholder:"SCALE" help:"The result's scale: smoke, bench or paper."`
	Set    []string `sep:"none" placeholder:"FIELD=VALUE" help:"Choose the result by a hyper-parameter, data, network, method or seed. May be repeated."`
	Level  *int     `placeholder:"N" help:"The level, as espalier show CELL counts them (default: the only one)."`
	Shrink bool     `help:"Remove the channels that the mask leaves unused, which does not change what the network computes."`
	Output string   `short:"o" required:"" placeholder:"FILE" help:"The file to write: FILE.onnx, .safetensors or .npz."`
}

// Run writes the trained network of a result with its mask and where it comes from.
func (c exportCommand) Run(t *terminal) error {
	if err := checkEnding(c.Output); err != nil {
		return err
	}
	result, err := c.result(t)
	if err != nil {
		return err
	}
	ticket, err := t.ticket(result, c.Level)
	if err != nil {
		return err
	}
	if c.Shrink {
		if ticket, err = ticket.Shrink(); err != nil {
			return err
		}
	}
	if err := ticket.Export(c.Output); err != nil {
		return err
	}
	return t.tellWritten(c.Output, fmt.Sprintf("%s, level %d", ticket.Desc, ticket.Level), ticket.Network)
}

// result is the only result that is meant.
func (c exportCommand) result(t *terminal) (*experiments.Result, error) {
	if isDigest(c.Name) {
		if c.Scale != "" || len(c.Set) > 0 {
			return nil, &experiments.UsageError{Message: "--scale and --set choose among an experiment's results: a digest is enough"}
		}
		return t.result(c.Name)
	}
	e, err := experiments.Find(c.Name)
	if err != nil {
		return nil, err
	}
	if err := e.KeepsWeights(); err != nil {
		return nil, err
	}
	results, err := selection{Name: c.Name, Scale: c.Scale, Set: c.Set}.results(t)
	if err != nil {
		return nil, err
	}
	return experiments.One(results)
}

// isDigest reports whether a name is a cell's digest or its beginning; an experiment's
// has a slash.
func isDigest(name string) bool { return name != "" && strings.Trim(name, "0123456789abcdef") == "" }

// result is that of the cell whose digest begins with a prefix.
func (t *terminal) result(prefix string) (*experiments.Result, error) {
	store := t.store()
	desc, err := store.Find(prefix)
	if err != nil {
		return nil, err
	}
	result, err := store.Result(desc)
	if errors.Is(err, experiments.ErrNotFinished) {
		return nil, fmt.Errorf("cell %.12s (%s) is not finished: run `espalier run %s --scale %s` to go on",
			desc.Digest(), desc, desc.Experiment, desc.Scale)
	}
	return result, err
}

// ticket is the trained network of a result's level, of the only one where none is named.
func (t *terminal) ticket(result *experiments.Result, level *int) (*experiments.Ticket, error) {
	if level != nil {
		return t.store().Ticket(result.Desc, *level)
	}
	levels := make([]string, len(result.Measurements))
	for i, m := range result.Measurements {
		levels[i] = fmt.Sprint(m.Level)
	}
	if len(levels) != 1 {
		return nil, &experiments.UsageError{Message: fmt.Sprintf("%s has %d levels; choose one by --level: %s", result.Desc, len(levels), strings.Join(levels, ", "))}
	}
	return t.store().Ticket(result.Desc, result.Measurements[0].Level)
}

// checkEnding refuses a file whose name says no format.
func checkEnding(file string) error {
	if err := export.CheckEnding(file); err != nil {
		return &experiments.UsageError{Message: err.Error()}
	}
	return nil
}

// tellWritten says what was exported.
func (t *terminal) tellWritten(file, what string, n *nn.Network) error {
	_, err := fmt.Fprintf(t.err, "%s, %s parameters: %s\n", what, numerals.Count(nn.CostOf(n, nil).Parameters), file)
	return err
}
