package main

import (
	"fmt"

	"espalier/backend"
	"espalier/cmd/espalier/internal/bench"
	"espalier/experiments"
)

type benchCommand struct {
	Prefixes []string `arg:"" optional:"" name:"prefix" help:"Beginnings of names, as in sgemm/ or train/lenet300 (default: all)."`
}

// Run measures the benchmarks one after another.
func (c benchCommand) Run(t *terminal) error {
	cases, err := bench.Select(c.Prefixes)
	if err != nil {
		return &experiments.UsageError{Message: err.Error()}
	}
	chosen, err := backend.New(t.Backend)
	if err != nil {
		return err
	}
	fmt.Fprintf(t.err, "backend %s; %s\n", chosen, experiments.ThisProcessor().Model)
	for _, benchmark := range cases {
		measured, err := benchmark.Measure(t, chosen.Backend)
		if err != nil {
			return err
		}
		if t.JSON {
			err = printJSON(t.out, measured)
		} else {
			_, err = fmt.Fprintln(t.out, measured)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
