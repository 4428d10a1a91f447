package experiments_test

import (
	"context"
	"slices"
	"testing"

	"espalier/experiments"
)

// forked is a cell with two forks, whose children lie a barrier of a height apart that
// half as many classify wrong at the second fork.
func forked(d experiments.Desc, height experiments.Number) experiments.Cell {
	return experiments.Cell{Desc: d, Run: func(context.Context, experiments.Work) (experiments.Outcome, error) {
		out := outcome()
		out.Measurements, out.Curves = nil, nil
		for level, fork := range []experiments.Number{0, 500} {
			out.Measurements = append(out.Measurements, experiments.Measurement{Level: level, Metrics: experiments.Metrics{
				experiments.Remaining: 1, experiments.ForkIteration: fork,
			}})
			out.Curves = append(out.Curves, experiments.Curve{Level: level, Columns: map[string][]experiments.Number{
				experiments.LinePosition: {0, 0.5, 1}, experiments.LineError: {0.125, 0.125 + height/experiments.Number(1+level), 0.25},
			}})
		}
		return out, nil
	}}
}

func TestInterpolationPlot(t *testing.T) {
	store := experiments.OpenStore(t.TempDir())
	var cells []experiments.Cell
	for _, method := range []string{"tickets", experiments.Dense} {
		for seed, height := range []experiments.Number{0.25, 0.5} {
			d := desc(method, seed+1)
			d.Experiment = "lth/connectivity"
			if method == experiments.Dense {
				height /= 4
			}
			cells = append(cells, forked(d, height))
		}
	}
	results, err := experiments.Runner{Store: store}.Run(t.Context(), cells)
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := store.Draw(experiments.InterpolationPlot, results)
	if err != nil {
		t.Fatal(err)
	}
	if !drawn.SameHeights {
		t.Error("the panels' barriers cannot be compared")
	}
	if len(drawn.Panels) != 2 || drawn.Panels[0].Title != "winning ticket" || drawn.Panels[1].Title != "dense" {
		t.Fatalf("panels %+v", drawn.Panels)
	}
	for i, middles := range [][]float64{{50, 31.25}, {21.875, 17.1875}} {
		for j, middle := range middles {
			line := drawn.Panels[i].Lines[j]
			if want := []float64{12.5, middle, 25}; !slices.Equal(line.X, []float64{0, 0.5, 1}) || !slices.Equal(line.Y, want) {
				t.Errorf("%s, %s: errors %v at %v, want the mean over the seeds %v", drawn.Panels[i].Title, line.Name, line.Y, line.X, want)
			}
		}
		if first, second := drawn.Panels[i].Lines[0].Name, drawn.Panels[i].Lines[1].Name; first != "from 0" || second != "from 500" {
			t.Errorf("lines are called %q and %q", first, second)
		}
	}
	if _, err := drawn.SVG(); err != nil {
		t.Error(err)
	}
	training := filled(t, desc("tickets", 1))
	others, err := training.Results()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := training.Draw(experiments.InterpolationPlot, others); err == nil {
		t.Error("a line was drawn of results without forks")
	}
}
