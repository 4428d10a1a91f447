package experiments

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"espalier/experiments/figure"
)

// CurvesFigure draws a column of the curves of the first method among results
// against the iteration: a panel for each data set, a line for each level, the mean
// over the seeds. Fractions are shown as percents where the label says so.
func (s *Store) CurvesFigure(results []*Result, column, label string) (figure.Figure, error) {
	return bySetting(Summarise(Rows(results)), "mean", func(group []Summary) ([]figure.Panel, error) {
		lines, err := s.curveLines(results, group, group[0].Method, curveShape{
			x: Iteration, y: column, unit: unit(label),
			name: func(s Summary) string { return fmt.Sprintf("%.3g %%", 100*float64(s.mean(Remaining))) },
		})
		y := label + ": " + methodTitle(group[0]) + ", by " + strings.TrimSuffix(sweepAxis(group).label, " (%)")
		return []figure.Panel{{X: "training iteration", Y: y, Lines: lines}}, err
	})
}

// InterpolationFigure draws the test error along the line between the two children of
// each fork: a panel for each method (and data set), a line for each moment of forking,
// the mean over the seeds. Where a line rises above its ends, there is a barrier between
// the children. All panels have the same vertical axis.
func (s *Store) InterpolationFigure(results []*Result) (figure.Figure, error) {
	const label = "test error (%)"
	drawn, err := bySetting(Summarise(Rows(results)), "mean", func(group []Summary) ([]figure.Panel, error) {
		var panels []figure.Panel
		for method := range methodsOf(group) {
			lines, err := s.curveLines(results, group, method, curveShape{
				x: LinePosition, y: LineError, unit: unit(label),
				name: func(s Summary) string { return fmt.Sprintf("from %.0f", float64(s.mean(ForkIteration))) },
			})
			if err != nil {
				return nil, err
			}
			panels = append(panels, figure.Panel{
				Title: methodTitle(Summary{Setting: group[0].Setting, Method: method}),
				X:     "place between the children", Y: label + ", by iteration of the fork", Lines: lines,
			})
		}
		return panels, nil
	})
	drawn.SameHeights = true
	return drawn, err
}

// curveShape is what of curves is drawn: a column against another, in a unit. A line has
// the name of its level.
type curveShape struct {
	x, y string
	unit float64
	name func(Summary) string
}

// curveLines are one method's curves, a line for each level, coloured from the
// first to the last. Results of other methods and settings are passed over.
func (s *Store) curveLines(results []*Result, group []Summary, method string, shape curveShape) ([]figure.Line, error) {
	columns := make(map[int][]map[string][]Number) // by level, then seed
	for _, result := range results {
		if result.Desc.Method != method || result.Desc.Setting().Canonical() != group[0].Setting.Canonical() {
			continue
		}
		curves, err := s.Curves(result.Desc)
		if err != nil {
			return nil, err
		}
		for _, curve := range curves {
			columns[curve.Level] = append(columns[curve.Level], curve.Columns)
		}
	}
	levels := slices.DeleteFunc(slices.Clone(group), func(sum Summary) bool {
		return sum.Method != method || len(columns[sum.Level]) == 0
	})
	sortLevels(levels)
	var lines []figure.Line
	for i, level := range levels {
		line := shape.mean(columns[level.Level])
		if len(line.X) == 0 {
			continue
		}
		line.Name = shape.name(level)
		line.Plain = true
		line.Color = figure.Sequence(1 - float64(i)/float64(max(1, len(levels)-1)))
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return nil, &lackingError{fmt.Sprintf("%s has no curves of %s", settingTitle(group[0].Setting), shape.y)}
	}
	return lines, nil
}

// mean is the mean over seeds at the places that all have.
func (c curveShape) mean(seeds []map[string][]Number) figure.Line {
	var line figure.Line
	for i, x := range seeds[0][c.x] {
		sum := 0.0
		for _, columns := range seeds {
			if i >= len(columns[c.x]) || columns[c.x][i] != x || i >= len(columns[c.y]) {
				sum = math.NaN()
				break
			}
			sum += float64(columns[c.y][i])
		}
		if mean := sum / float64(len(seeds)); !math.IsNaN(mean) && !math.IsInf(mean, 0) {
			line.X = append(line.X, float64(x))
			line.Y = append(line.Y, c.unit*mean)
		}
	}
	return line
}
