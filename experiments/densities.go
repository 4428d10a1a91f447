package experiments

import (
	"fmt"
	"slices"

	"espalier/experiments/figure"
)

// DensitiesFigure draws the densities during training of what the first method among
// results prunes, in a panel for each of edges, features and weights: a line for each
// level, the mean over the seeds, and dashed over it the scheduled density.
func (s *Store) DensitiesFigure(results []*Result) (figure.Figure, error) {
	drawn, err := bySetting(Summarise(Rows(results)), "mean", func(group []Summary) ([]figure.Panel, error) {
		var panels []figure.Panel
		for _, e := range elements {
			lines, err := s.courses(results, group, e)
			if err != nil {
				return nil, err
			}
			if len(lines) > 0 {
				panels = append(panels, figure.Panel{X: "epoch", Y: fmt.Sprintf("%s left (%%), pruning %s", e.name, methodTitle(group[0])), Lines: lines})
			}
		}
		if len(panels) == 0 {
			return nil, nothingPruned(group)
		}
		return panels, nil
	})
	if err != nil {
		return figure.Figure{}, err
	}
	drawn.Subtitle += "; dashed: what was asked for"
	return drawn, nil
}

// courses are an element's densities at the levels of a setting's first method, those that
// were asked for first, so that they lie on top. There are none if it is not pruned.
func (s *Store) courses(results []*Result, group []Summary, e element) ([]figure.Line, error) {
	course := func(column string) ([]figure.Line, error) {
		lines, err := s.curveLines(results, group, group[0].Method, curveShape{
			x: Iteration, y: column, unit: 100, name: func(Summary) string { return "" },
		})
		return slices.DeleteFunc(lines, func(l figure.Line) bool { return slices.Min(l.Y) == 100 }), err
	}
	reached, err := course(e.left)
	if err != nil {
		return nil, err
	}
	wanted, err := course(e.left + wantedLeft)
	if err != nil {
		return nil, err
	}
	for i, line := range reached {
		reached[i].Name = fmt.Sprintf("%.3g %%", line.Y[len(line.Y)-1])
	}
	for i := range wanted {
		wanted[i].Dashed, wanted[i].Color = true, figure.Sky
	}
	return append(wanted, reached...), nil
}
