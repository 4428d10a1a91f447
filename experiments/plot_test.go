package experiments_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"espalier/experiments"
	"espalier/experiments/figure"
)

func TestSweepFigure(t *testing.T) {
	var rows []experiments.Row
	for seed := 1; seed <= 2; seed++ {
		for level, remaining := range []experiments.Number{1, 0.6, 0.36} {
			for _, method := range []string{"tickets", "random-reinitialization"} {
				rows = append(rows, row(method, seed, level, experiments.Metrics{
					experiments.Remaining: remaining, experiments.TestAccuracy: 0.9 + experiments.Number(seed)/100,
				}))
			}
		}
		rows = append(rows, row(experiments.Dense, seed, 0, experiments.Metrics{experiments.Remaining: 1, experiments.TestAccuracy: 0.93}))
	}
	drawn, err := experiments.SweepFigure(experiments.Summarise(rows), experiments.TestAccuracy, "test accuracy (%)")
	if err != nil {
		t.Fatal(err)
	}
	if len(drawn.Panels) != 1 || len(drawn.Panels[0].Lines) != 3 {
		t.Fatalf("figure %+v", drawn)
	}
	ticket, dense := drawn.Panels[0].Lines[0], drawn.Panels[0].Lines[2]
	if ticket.Name != "winning ticket" || !slices.Equal(ticket.X, []float64{100, 60, 36}) || ticket.Y[0] < 91.4 || ticket.Y[0] > 91.6 {
		t.Errorf("ticket's line %+v", ticket)
	}
	if !dense.Reference || ticket.Reference || dense.Color == ticket.Color {
		t.Error("the dense network is not drawn as a reference in a colour of its own")
	}
	alone := row("one-shot", 1, 1, experiments.Metrics{experiments.Remaining: 0.36, experiments.TestAccuracy: 0.9})
	drawn, err = experiments.SweepFigure(experiments.Summarise(append(slices.Clone(rows), alone)), experiments.TestAccuracy, "x")
	if err != nil || slices.ContainsFunc(drawn.Panels[0].Lines, func(l figure.Line) bool { return l.Reference != (l.Name == "dense") }) {
		t.Errorf("a pruned network of a single level is drawn as a reference: %+v, %v", drawn.Panels, err)
	}
	if _, err := experiments.SweepFigure(experiments.Summarise(rows), "never measured", "x"); err == nil {
		t.Error("a metric that was not measured was drawn")
	}
	other := row("tickets", 1, 0, experiments.Metrics{experiments.Remaining: 1, experiments.TestAccuracy: 0.5})
	other.Options = map[string]string{"width": "3"}
	var usage *experiments.UsageError
	_, err = experiments.SweepFigure(experiments.Summarise(append(rows, other)), experiments.TestAccuracy, "x")
	if !errors.As(err, &usage) || !strings.Contains(err.Error(), "width=3") {
		t.Errorf("results of two settings in one figure: %v", err)
	}
	other.Options, other.Data = nil, "mnist"
	drawn, err = experiments.SweepFigure(experiments.Summarise(append(rows, other)), experiments.TestAccuracy, "x")
	if err != nil || len(drawn.Panels) != 2 || drawn.Panels[0].Title != "digits" || drawn.Panels[1].Title != "mnist" {
		t.Errorf("two data sets give %d panels, %v", len(drawn.Panels), err)
	}
}

