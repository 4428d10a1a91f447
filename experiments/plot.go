package experiments

import (
	"errors"
	"fmt"
	"image/color"
	"math"
	"slices"
	"strings"

	"espalier/experiments/figure"
)

// Plot is a kind of picture of an experiment's results.
type Plot string

// The plots.
const (
	// AccuracyPlot shows the test accuracy at the end of training against the
	// weights that remain.
	AccuracyPlot Plot = "accuracy"
	// EarlyStopPlot shows the test accuracy at early stopping.
	EarlyStopPlot Plot = "early-stop-accuracy"
	// SpeedPlot shows the iteration of early stopping.
	SpeedPlot Plot = "early-stop-iteration"
	// SpeedupPlot shows how many times faster than the dense network's the inference of a
	// batch is, against the weights that remain.
	SpeedupPlot Plot = "speedup"
	// CurvesPlot shows how the test accuracy rises during training, level by
	// level, for the experiment's first method.
	CurvesPlot Plot = "curves"
	// InstabilityPlot shows the instability of forks against where they part.
	InstabilityPlot Plot = "instability"
	// InterpolationPlot shows the test error along the line between the two children of
	// each fork, a panel for each method.
	InterpolationPlot Plot = "interpolation"
	// EdgesPlot shows which edges of a graph stay: their homophily, the nodes that they
	// leave isolated, and the degrees of nodes.
	EdgesPlot Plot = "edges"
	// DensitiesPlot shows the densities during training, as they were asked for and
	// reached, of what the experiment's first method prunes.
	DensitiesPlot Plot = "densities"
	// ElementsPlot shows the test accuracy against the edges, features and weights that
	// are left, each by the methods that prune it.
	ElementsPlot Plot = "elements"
	// TradeoffPlot shows the test accuracy against the multiply-accumulates, with the
	// Pareto front.
	TradeoffPlot Plot = "tradeoff"
)

// Plots lists the plots.
func Plots() []Plot {
	return []Plot{
		AccuracyPlot, EarlyStopPlot, SpeedPlot, SpeedupPlot, CurvesPlot, InstabilityPlot, InterpolationPlot,
		EdgesPlot, DensitiesPlot, ElementsPlot, TradeoffPlot,
	}
}

// Draw makes a plot of results, which differ at most in data, method and seed. The
// store has the curves. If the results lack what the plot shows, the error names the plots
// that there are of them.
func (s *Store) Draw(plot Plot, results []*Result) (figure.Figure, error) {
	drawn, err := s.draw(plot, results)
	var lacking *lackingError
	if errors.As(err, &lacking) {
		return figure.Figure{}, &UsageError{fmt.Sprintf("no plot %s: %v; there are %s", plot, err, strings.Join(s.drawable(results), ", "))}
	}
	return drawn, err
}

// drawable are the plots that can be drawn of results.
func (s *Store) drawable(results []*Result) []string {
	var names []string
	for _, plot := range Plots() {
		if _, err := s.draw(plot, results); err == nil {
			names = append(names, string(plot))
		}
	}
	return names
}

func (s *Store) draw(plot Plot, results []*Result) (figure.Figure, error) {
	switch plot {
	case AccuracyPlot:
		return SweepFigure(Summarise(Rows(results)), TestAccuracy, "test accuracy (%)")
	case EarlyStopPlot:
		return SweepFigure(Summarise(Rows(results)), EarlyStopAccuracy, "test accuracy at early stopping (%)")
	case SpeedPlot:
		return SweepFigure(Summarise(Rows(results)), EarlyStopIteration, "iteration of early stopping")
	case SpeedupPlot:
		return SweepFigure(Summarise(Rows(results)), Speedup, "times faster than the dense network's inference")
	case CurvesPlot:
		return s.CurvesFigure(results, TestAccuracy, "test accuracy (%)")
	case InstabilityPlot:
		return forkAxis.figure(Summarise(Rows(results)), Instability, "instability (%)")
	case InterpolationPlot:
		return s.InterpolationFigure(results)
	case EdgesPlot:
		return EdgesFigure(Summarise(Rows(results)))
	case DensitiesPlot:
		return s.DensitiesFigure(results)
	case ElementsPlot:
		return ElementsFigure(Summarise(Rows(results)))
	case TradeoffPlot:
		return TradeoffFigure(Summarise(Rows(results)))
	default:
		names := make([]string, len(Plots()))
		for i, p := range Plots() {
			names[i] = string(p)
		}
		return figure.Figure{}, unknown("plot", string(plot), names)
	}
}

