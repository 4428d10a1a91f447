package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"espalier/backend"
	"espalier/cmd/espalier/internal/bench"
	"espalier/experiments"
)

type benchCommand struct {
	Prefixes []string `arg:"" optional:"" name:"prefix" help:"Prefixes of benchmarks' names, as in sgemm/ or train/lenet300 (default: all)."`
	Peer     string   `placeholder:"COMMAND" help:"A program to compare with, run in turn: it is given a benchmark's name and prints JSON lines with name and median_ms."`
	Rounds   int      `placeholder:"N" help:"How many times each program times each benchmark (with --peer; default: 3)."`
}

// Run measures the benchmarks one after another.
func (c benchCommand) Run(t *terminal) error {
	if c.Rounds != 0 && c.Peer == "" {
		return &experiments.UsageError{Message: "--rounds is for --peer"}
	}
	tuning := t.openTuning()
	cases, err := bench.Select(c.Prefixes, tuning.Tuning)
	if err != nil {
		return &experiments.UsageError{Message: err.Error()}
	}
	chosen, err := backend.New(t.Backend)
	if err != nil {
		return err
	}
	if c.Peer != "" {
		c.Rounds = cmp.Or(c.Rounds, 3)
		return c.compare(t, chosen, cases)
	}
	fmt.Fprintf(t.err, "backend %s; %s\n", chosen, experiments.ThisProcessor().Model)
	for _, benchmark := range cases {
		measured, err := benchmark.Measure(t, chosen.Backend)
		if err != nil {
			return err
		}
		tuning.keep()
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

// compare times each case in a process of this program and in one of the peer.
func (c benchCommand) compare(t *terminal, chosen *backend.Choice, cases []bench.Case) error {
	theirs := bench.Program{Command: strings.Fields(c.Peer)}
	if len(theirs.Command) == 0 {
		return &experiments.UsageError{Message: fmt.Sprintf("--peer %q: name a program", c.Peer)}
	}
	if _, err := exec.LookPath(theirs.Command[0]); err != nil {
		return &experiments.UsageError{Message: fmt.Sprintf("--peer %s: %v", c.Peer, err)}
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("this program, to run it again: %w", err)
	}
	ours := bench.Program{
		Command:     []string{program, "bench", "--json"},
		Environment: []string{"ESPALIER_BACKEND=" + t.Backend, "ESPALIER_DATA=" + t.DataFolder},
	}
	var peer string
	if !t.JSON {
		fmt.Fprintln(t.out, bench.ComparisonHeader)
	}
	for _, benchmark := range cases {
		theirs.Case, theirs.Environment = benchmark.PeerName, nil
		if benchmark.PeerThreads > 0 {
			theirs.Environment = []string{fmt.Sprintf("OMP_NUM_THREADS=%d", benchmark.PeerThreads)}
		}
		compared, err := bench.Compare(t, ours, theirs, benchmark.Name, c.Rounds)
		if errors.Is(err, bench.ErrNoTime) {
			fmt.Fprintf(t.err, "%s: left out: %v\n", benchmark.Name, err)
			continue
		}
		if err != nil {
			return err
		}
		peer = compared.Peer
		if t.JSON {
			err = printJSON(t.out, compared)
		} else {
			_, err = fmt.Fprintln(t.out, compared)
		}
		if err != nil {
			return err
		}
	}
	if t.JSON {
		return nil
	}
	processor := experiments.ThisProcessor()
	_, err = fmt.Fprintf(t.out, "\nMedians of %d rounds in turn, each a process of its own. Ours: backend %s, %s, commit %s. Theirs: %s. %s, %d cores.\n",
		c.Rounds, chosen, runtime.Version(), experiments.BuiltFrom().Short(), peer, processor.Model, processor.Cores)
	return err
}
