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

// A table says which band of the project's own each network is held to, and where its
// mean lies; trainings of another length are held to none.
func TestDenseIsHeldToBands(t *testing.T) {
	rowOf := func(method string, accuracy experiments.Number, options map[string]string) experiments.Row {
		r := row(method, 1, 0, experiments.Metrics{experiments.Remaining: 1, experiments.TestAccuracy: accuracy})
		r.Desc = experiments.Desc{
			Experiment: "cgp/dense", Scale: experiments.Bench, Data: "cora", Network: "backbones", Method: method, Seed: 1, Options: options,
		}
		r.Cell = r.Digest()
		return r
	}
	texts := func(options map[string]string) map[string]string {
		tables, err := experiments.Tables(experiments.Summarise([]experiments.Row{
			rowOf("gcn", .815, options), rowOf("sgc", .79, options), rowOf("appnp", .87, options), rowOf("mlp", .55, options),
		}))
		if err != nil {
			t.Fatal(err)
		}
		texts := make(map[string]string)
		for _, format := range []string{"md", "csv", "json", "tex"} {
			var text strings.Builder
			if err := experiments.WriteTables(&text, tables, format); err != nil {
				t.Fatal(err)
			}
			texts[format] = text.String()
		}
		return texts
	}
	held, free := texts(nil), texts(map[string]string{"epochs": "100"})
	for format, wants := range map[string][]string{
		"md":   {" 80.80 – 82.80 %, met |", " 80.50 – 81.50 %, below |", " %, above |", "no number of a paper"},
		"tex":  {`80.80 -- 82.80 \%, met`},
		"csv":  {"test_accuracy_published,test_accuracy_low,test_accuracy_high", "0.815,,0.823,0.808,0.828", "0.55,,,,"},
		"json": {`"test_accuracy_band":[0.808,0.828]`, `"test_accuracy_band":[0.805,0.815]`},
	} {
		for _, want := range wants {
			if !strings.Contains(held[format], want) {
				t.Errorf("%s lacks %q:\n%s", format, want, held[format])
			}
		}
	}
	for format, text := range free {
		for _, band := range []string{"82.8", "0.828", "no number of a paper"} {
			if strings.Contains(text, band) {
				t.Errorf("%s of another length of training has %s:\n%s", format, band, text)
			}
		}
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
