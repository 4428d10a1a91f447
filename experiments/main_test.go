package experiments_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"espalier/experiments"
	"espalier/seed"
)

// helperVariable makes the test program work on cells of the store that it names
// instead of testing.
const helperVariable = "ESPALIER_TEST_STORE"

func TestMain(m *testing.M) {
	if folder := os.Getenv(helperVariable); folder != "" {
		os.Exit(helper(folder, os.Getenv("ESPALIER_TEST_WORK")))
	}
	os.Exit(m.Run())
}

// helper runs one cell, slowly enough for others to come in between, or for ever.
func helper(folder, work string) int {
	cell := noted(filepath.Join(folder, "notes"), desc("helper", 1))
	run := cell.Run
	cell.Run = func(ctx context.Context, w experiments.Work) (experiments.Outcome, error) {
		outcome, err := run(ctx, w)
		if work == "for ever" {
			select {}
		}
		time.Sleep(50 * time.Millisecond)
		return outcome, err
	}
	runner := experiments.Runner{Store: experiments.OpenStore(folder)}
	if _, err := runner.Run(context.Background(), []experiments.Cell{cell}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// desc is a description of nothing that exists.
func desc(method string, number int) experiments.Desc {
	return experiments.Desc{
		Experiment: "lth/tickets", Scale: experiments.Smoke, Data: "digits", Network: "lenet-digits", Method: method,
		Seed: seed.Seed(number),
	}
}

// outcome is what every cell of these tests finds.
func outcome() experiments.Outcome {
	return experiments.Outcome{
		Measurements: []experiments.Measurement{
			{Level: 0, Metrics: experiments.Metrics{experiments.Remaining: 1, experiments.TestAccuracy: 0.95}},
			{Level: 1, Metrics: experiments.Metrics{experiments.Remaining: 0.5, experiments.TestAccuracy: 0.94}},
		},
		Curves: []experiments.Curve{{Level: 0, Columns: map[string][]experiments.Number{
			experiments.Iteration: {10, 20}, experiments.TestAccuracy: {0.9, 0.95},
		}}},
		Data: map[string]string{"digits/train": strings.Repeat("0f", 32)},
	}
}

// noted is a cell that writes a line into a file whenever it is run.
func noted(notes string, d experiments.Desc, needs ...experiments.Desc) experiments.Cell {
	return experiments.Cell{Desc: d, Needs: needs, Run: func(context.Context, experiments.Work) (experiments.Outcome, error) {
		file, err := os.OpenFile(notes, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			return experiments.Outcome{}, err
		}
		defer file.Close()
		if _, err := fmt.Fprintf(file, "%s %d\n", d.Method, d.Seed); err != nil {
			return experiments.Outcome{}, err
		}
		return outcome(), nil
	}}
}

// lines counts the lines of a file; 0 where there is none.
func lines(t *testing.T, path string) int {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return strings.Count(string(content), "\n")
}
