package experiments_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// What cells found is timed after they have run, from what they keep; the results of a
// cell that kept nothing stay untimed.
func TestCosparsifiedIsTimed(t *testing.T) {
	plan, err := experiments.NewPlan(experiments.Request{Experiment: "cgp/cosparsify", Set: map[string]string{
		"timed": "true", "methods": "edges,dense", "epochs": "6", "ends": "4", "intervals": "2",
	}})
	if err != nil {
		t.Fatal(err)
	}
	store := experiments.OpenStore(t.TempDir())
	run := func() []experiments.Row {
		results, err := experiments.Runner{Store: store}.Run(t.Context(), plan.Cells)
		if err != nil {
			t.Fatal(err)
		}
		return experiments.Rows(results)
	}
	for _, row := range run() {
		for _, of := range []string{"epoch_", ""} {
			whole, own, faster := row.Metrics[of+"dense_milliseconds"], row.Metrics[of+"milliseconds"], row.Metrics[of+"speedup"]
			if !(whole > 0 && own > 0 && faster > 0) {
				t.Errorf("%s: %s takes %v ms, the whole %v, speed-up %v", row.Method, of, own, whole, faster)
			}
		}
	}
	for _, cell := range plan.Cells {
		folder := store.CellFolder(cell.Desc)
		for _, file := range []string{"remains-00", "durations.json"} {
			if err := os.Remove(filepath.Join(folder, file)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, row := range run() {
		if _, timed := row.Metrics["milliseconds"]; timed {
			t.Errorf("%s is timed without what remains of it", row.Method)
		}
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
	if found["late 0"] != 30 {
		t.Errorf("found at %v", found)
	}
	for _, method := range []string{"graph 0", "joint 0"} {
		if epoch, ok := found[method]; !ok || !(epoch < found["late 0"]) {
			t.Errorf("%s is found at %v, and the last epoch is %v", method, epoch, found["late 0"])
		}
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
		{"ends": "40"}, // of 40 epochs: there is none to choose the result from
	} {
		_, err := experiments.NewPlan(experiments.Request{Experiment: "cgp/cosparsify", Set: set})
		var usage *experiments.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("%v: error %v", set, err)
		}
	}
}

// What a cell takes from a list of its plan cannot be set beside the list, but chooses
// among results.
func TestFieldsOfCellsAreSetByLists(t *testing.T) {
	for name, by := range map[string]string{"rate": "rates", "interval": "intervals", "end": "ends"} {
		_, err := experiments.NewPlan(experiments.Request{Experiment: "cgp/cosparsify", Set: map[string]string{name: "1"}})
		var usage *experiments.UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), name+" is set by "+by) {
			t.Errorf("%s: error %v", name, err)
		}
		_, err = experiments.OpenStore(t.TempDir()).Select(experiments.Selection{Experiment: "cgp/cosparsify", Set: map[string]string{name: "1"}})
		var none *experiments.NoResultsError
		if !errors.As(err, &none) || !strings.Contains(err.Error(), "--set "+by+"=1") {
			t.Errorf("results of %s=1: error %v", name, err)
		}
	}
	for _, e := range experiments.All() {
		fields, err := experiments.Fields(e.Options())
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range fields {
			if field.SetBy() != "" && !slices.ContainsFunc(fields, func(f experiments.Field) bool { return f.Name == field.SetBy() && f.OfPlan() }) {
				t.Errorf("%s: %s is set by %s, which chooses no cells", e.Name, field.Name, field.SetBy())
			}
		}
	}
}

// A rate of regrowth below the paper's floor is one like others.
func TestSmallExchanges(t *testing.T) {
	taken := smoke(t, "cgp/sparsetraining", "operations", map[string]string{"epochs": "4", "every": "1", "exchanged": "0.001", "methods": "set"})
	if !(taken["set 0"] > 0) {
		t.Errorf("operations %v", taken)
	}
}

// A hyper-parameter that may be 0, and is not by default, is taken at its word.
func TestZeroIsZero(t *testing.T) {
	metrics := map[string]string{"cgp/tickets edges": "edges_left", "cgp/tickets weights": "weights_left"} // 1 where nothing is removed
	for _, e := range experiments.All() {
		if !strings.HasPrefix(e.Name, "cgp/") {
			continue
		}
		options := e.Options()
		if err := experiments.Reset(options); err != nil {
			t.Fatal(err)
		}
		fields, err := experiments.Fields(options)
		if err != nil {
			t.Fatal(err)
		}
		for _, field := range fields {
			if !strings.Contains(field.Expects(), "of at least 0") || field.Text() == "0" {
				continue
			}
			metric, ok := metrics[e.Name+" "+field.Name]
			if !ok {
				t.Errorf("%s: what does %s=0 do?", e.Name, field.Name)
				continue
			}
			left := smoke(t, e.Name, metric, map[string]string{field.Name: "0", "methods": "random", "epochs": "2"})
			if len(left) != 3 {
				t.Errorf("%s: levels %v", e.Name, left)
			}
			for level, share := range left {
				if share != 1 {
					t.Errorf("%s: %s=0 leaves %v at %s, want all", e.Name, field.Name, share, level)
				}
			}
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