// SweepFigure draws a metric against the share that remains, or against where they fork
// for results whose levels are forks: a panel for each data set, a line with its deviation for each method. Fractions are shown as percents
// where the label says so.
func SweepFigure(summaries []Summary, metric, label string) (figure.Figure, error) {
	return sweepAxis(summaries).figure(summaries, metric, label)
}

// axis is the metric along which a figure shows others.
type axis struct {
	metric, label string
	scale         figure.Scale
}

var (
	remainingAxis = axis{Remaining, "weights remaining (%)", figure.LogarithmicDown}
	shareAxis     = axis{Remaining, "remaining (%)", figure.LogarithmicDown}
	forkAxis      = axis{ForkIteration, "iteration at which the children part", figure.Linear}
)

// sweepAxis is the axis along which the levels of summaries differ: the forks, or what
// remains, which are weights unless edges or features are pruned too.
func sweepAxis(summaries []Summary) axis {
	has := func(metric string) bool {
		return slices.ContainsFunc(summaries, func(s Summary) bool { return !math.IsNaN(float64(s.mean(metric))) })
	}
	switch {
	case has(ForkIteration):
		return forkAxis
	case has(edgesLeft):
		return shareAxis
	default:
		return remainingAxis
	}
}

// figure draws a metric along the axis; see SweepFigure.
func (a axis) figure(summaries []Summary, metric, label string) (figure.Figure, error) {
	return bySetting(summaries, "mean and standard deviation", func(group []Summary) ([]figure.Panel, error) {
		lines := a.lines(group, metric, unit(label))
		if len(lines) == 0 {
			return nil, notMeasured(metric, group)
		}
		return []figure.Panel{{X: a.label, Y: label, Scale: a.scale, Lines: lines}}, nil
	})
}

// bySetting is a figure of summaries that differ at most in data and method, with the
// panels of each data set, whose name is put before their titles where there are several.
func bySetting(summaries []Summary, statistic string, panels func(group []Summary) ([]figure.Panel, error)) (figure.Figure, error) {
	if len(summaries) == 0 {
		return figure.Figure{}, errors.New("there are no results to draw")
	}
	if err := sameSetting(summaries); err != nil {
		return figure.Figure{}, err
	}
	drawn := figure.Figure{Title: figureTitle(summaries[0].Setting), Subtitle: figureSubtitle(summaries, statistic)}
	groups := BySetting(summaries)
	for _, group := range groups {
		made, err := panels(group)
		if err != nil {
			return figure.Figure{}, err
		}
		for _, panel := range made {
			if len(groups) > 1 {
				panel.Title = strings.TrimSuffix(group[0].Setting.Data+": "+panel.Title, ": ")
			}
			drawn.Panels = append(drawn.Panels, panel)
		}
	}
	return drawn, nil
}

// lackingError says that results lack what a plot shows.
type lackingError struct{ message string }

// Error is the message.
func (e *lackingError) Error() string { return e.message }

// notMeasured says that none of the summaries of a setting has a metric.
func notMeasured(metric string, group []Summary) error {
	return &lackingError{fmt.Sprintf("%s has not measured %s", settingTitle(group[0].Setting), metric)}
}

