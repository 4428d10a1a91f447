package experiments_test

import (
	"image/color"
	"math"
	"slices"
	"testing"
	"testing/quick"

	"espalier/experiments"
	"espalier/experiments/figure"
)

// No point of a front is dominated, every other point is, and the front rises in cost and
// in worth.
func TestParetoFront(t *testing.T) {
	if err := quick.Check(func(given [][2]uint8) bool {
		points := make([]experiments.Tradeoff, len(given))
		for i, p := range given { // few different values, so that some are equal
			points[i] = experiments.Tradeoff{Cost: float64(p[0] % 16), Value: float64(p[1] % 16)}
		}
		front := experiments.ParetoFront(points)
		for i, p := range points {
			dominated := slices.ContainsFunc(points, func(other experiments.Tradeoff) bool { return other.Dominates(p) })
			if dominated == slices.Contains(front, i) {
				return false
			}
		}
		return slices.IsSortedFunc(front, func(a, b int) int {
			return int(max(points[a].Cost-points[b].Cost, points[a].Value-points[b].Value))
		})
	}, nil); err != nil {
		t.Error(err)
	}
	nan := math.NaN()
	points := []experiments.Tradeoff{{1, nan}, {nan, 1}, {2, 5}, {1, 4}, {2, 4}, {3, 5}}
	if got := experiments.ParetoFront(points); !slices.Equal(got, []int{3, 2}) {
		t.Errorf("the front of %v is %v", points, got)
	}
}

// The front is that of all methods together; what has no multiply-accumulates is left out.
func TestTradeoffFigure(t *testing.T) {
	var rows []experiments.Row
	for seed := 1; seed <= 2; seed++ {
		for _, m := range []struct {
			method         string
			level          int
			cost, accuracy float64
		}{
			{"joint", 0, 200, .80}, {"joint", 1, 20, .70}, {"edges", 0, 200, .75}, {"edges", 1, 10, .60},
			{"dense", 0, 400, .82}, {"mlp", 0, math.NaN(), .90},
		} {
			r := row(m.method, seed, m.level, experiments.Metrics{
				"million_macs_ugs": experiments.Number(m.cost), experiments.TestAccuracy: experiments.Number(m.accuracy + .01*float64(2*seed-3)),
			})
			r.Experiment = "cgp/cosparsify"
			rows = append(rows, r)
		}
	}
	drawn, err := experiments.TradeoffFigure(experiments.Summarise(rows))
	if err != nil {
		t.Fatal(err)
	}
	if len(drawn.Panels) != 1 || drawn.Panels[0].Scale != figure.Logarithmic {
		t.Fatalf("figure %+v", drawn)
	}
	var names []string
	for _, line := range drawn.Panels[0].Lines {
		names = append(names, line.Name)
	}
	if want := []string{"Pareto front", "edges, features and weights", "edges", "dense"}; !slices.Equal(names, want) {
		t.Errorf("lines %q, want %q", names, want)
	}
	front, joint := drawn.Panels[0].Lines[0], drawn.Panels[0].Lines[1]
	if !front.Front || !slices.Equal(front.X, []float64{10, 20, 200, 400}) {
		t.Errorf("front %+v", front)
	}
	if math.Abs(joint.Y[0]-80) > 1e-9 || math.Abs(joint.Deviation[0]-math.Sqrt2) > 1e-9 {
		t.Errorf("the joint pruning has %v ± %v", joint.Y, joint.Deviation)
	}
	for i := range rows {
		delete(rows[i].Metrics, "million_macs_ugs")
	}
	if _, err := experiments.TradeoffFigure(experiments.Summarise(rows)); err == nil || !containsOneLine(err, "has not measured million_macs_ugs") {
		t.Errorf("error %v", err)
	}
}

// Methods that are drawn as lines together have colours of their own.
func TestMethodsHaveColours(t *testing.T) {
	e, err := experiments.Find("cgp/cosparsify")
	if err != nil {
		t.Fatal(err)
	}
	var rows []experiments.Row
	for _, m := range e.Methods {
		if m.Name == "mlp" {
			continue // always a reference, which is dashed
		}
		r := row(m.Name, 1, 0, experiments.Metrics{experiments.Remaining: 1, experiments.TestAccuracy: .8})
		r.Experiment = e.Name
		rows = append(rows, r)
	}
	drawn, err := experiments.SweepFigure(experiments.Summarise(rows), experiments.TestAccuracy, "test accuracy (%)")
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[color.NRGBA]string)
	for _, line := range drawn.Panels[0].Lines {
		if other, twice := seen[line.Color]; twice {
			t.Errorf("%s and %s have one colour", other, line.Name)
		}
		seen[line.Color] = line.Name
	}
}

func TestOfMethods(t *testing.T) {
	results := []*experiments.Result{{Desc: desc("a", 1)}, {Desc: desc("b", 1)}, {Desc: desc("c", 1)}, {Desc: desc("b", 2)}}
	if got := experiments.OfMethods(results, "b", "c"); len(got) != 3 || got[0].Desc.Method != "b" || got[2].Desc.Seed != 2 || len(results) != 4 {
		t.Errorf("results %v", got)
	}
}
