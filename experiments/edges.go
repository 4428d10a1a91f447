package experiments

import (
	"cmp"
	"fmt"
	"slices"

	"espalier/cgp"
	"espalier/experiments/figure"
)

// degreeMetrics are the shares of nodes by the number of edges into them, before and
// after.
func degreeMetrics(in cgp.Inspection) Metrics {
	metrics := make(Metrics)
	for suffix, degrees := range map[string][]int{"": in.After, beforeSuffix: in.Before} {
		for i, share := range cgp.DegreeShares(degrees) {
			metrics[degreeMetric(cgp.DegreeBins()[i])+suffix] = Number(share)
		}
	}
	return metrics
}

// degreeMetric is the name of the share of nodes whose degree is in a bin.
func degreeMetric(bin cgp.DegreeBin) string { return fmt.Sprintf("nodes_of_degree_%d", bin.Least) }

// EdgesFigure draws which edges stay, in three panels for each data set: the share of
// edges between nodes of one class, and how many nodes lost their last edge, both
// against the edges left; and the distribution of in-degrees, before pruning and at the
// sparsest level of each method; older results lack these. It shows the methods that
// prune only edges, or if there are none, those that prune edges together with other
// elements.
func EdgesFigure(summaries []Summary) (figure.Figure, error) {
	return bySetting(summaries, "mean and standard deviation", func(group []Summary) ([]figure.Panel, error) {
		among := edgeElement.among(group)
		if among == nil {
			return nil, nothingPruned(group)
		}
		pruning := slices.DeleteFunc(among, func(s Summary) bool { return !edgeElement.prunes([]Summary{s}) })
		panels := []figure.Panel{homophilyPanel(pruning), isolatedPanel(pruning)}
		if degrees := degreePanel(pruning); degrees.Lines != nil {
			panels = append(panels, degrees)
		}
		return panels, nil
	})
}

func homophilyPanel(pruning []Summary) figure.Panel {
	axis := edgeElement.axis()
	panel := figure.Panel{
		X: axis.label, Y: "edges between nodes of one class (%)", Scale: axis.scale,
		Lines: edgeElement.lines(pruning, homophily, 100),
	}
	if whole := pruning[0].Metrics[homophily+beforeSuffix]; whole.Runs > 0 {
		panel.Lines = append(panel.Lines, allEdges(100*float64(whole.Mean)))
	}
	return panel
}

// allEdges is the reference of a value that the whole graph has.
func allEdges(value float64) figure.Line {
	return figure.Line{Name: "all edges", X: []float64{100}, Y: []float64{value}, Color: figure.Grey, Reference: true}
}

func isolatedPanel(pruning []Summary) figure.Panel {
	axis := edgeElement.axis()
	return figure.Panel{
		X: axis.label, Y: "nodes that lost the last edge into them", Scale: axis.scale,
		Lines: append(edgeElement.lines(pruning, isolated, 1), allEdges(0)), // which no node has lost
	}
}

// degreePanel draws the shares of nodes by degree. It has no lines if they were not
// measured.
func degreePanel(pruning []Summary) figure.Panel {
	panel := figure.Panel{X: "edges into a node", Y: "nodes (%)"}
	for _, bin := range cgp.DegreeBins() {
		panel.Categories = append(panel.Categories, bin.String())
	}
	panel.Lines = []figure.Line{degreeLine(pruning[0], beforeSuffix)}
	panel.Lines[0].Name, panel.Lines[0].Color = "all edges", figure.Grey
	for method := range methodsOf(pruning) {
		levels := ofMethod(pruning, method)
		sparsest := slices.MinFunc(levels, func(a, b Summary) int { return cmp.Compare(a.mean(edgesLeft), b.mean(edgesLeft)) })
		line := degreeLine(sparsest, "")
		line.Name = fmt.Sprintf("%s, %.3g %%", methodTitle(sparsest), 100*float64(sparsest.mean(edgesLeft)))
		line.Color = methodColor(sparsest.Setting.Experiment, method)
		panel.Lines = append(panel.Lines, line)
	}
	if slices.ContainsFunc(panel.Lines, func(l figure.Line) bool { return l.X == nil }) {
		panel.Lines = nil
	}
	return panel
}

// degreeLine are the bars of a level's shares of nodes by degree, after or before; it is
// empty if they were not measured.
func degreeLine(level Summary, suffix string) figure.Line {
	var line figure.Line
	for i, bin := range cgp.DegreeBins() {
		share := level.Metrics[degreeMetric(bin)+suffix]
		if share.Runs == 0 {
			return figure.Line{}
		}
		line.X = append(line.X, float64(i))
		line.Y = append(line.Y, 100*float64(share.Mean))
		line.Deviation = append(line.Deviation, 100*float64(share.Deviation))
	}
	return line
}
