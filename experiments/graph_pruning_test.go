package experiments_test

import (
	"errors"
	"fmt"
	"testing"

	"espalier/data"
	"espalier/experiments"
)

// smoke runs an experiment at its smoke scale and returns the mean of a metric by
// method and level.
func smoke(t *testing.T, name, metric string, set map[string]string) map[string]float64 {
	t.Helper()
	plan, err := experiments.NewPlan(experiments.Request{Experiment: name, Set: set})
	if err != nil {
		t.Fatal(err)
	}
	results, err := experiments.Runner{Store: experiments.OpenStore(t.TempDir())}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	means := make(map[string]float64)
	for _, s := range experiments.Summarise(experiments.Rows(results)) {
		means[fmt.Sprintf("%s %d", s.Method, s.Level)] = float64(s.Metrics[metric].Mean)
	}
	return means
}

func TestCosparsifySmoke(t *testing.T) {
	accuracy := smoke(t, "cgp/cosparsify", experiments.TestAccuracy, nil)
	if len(accuracy) != 4 || accuracy["dense 0"] < .7 || accuracy["edges 0"] > accuracy["dense 0"] {
		t.Errorf("test accuracies %v", accuracy)
	}
}

func TestGraphTicketsSmoke(t *testing.T) {
	left := smoke(t, "cgp/tickets", "edges_left", nil)
	for _, method := range []string{"tickets", "random"} {
		for level, want := range []float64{1, .8, .64} {
			if got := left[fmt.Sprintf("%s %d", method, level)]; got < want-.001 || got > want+.001 {
				t.Errorf("%s has %v of the edges left after round %d, want %v", method, got, level, want)
			}
		}
	}
}

func TestEarlyBirdSmoke(t *testing.T) {
	found := smoke(t, "cgp/earlybird", "found_epoch", nil)
	if found["late 0"] != 30 || found["graph 0"] > found["late 0"] || found["joint 0"] > found["late 0"] {
		t.Errorf("found at %v", found)
	}
}

func TestSparseTrainingSmoke(t *testing.T) {
	taken := smoke(t, "cgp/sparsetraining", "operations", map[string]string{"epochs": "30"})
	if taken["dense 0"] != 1 || taken["set 0"] > .11 || !(taken["rigl 0"] > taken["set 0"] && taken["slr 0"] > taken["rigl 0"]) {
		t.Errorf("operations %v", taken)
	}
}

// The paper scale of co-sparsification is the authors' grid, and what cannot be read is
// named.
func TestCosparsifyPaperScale(t *testing.T) {
	if testing.Short() {
		t.Skip("not running 56,160 cells, which takes seconds, and minutes under the race detector: -short is set")
	}
	plan, err := experiments.NewPlan(experiments.Request{Experiment: "cgp/cosparsify", Scale: experiments.Paper})
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Cells) != 56160 {
		t.Errorf("%d runs, want 4·13·4·10·27", len(plan.Cells))
	}
	for _, cell := range plan.Cells {
		if cell.Desc.Data != "wisconsin" {
			continue
		}
		var missing *data.MissingError
		if _, err := cell.Run(t.Context(), experiments.Work{}); !errors.As(err, &missing) || missing.Set != "wisconsin" || missing.Home == "" {
			t.Errorf("wisconsin: %v", err)
		}
		break
	}
}

func TestGraphPruningUsageErrors(t *testing.T) {
	for _, set := range []map[string]string{
		{"edges": "2"}, {"weights": "0.5,many"}, {"weights": "0"}, {"intervals": "0"}, {"ends": "x"},
		{"data": "nowhere"}, {"networks": "transformer"}, {"methods": "luck"},
	} {
		_, err := experiments.NewPlan(experiments.Request{Experiment: "cgp/cosparsify", Set: set})
		var usage *experiments.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("%v: error %v", set, err)
		}
	}
}

// Lists read what they write, so that a description has one text.
func TestGridsHaveOneText(t *testing.T) {
	for _, texts := range [][2]string{{"0.50, 0.1", "0.5,0.1"}, {"1", "1"}} {
		plan, err := experiments.NewPlan(experiments.Request{Experiment: "cgp/cosparsify", Set: map[string]string{"features": texts[0]}})
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := plan.Cells[0].Desc.Options["features"]; ok != (texts[1] != "1") || ok && got != texts[1] {
			t.Errorf("features %q are written %q", texts[0], got)
		}
	}
}
