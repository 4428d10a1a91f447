package experiments_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"espalier/experiments"
	"espalier/experiments/figure"
)

// cosparsified runs a short cgp/cosparsify of a GCN on Cora into a store.
func cosparsified(t *testing.T, set map[string]string) (*experiments.Store, []*experiments.Result) {
	t.Helper()
	plan := planned(t, "cgp/cosparsify", 1, map[string]string{"networks": "gcn", "edges": "0.5,0.2", "features": "0.6,0.4", "weights": "0.5,0.1", "epochs": "8", "ends": "6", "intervals": "2"}, set)
	store := experiments.OpenStore(t.TempDir())
	results, err := experiments.Runner{Store: store}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	return store, results
}

// lineNames are the names of a panel's lines.
func lineNames(panel figure.Panel) []string {
	var names []string
	for _, line := range panel.Lines {
		names = append(names, line.Name)
	}
	return names
}

// The plots of a graph that was pruned show what the run came to.
func TestGraphPlots(t *testing.T) {
	if testing.Short() {
		t.Skip("not running cgp/cosparsify on a GCN, which takes seconds, and minutes under the race detector: -short is set")
	}
	store, results := cosparsified(t, map[string]string{"methods": "joint,edges,edges-random,dense"})
	drawn := make(map[experiments.Plot]figure.Figure)
	for _, plot := range []experiments.Plot{experiments.EdgesPlot, experiments.DensitiesPlot, experiments.ElementsPlot, experiments.TradeoffPlot} {
		f, err := store.Draw(plot, results)
		if err != nil {
			t.Fatalf("%s: %v", plot, err)
		}
		svg, err := f.SVG()
		if err != nil {
			t.Fatalf("%s: %v", plot, err)
		}
		for _, panel := range f.Panels {
			for _, text := range append(lineNames(panel), panel.X, panel.Y) {
				if !strings.Contains(string(svg), strings.ReplaceAll(text, "'", "&#39;")) {
					t.Errorf("%s lacks the text %q", plot, text)
				}
			}
		}
		drawn[plot] = f
	}
	checkEdges(t, drawn[experiments.EdgesPlot], results)
	checkDensities(t, drawn[experiments.DensitiesPlot])
	checkElements(t, drawn[experiments.ElementsPlot])
	if panels := drawn[experiments.TradeoffPlot].Panels; len(panels) != 2 || math.Abs(slices.Max(panels[0].Lines[0].X)-2007.4) > .1 || slices.Max(panels[1].Lines[0].X) > 100 {
		t.Errorf("multiply-accumulates of the dense network: want 2007.4 million by UGS's formula, and few as counted: %+v", panels)
	}
}

func checkEdges(t *testing.T, f figure.Figure, results []*experiments.Result) {
	t.Helper()
	if len(f.Panels) != 3 {
		t.Fatalf("%d panels of edges", len(f.Panels))
	}
	homophily, isolated, degrees := f.Panels[0], f.Panels[1], f.Panels[2]
	if got, want := fmt.Sprint(lineNames(homophily)), "[edges random edges all edges]"; got != want {
		t.Errorf("homophily of %s, want %s", got, want)
	}
	if whole := homophily.Lines[2]; !whole.Reference || math.Abs(whole.Y[0]-81) > .01 {
		t.Errorf("homophily of all edges %+v, want 81.00 %%", whole)
	}
	if whole := isolated.Lines[2]; !whole.Reference || whole.Name != "all edges" || whole.Y[0] != 0 {
		t.Errorf("nodes that lost their last edge while all edges were there: %+v, want 0", whole)
	}
	random, err := experiments.FirstOf(results, "edges-random")
	if err != nil {
		t.Fatal(err)
	}
	for level, m := range random.Measurements {
		if got := isolated.Lines[1].Y[level]; got != float64(m.Metrics["isolated"]) || got == 0 {
			t.Errorf("level %d isolates %v nodes, drawn are %v", level, m.Metrics["isolated"], got)
		}
		if got := homophily.Lines[1].Y[level]; math.Abs(got-100*float64(m.Metrics["homophily"])) > 1e-9 {
			t.Errorf("level %d has a homophily of %v, drawn is %v", level, m.Metrics["homophily"], got)
		}
	}
	if got, want := fmt.Sprint(lineNames(degrees)), "[all edges edges, 20 % random edges, 20 %]"; got != want {
		t.Errorf("degrees of %s, want %s", got, want)
	}
	for _, line := range degrees.Lines {
		sum := 0.
		for _, share := range line.Y {
			sum += share
		}
		if math.Abs(sum-100) > 1e-9 {
			t.Errorf("%s are %v %% of the nodes", line.Name, sum)
		}
	}
	if alone := degrees.Lines[2].Y[0]; math.Abs(alone-100*isolated.Lines[1].Y[1]/2708) > 1e-9 || degrees.Lines[0].Y[0] != 0 {
		t.Errorf("%v %% of the nodes have no edge, %v before, and %v nodes are isolated", alone, degrees.Lines[0].Y[0], isolated.Lines[1].Y[1])
	}
}

