package experiments

import (
	"cmp"
	"math"
	"slices"

	"espalier/experiments/figure"
)

// Tradeoff is the cost of something, where less is better, and its worth.
type Tradeoff struct{ Cost, Value float64 }

// Dominates reports whether t costs no more than u, is worth no less, and differs.
func (t Tradeoff) Dominates(u Tradeoff) bool {
	return t.Cost <= u.Cost && t.Value >= u.Value && t != u
}

// ParetoFront returns the indices of the points that no other dominates, by rising
// cost. A point with a NaN is not on the front.
func ParetoFront(points []Tradeoff) []int {
	var order []int
	for i, p := range points {
		if !math.IsNaN(p.Cost) && !math.IsNaN(p.Value) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(points[a].Cost, points[b].Cost), cmp.Compare(points[b].Value, points[a].Value))
	})
	var front []int
	for _, i := range order {
		if len(front) == 0 || !points[front[len(front)-1]].Dominates(points[i]) {
			front = append(front, i)
		}
	}
	return front
}

// costs are the multiply-accumulates that tradeoffs are drawn against: by the formula of
// UGS, and as counted.
var costs = []axis{
	{ugsMACs, "million multiply-accumulates by UGS's formula", figure.Logarithmic},
	{executedMACs, "million multiply-accumulates, zeros left out", figure.Logarithmic},
}

// TradeoffFigure draws the test accuracy against the multiply-accumulates of an
// inference, by each count that was made: a line for each method through its levels,
// and the Pareto front of all means, those that nothing at the same or a lower cost
// surpasses. Methods without counted multiply-accumulates are left out; UGS's formula
// exists only for GCN.
func TradeoffFigure(summaries []Summary) (figure.Figure, error) {
	return bySetting(summaries, "mean and standard deviation", func(group []Summary) ([]figure.Panel, error) {
		var panels []figure.Panel
		for _, cost := range costs {
			if lines := cost.tradeoffs(group); len(lines) > 0 {
				panels = append(panels, figure.Panel{X: cost.label, Y: "test accuracy (%)", Scale: cost.scale, Lines: lines})
			}
		}
		if len(panels) == 0 {
			return nil, notMeasured(ugsMACs, group)
		}
		return panels, nil
	})
}

// tradeoffs are the methods' lines along a cost and, on top of them, the front.
func (a axis) tradeoffs(group []Summary) []figure.Line {
	counted := slices.DeleteFunc(slices.Clone(group), func(s Summary) bool { return math.IsNaN(float64(s.mean(a.metric))) })
	lines := a.lines(counted, TestAccuracy, 100)
	if len(lines) == 0 {
		return nil
	}
	var points []Tradeoff
	for i, line := range lines {
		lines[i].Reference = false
		for j := range line.X {
			points = append(points, Tradeoff{line.X[j], line.Y[j]})
		}
	}
	front := figure.Line{Name: "Pareto front", Color: figure.Ink, Front: true}
	for _, i := range ParetoFront(points) {
		front.X, front.Y = append(front.X, points[i].Cost), append(front.Y, points[i].Value)
	}
	return append([]figure.Line{front}, lines...)
}
