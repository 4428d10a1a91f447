package experiments

import (
	"math"
	"slices"

	"espalier/experiments/figure"
)

// element is one of the three things that are pruned when a graph is learned on, with the
// metric of how much of it is left.
type element struct{ name, left string }

var (
	edgeElement = element{"edges", edgesLeft}
	elements    = []element{edgeElement, {"features", featuresLeft}, {"weights", weightsLeft}}
)

// axis is along what is left of the element.
func (e element) axis() axis { return axis{e.left, e.name + " left (%)", figure.LogarithmicDown} }

// prunes reports whether some levels of a method leave less than all of the element.
func (e element) prunes(levels []Summary) bool {
	return slices.ContainsFunc(levels, func(s Summary) bool { return float64(s.mean(e.left)) < 1 })
}

// among are the levels of the methods that prune the element alone, or if there are none,
// of those that prune it with others, and of those that prune nothing. It is nil if no
// method prunes the element.
func (e element) among(group []Summary) []Summary {
	var alone, together, none []Summary
	for method := range methodsOf(group) {
		levels := ofMethod(group, method)
		pruned := slices.DeleteFunc(slices.Clone(elements), func(other element) bool { return !other.prunes(levels) })
		switch {
		case len(pruned) == 0:
			none = append(none, levels...)
		case !slices.Contains(pruned, e):
		case len(pruned) == 1:
			alone = append(alone, levels...)
		default:
			together = append(together, levels...)
		}
	}
	if len(alone) == 0 {
		alone = together
	}
	if len(alone) == 0 {
		return nil
	}
	return append(alone, none...)
}

// lines are those of a metric against what is left of the element. What prunes nothing is
// a reference.
func (e element) lines(group []Summary, metric string, scaled float64) []figure.Line {
	lines := e.axis().lines(group, metric, scaled)
	for i, line := range lines {
		lines[i].Reference = slices.Min(line.X) == 100
	}
	return lines
}

// ElementsFigure draws the test accuracy against the remaining share of edges, features
// and weights, in a panel for each: for the methods that prune only that element, or if
// there are none, those that prune it together with others. This shows what learning
// which edges to keep is worth beside its controls, random edges and edges by degree;
// methods that prune nothing are references.
func ElementsFigure(summaries []Summary) (figure.Figure, error) {
	return bySetting(summaries, "mean and standard deviation", func(group []Summary) ([]figure.Panel, error) {
		var panels []figure.Panel
		for _, e := range elements {
			if among := e.among(group); among != nil {
				axis := e.axis()
				panels = append(panels, figure.Panel{
					X: axis.label, Y: "test accuracy (%)", Scale: axis.scale, Lines: e.lines(among, TestAccuracy, 100),
				})
			}
		}
		if len(panels) == 0 {
			return nil, nothingPruned(group)
		}
		return panels, nil
	})
}

// nothingPruned says that no method prunes edges, features or weights, or that it was not
// measured how much.
func nothingPruned(group []Summary) error {
	for _, s := range group {
		if !math.IsNaN(float64(s.mean(edgesLeft))) {
			return &lackingError{"no method prunes anything in " + settingTitle(group[0].Setting)}
		}
	}
	return notMeasured(edgesLeft, group)
}
