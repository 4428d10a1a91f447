package experiments_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"espalier/experiments"
)

// dense plans cgp/dense at its smoke scale with changes.
func dense(t *testing.T, set map[string]string) *experiments.Plan {
	t.Helper()
	plan, err := experiments.NewPlan(experiments.Request{Experiment: "cgp/dense", Seeds: 2, Set: set})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// The networks that read the graph are better than the one that does not.
func TestDenseSmoke(t *testing.T) {
	results, err := experiments.Runner{Store: experiments.OpenStore(t.TempDir())}.Run(t.Context(), dense(t, nil).Cells)
	if err != nil {
		t.Fatal(err)
	}
	accuracy := make(map[string]float64)
	for _, s := range experiments.Summarise(experiments.Rows(results)) {
		if s.Metrics[experiments.TestAccuracy].Runs != 2 {
			t.Errorf("%s has %d runs", s.Method, s.Metrics[experiments.TestAccuracy].Runs)
		}
		accuracy[s.Method] = float64(s.Metrics[experiments.TestAccuracy].Mean)
	}
	if !(accuracy["gcn"] > 0.75 && accuracy["sgc"] > 0.78 && accuracy["mlp"] < 0.65) {
		t.Errorf("test accuracies on Cora: %v", accuracy)
	}
}

// Data sets that are not there are named, and the others are run.
func TestMissingGraphsStopNoOthers(t *testing.T) {
	plan := dense(t, map[string]string{"data": "cora,citeseer,texas", "methods": "sgc", "epochs": "5"})
	store := experiments.OpenStore(t.TempDir())
	results, err := experiments.Runner{Store: store, Data: t.TempDir(), Workers: 2}.Run(t.Context(), plan.Cells)
	var missing *experiments.MissingDataError
	if !errors.As(err, &missing) || len(missing.Sets) != 2 || strings.Contains(err.Error(), "\n") {
		t.Fatalf("error %v", err)
	}
	for _, want := range []string{"citeseer", "texas", "data get", "--data"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	for i, result := range results {
		if (result != nil) != (plan.Cells[i].Desc.Data == "cora") {
			t.Errorf("cell %s has the result %v", plan.Cells[i].Desc, result)
		}
	}
	rows := experiments.Rows(results)
	if len(rows) != 2 || math.IsNaN(float64(rows[0].Metrics[experiments.TestAccuracy])) {
		t.Errorf("%d rows", len(rows))
	}
}
