package experiments

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"espalier/experiments/figure"
)

// Comparison puts results side by side that differ in one hyper-parameter.
type Comparison struct {
	Option string
	Metric string
	// Label is what the metric is called; one that ends in "(%)" shows
	// fractions as percents.
	Label string
	// Values are the hyper-parameter's values in the order of the results, and
	// Sweeps the levels that each came to, those of the experiment's first method.
	Values []string
	Sweeps [][]Summary
}

// Compare puts the levels of results side by side, one sweep for each value of a
// hyper-parameter. Of the experiment's methods the first that the results have is
// compared. It is an error if a value was run with more than one setting of the
// others, since then its levels could not be told apart.
func Compare(results []*Result, option, metric, label string) (Comparison, error) {
	comparison := Comparison{Option: option, Metric: metric, Label: label}
	summaries := Summarise(Rows(results))
	if len(summaries) == 0 {
		return comparison, fmt.Errorf("compare %s: no results", option)
	}
	for _, result := range results {
		if value := optionOf(result.Desc, option); !slices.Contains(comparison.Values, value) {
			comparison.Values = append(comparison.Values, value)
		}
	}
	for _, value := range comparison.Values {
		var groups [][]Summary
		for _, group := range BySetting(summaries) {
			if optionOf(group[0].Setting, option) == value {
				groups = append(groups, group)
			}
		}
		if len(groups) > 1 {
			return comparison, fmt.Errorf("compare %s: the results with %s differ in more than that", option, value)
		}
		sweep := ofMethod(groups[0], groups[0][0].Method)
		sortLevels(sweep)
		comparison.Sweeps = append(comparison.Sweeps, sweep)
	}
	return comparison, nil
}

// optionOf is the text of a hyper-parameter, its default where the description
// does not say.
func optionOf(d Desc, option string) string {
	if e, err := Find(d.Experiment); err == nil {
		return e.value(d, option)
	}
	return d.Options[option]
}

// Figure draws the metric against the weights that remain, a line for each value.
func (c Comparison) Figure() figure.Figure {
	panel := figure.Panel{X: remainingAxis.label, Y: c.Label, Scale: remainingAxis.scale}
	palette := figure.Palette()
	var all []Summary
	for i, sweep := range c.Sweeps {
		for _, line := range remainingAxis.lines(sweep, c.Metric, unit(c.Label)) {
			line.Name, line.Color = scoreTitle(c.Values[i]), palette[i%len(palette)]
			panel.Lines = append(panel.Lines, line)
		}
		all = append(all, sweep...)
	}
	subtitle := figureSubtitle(all, "mean and standard deviation")
	if len(all) > 0 {
		setting := all[0].Setting
		setting.Options = maps.Clone(setting.Options)
		delete(setting.Options, c.Option)
		subtitle = strings.Replace(subtitle, settingTitle(all[0].Setting), settingTitle(setting), 1)
	}
	return figure.Figure{Title: "By " + c.Option, Subtitle: subtitle, Panels: []figure.Panel{panel}}
}

func (c Comparison) percents() bool { return strings.HasSuffix(c.Label, "(%)") }

// WriteMarkdown writes a table with a line for each level and a column for each
// value, mean ± sample standard deviation over the seeds.
func (c Comparison) WriteMarkdown(w io.Writer) error {
	var text strings.Builder
	text.WriteString("| level | remaining |")
	for _, value := range c.Values {
		fmt.Fprintf(&text, " %s |", scoreTitle(value))
	}
	text.WriteString("\n|---:|---:|" + strings.Repeat("---:|", len(c.Values)) + "\n")
	for i, first := range c.Sweeps[0] {
		fmt.Fprintf(&text, "| %d | %s |", first.Level, percent(float64(first.mean(Remaining)), 1))
		for _, sweep := range c.Sweeps {
			text.WriteString(" " + c.entry(sweep, i) + " |")
		}
		text.WriteString("\n")
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// entry is the metric of a sweep's level.
func (c Comparison) entry(sweep []Summary, level int) string {
	if level >= len(sweep) {
		return ""
	}
	statistic := sweep[level].Metrics[c.Metric]
	if c.percents() {
		return fmt.Sprintf("%.2f ± %.2f", 100*float64(statistic.Mean), 100*float64(statistic.Deviation))
	}
	return fmt.Sprintf("%.4g ± %.2g", float64(statistic.Mean), float64(statistic.Deviation))
}