func checkDensities(t *testing.T, f figure.Figure) {
	t.Helper()
	if len(f.Panels) != 3 {
		t.Fatalf("%d panels of densities", len(f.Panels))
	}
	for i, ends := range [][]float64{{50, 20}, {60, 40}, {50, 10}} {
		lines := f.Panels[i].Lines
		if len(lines) != 4 {
			t.Fatalf("lines %+v", lines)
		}
		for level, end := range ends {
			wanted, reached := lines[level], lines[2+level]
			if !wanted.Dashed || reached.Dashed || len(reached.Y) != 8 || reached.Y[0] != 100 || math.Abs(reached.Y[7]-end) > .1 {
				t.Errorf("%s: reached %v, want from 100 to %v", f.Panels[i].Y, reached.Y, end)
			}
			for epoch, density := range wanted.Y {
				if math.Abs(density-reached.Y[epoch]) > .1 {
					t.Errorf("%s: epoch %d asked for %v and reached %v", f.Panels[i].Y, epoch+1, density, reached.Y[epoch])
				}
			}
		}
	}
}

// Edges are pruned alone by two methods, and the others are not shown; features and
// weights are pruned together.
func checkElements(t *testing.T, f figure.Figure) {
	t.Helper()
	want := []string{"[edges random edges dense]", "[edges, features and weights dense]", "[edges, features and weights dense]"}
	for i, panel := range f.Panels {
		if got := fmt.Sprint(lineNames(panel)); got != want[i] {
			t.Errorf("%s: %s, want %s", panel.X, got, want[i])
		}
		for _, line := range panel.Lines {
			if line.Reference != (line.Name == "dense") {
				t.Errorf("%s: reference is %t", line.Name, line.Reference)
			}
		}
	}
}

// A run that prunes nothing, or that did not measure what is left, has no such plots.
func TestGraphPlotsNeedPruning(t *testing.T) {
	dense := row("dense", 1, 0, experiments.Metrics{experiments.TestAccuracy: .8, "edges_left": 1, "features_left": 1, "weights_left": 1})
	dense.Experiment = "cgp/cosparsify"
	ticket := row("tickets", 1, 0, experiments.Metrics{experiments.TestAccuracy: .8})
	old := row("edges", 1, 0, experiments.Metrics{experiments.TestAccuracy: .8, "edges_left": .5, "homophily": .8, "isolated": 3})
	old.Experiment = "cgp/cosparsify"
	for _, draw := range []func([]experiments.Summary) (figure.Figure, error){experiments.EdgesFigure, experiments.ElementsFigure} {
		for want, rows := range map[string][]experiments.Row{
			"no method prunes anything":   {dense},
			"has not measured edges_left": {ticket},
			"there are no results":        nil,
		} {
			if _, err := draw(experiments.Summarise(rows)); err == nil || !containsOneLine(err, want) {
				t.Errorf("error %v, want %q", err, want)
			}
		}
	}
	if drawn, err := experiments.EdgesFigure(experiments.Summarise([]experiments.Row{old})); err != nil || len(drawn.Panels) != 2 {
		t.Errorf("without degrees %d panels are drawn, %v; want 2", len(drawn.Panels), err)
	}
}