func TestInstabilityPlot(t *testing.T) {
	var results []*experiments.Result
	for _, method := range []string{"tickets", experiments.Dense} {
		result := &experiments.Result{Desc: experiments.Desc{
			Experiment: "lth/connectivity", Scale: experiments.Smoke, Data: "digits", Network: "resnet-digits", Method: method, Seed: 1,
		}}
		for level, fork := range []experiments.Number{0, 20, 60} {
			result.Measurements = append(result.Measurements, experiments.Measurement{Level: level, Metrics: experiments.Metrics{
				experiments.Remaining: 0.2, experiments.ForkIteration: fork, experiments.Instability: 0.5 / (1 + fork),
			}})
		}
		results = append(results, result)
	}
	drawn, err := experiments.OpenStore(t.TempDir()).Draw(experiments.InstabilityPlot, results)
	if err != nil {
		t.Fatal(err)
	}
	accuracy, err := experiments.SweepFigure(experiments.Summarise(experiments.Rows(results)), experiments.Instability, "y")
	if err != nil || !slices.Equal(accuracy.Panels[0].Lines[0].X, []float64{0, 20, 60}) {
		t.Errorf("a metric of forks is not drawn along them: %+v, %v", accuracy.Panels, err)
	}
	lines := drawn.Panels[0].Lines
	if len(lines) != 2 || !slices.Equal(lines[0].X, []float64{0, 20, 60}) || lines[0].Y[0] != 50 || lines[1].Name != "dense" {
		t.Errorf("lines %+v", lines)
	}
	if _, err := drawn.SVG(); err != nil {
		t.Error(err)
	}
}

func TestDraw(t *testing.T) {
	store := filled(t, desc("tickets", 1), desc("tickets", 2))
	results, err := store.Results()
	if err != nil {
		t.Fatal(err)
	}
	for _, plot := range []experiments.Plot{experiments.AccuracyPlot, experiments.CurvesPlot} {
		drawn, err := store.Draw(plot, results)
		if err != nil {
			t.Fatalf("%s: %v", plot, err)
		}
		if _, err := drawn.SVG(); err != nil {
			t.Errorf("%s: %v", plot, err)
		}
	}
	curves, err := store.Draw(experiments.CurvesPlot, results)
	if err != nil {
		t.Fatal(err)
	}
	if line := curves.Panels[0].Lines[0]; !slices.Equal(line.X, []float64{10, 20}) || !slices.Equal(line.Y, []float64{90, 95}) {
		t.Errorf("mean curve %v %v", line.X, line.Y)
	}
	if _, err := store.Draw("acuracy", results); err == nil || !strings.Contains(err.Error(), "did you mean accuracy") {
		t.Errorf("unknown plot: %v", err)
	}
	var usage *experiments.UsageError
	for _, plot := range []experiments.Plot{experiments.SpeedPlot, experiments.InterpolationPlot, experiments.EdgesPlot, experiments.TradeoffPlot} {
		_, err := store.Draw(plot, results)
		if !errors.As(err, &usage) || !strings.HasPrefix(err.Error(), "no plot "+string(plot)) || !strings.HasSuffix(err.Error(), "; there are accuracy, curves") {
			t.Errorf("%s of what was not measured: %v", plot, err)
		}
	}
}

// No two of a dozen lines have the same colour, even if their methods have.
func TestColoursAreDistinct(t *testing.T) {
	scratch, err := experiments.Find("lth/scratch")
	if err != nil {
		t.Fatal(err)
	}
	methods := scratch.Methods
	if len(methods) < 14 {
		t.Fatalf("%d methods are too few for two to share a colour", len(methods))
	}
	var rows []experiments.Row
	for i := range 12 {
		method := methods[i*(len(methods)-1)/11].Name
		r := row(method, 1, 1, experiments.Metrics{experiments.Remaining: 0.5, experiments.TestAccuracy: 0.9})
		r.Experiment = scratch.Name
		rows = append(rows, r)
	}
	drawn, err := experiments.SweepFigure(experiments.Summarise(rows), experiments.TestAccuracy, "x")
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[any]string)
	for _, line := range drawn.Panels[0].Lines {
		if before, twice := seen[line.Color]; twice {
			t.Errorf("%s has the colour of %s", line.Name, before)
		}
		seen[line.Color] = line.Name
	}
	if len(seen) != 12 {
		t.Errorf("%d lines of 12 methods", len(seen))
	}
}