// lines are the methods' lines, in the experiment's order. A method that was measured at
// one level alone, of which all remains, such as the dense network, is a reference.
func (a axis) lines(group []Summary, metric string, scaled float64) []figure.Line {
	var lines []figure.Line
	for method := range methodsOf(group) {
		line := figure.Line{Name: method, Color: methodColor(group[0].Setting.Experiment, method)}
		for _, s := range group {
			mean := float64(s.mean(metric))
			if s.Method != method || math.IsNaN(mean) {
				continue
			}
			line.X = append(line.X, unit(a.label)*float64(s.mean(a.metric)))
			line.Y = append(line.Y, scaled*mean)
			line.Deviation = append(line.Deviation, scaled*float64(s.Metrics[metric].Deviation))
		}
		if len(line.X) == 0 {
			continue
		}
		line.Reference = len(line.X) == 1 && a.scale == figure.LogarithmicDown && line.X[0] == unit(a.label)
		if e, err := Find(group[0].Setting.Experiment); err == nil {
			line.Name = e.title(method)
		}
		lines = append(lines, line)
	}
	distinguish(lines)
	return lines
}

// distinguish gives a line whose colour an earlier one has the first colour that none
// has, if there is one.
func distinguish(lines []figure.Line) {
	colors := figure.Palette()
	for _, c := range figure.Palette() {
		colors = append(colors, figure.Dark(c))
	}
	used := func(c color.NRGBA) func(figure.Line) bool { return func(l figure.Line) bool { return l.Color == c } }
	for i, line := range lines {
		if !slices.ContainsFunc(lines[:i], used(line.Color)) {
			continue
		}
		free := func(c color.NRGBA) bool { return !slices.ContainsFunc(lines, used(c)) }
		if c := slices.IndexFunc(colors, free); c >= 0 {
			lines[i].Color = colors[c]
		}
	}
}

// unit is what values are multiplied by for an axis with a label.
func unit(label string) float64 {
	if strings.HasSuffix(label, "(%)") {
		return 100
	}
	return 1
}

// methodsOf yields the methods of sorted summaries, each once.
func methodsOf(group []Summary) func(func(string) bool) {
	return func(yield func(string) bool) {
		last := ""
		for _, s := range group {
			if s.Method != last {
				if last = s.Method; !yield(last) {
					return
				}
			}
		}
	}
}

// ofMethod are the levels of a method.
func ofMethod(group []Summary, method string) []Summary {
	return slices.DeleteFunc(slices.Clone(group), func(s Summary) bool { return s.Method != method })
}

// methodColor is a method's colour, the same in every plot of an experiment, darker once
// each has been used; of many methods, several share one. The dense network is grey.
func methodColor(experiment, method string) color.NRGBA {
	e, err := Find(experiment)
	if err != nil || method == Dense {
		return figure.Grey
	}
	palette := figure.Palette()
	order, colors := max(0, e.order(method)), len(palette)-1
	if order >= colors {
		return figure.Dark(palette[order%colors])
	}
	return palette[order]
}

// figureTitle is the experiment's question.
func figureTitle(setting Desc) string {
	if e, err := Find(setting.Experiment); err == nil {
		return e.Title
	}
	return setting.Experiment
}

func methodTitle(s Summary) string {
	if e, err := Find(s.Setting.Experiment); err == nil {
		return e.title(s.Method)
	}
	return s.Method
}

// figureSubtitle says of what results a figure shows which statistic.
func figureSubtitle(summaries []Summary, statistic string) string {
	setting := summaries[0].Setting
	for _, s := range summaries {
		if s.Setting.Data != setting.Data {
			setting.Data = "several data sets"
		}
	}
	seeds := 0
	for _, s := range summaries {
		seeds = max(seeds, len(s.Seeds))
	}
	words := "one seed"
	if seeds > 1 {
		words = fmt.Sprintf("%s of %d seeds", statistic, seeds)
	}
	return settingTitle(setting) + "; " + words
}
