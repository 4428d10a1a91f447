package experiments

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Table shows the summaries of one setting, published numbers beside measured ones.
type Table struct {
	Setting   Desc
	Title     string
	Columns   []Column
	Summaries []Summary
	// Published are the statements about the setting's data, network and protocol.
	Published []Published
	// Bands are those of the setting's data and network.
	Bands []Band

	experiment *Experiment
}

// Tables makes one table for each setting among summaries, which are sorted.
func Tables(summaries []Summary) ([]Table, error) {
	var tables []Table
	for _, group := range BySetting(summaries) {
		setting := group[0].Setting
		e, err := Find(setting.Experiment)
		if err != nil {
			return nil, err
		}
		table := Table{
			Setting: setting, Title: settingTitle(setting), Columns: shown(e.Columns, group), Summaries: group,
			Published: e.publishedAbout(setting), experiment: e,
		}
		for _, b := range e.Bands {
			if b.about(setting) {
				table.Bands = append(table.Bands, b)
			}
		}
		tables = append(tables, table)
	}
	return tables, nil
}

// settingTitle names a setting for people: what every description has, and the
// hyper-parameters in which it differs from its scale.
func settingTitle(setting Desc) string {
	title := fmt.Sprintf("%s, %s: %s on %s", setting.Experiment, setting.Scale, setting.Network, setting.Data)
	if changes := scaleChanges(setting); len(changes) > 0 {
		title += " (" + strings.Join(changes, ", ") + ")"
	}
	return title
}

// scaleChanges lists the hyper-parameters, as name=value, that are not what the
// setting's scale says.
func scaleChanges(setting Desc) []string {
	e, err := Find(setting.Experiment)
	if err != nil {
		return nil
	}
	standard, err := e.standard(setting.Scale, setting)
	if err != nil {
		return nil
	}
	fields, err := Fields(standard.Options)
	if err != nil {
		return nil
	}
	var changes []string
	for _, field := range fields {
		value, ok := setting.Options[field.Name]
		if !ok {
			value, err = field.canonical(field.Default)
		}
		if err == nil && !field.OfPlan() && !slices.Contains(reserved, field.Name) && value != field.Text() {
			changes = append(changes, field.Name+"="+shortDigest(value))
		}
	}
	return changes
}

// shortDigest cuts a value that is a file's digest to its first characters.
func shortDigest(value string) string {
	const prefix, letters = "sha256:", 12
	if strings.HasPrefix(value, prefix) {
		return value[:min(len(value), len(prefix)+letters)]
	}
	return value
}

// header are the titles of the table's columns. A published column stands after
// each metric about which a value was published, and one of bands after each that is held
// to one.
func (t Table) header() []string {
	header := []string{"method"}
	if t.hasVariants() {
		header = append(header, "variant")
	}
	header = append(header, "level", "remaining", "seeds")
	for _, column := range t.Columns {
		header = append(header, column.Title)
		if t.publishes(column) {
			header = append(header, "published")
		}
		if t.bounds(column) {
			header = append(header, "band")
		}
	}
	return header
}

// cells are the texts of the table, row by row, with pm between mean and deviation.
func (t Table) cells(pm string) [][]string {
	var rows [][]string
	for _, s := range t.Summaries {
		row := []string{t.experiment.title(s.Method)}
		if t.hasVariants() {
			row = append(row, s.Option("variant"))
		}
		row = append(row, strconv.Itoa(s.Level), percent(float64(s.mean(Remaining)), 1), strconv.Itoa(len(s.Seeds)))
		for _, column := range t.Columns {
			row = append(row, column.statistic(s.Metrics[column.Metric], pm))
			if t.publishes(column) {
				row = append(row, t.publishedText(column, s))
			}
			if t.bounds(column) {
				row = append(row, t.bandText(column, s))
			}
		}
		rows = append(rows, row)
	}
	return rows
}

// hasVariants reports whether any row has a variant; without one its column is left
// out.
func (t Table) hasVariants() bool {
	return slices.ContainsFunc(t.Summaries, func(s Summary) bool { return s.Option("variant") != "" })
}

// alignments are "l" or "r" for each column: texts come first.
func (t Table) alignments() []string {
	texts := 1
	if t.hasVariants() {
		texts++
	}
	aligned := slices.Repeat([]string{"r"}, len(t.header()))
	for i := range texts {
		aligned[i] = "l"
	}
	return aligned
}

// publishes reports whether a value of a column's metric was published.
func (t Table) publishes(column Column) bool {
	return slices.ContainsFunc(t.Published, func(p Published) bool {
		return p.Relation == Value && p.Metric == column.Metric
	})
}

// published is what was published about a metric at a summary's point.
func (t Table) published(column Column, s Summary) (Published, bool) {
	for _, p := range t.Published {
		if p.Relation == Value && p.Metric == column.Metric {
			if _, here := p.at([]Summary{s}, p.Of); here {
				return p, true
			}
		}
	}
	return Published{}, false
}

// publishedText is the published value beside a measured one, or nothing.
func (t Table) publishedText(column Column, s Summary) string {
	p, ok := t.published(column, s)
	if !ok {
		return ""
	}
	return p.approximately(column.number(p.Value))
}

// approximately marks a text as approximate where the value is.
func (p Published) approximately(text string) string {
	if p.Approximate {
		return "≈ " + text
	}
	return text
}

// statements are the published statements with what was measured: statement,
// published, measured, source.
func (t Table) statements() [][]string {
	var rows [][]string
	for _, p := range t.Published {
		measured := "–"
		if value := p.measured(t.Summaries); !math.IsNaN(value) {
			measured = t.relation(p, value)
		}
		rows = append(rows, []string{p.Statement, p.approximately(t.relation(p, p.Value)), measured, p.Source})
	}
	return rows
}

// relation writes a value in the way of its metric's column: a difference of
// percents in percentage points, a ratio as a factor.
func (t Table) relation(p Published, value float64) string {
	column := Column{Metric: p.Metric, Decimals: 2}
	if i := slices.IndexFunc(t.Columns, func(c Column) bool { return c.Metric == p.Metric }); i >= 0 {
		column = t.Columns[i]
	}
	switch {
	case p.Relation == Ratio:
		return fmt.Sprintf("× %.2f", value)
	case p.Relation == Difference && column.Percent:
		return fmt.Sprintf("%+.*f pp", column.Decimals, 100*value)
	case p.Relation == Difference:
		return fmt.Sprintf("%+.*f", column.Decimals, value)
	default:
		return column.number(value)
	}
}

// notes say where the rows come from.
func (t Table) notes() []string {
	var sources, backends []string
	for _, s := range t.Summaries {
		for _, source := range s.Sources {
			if name := source.Short(); !slices.Contains(sources, name) {
				sources = append(sources, name)
			}
		}
		for _, backend := range s.Backends {
			if !slices.Contains(backends, backend) {
				backends = append(backends, backend)
			}
		}
	}
	notes := append([]string{"Mean ± sample standard deviation over seeds."}, t.bandNote()...)
	return append(notes, fmt.Sprintf("Backend %s; commit %s.", strings.Join(backends, ", "), strings.Join(sources, ", ")))
}

// statistic writes a mean and, where there is more than one run, its deviation.
func (c Column) statistic(s Statistic, pm string) string {
	if s.Runs == 0 {
		return "–"
	}
	text := c.number(float64(s.Mean))
	if s.Runs > 1 {
		text += pm + c.plain(float64(s.Deviation))
	}
	return text
}

// number writes a value with its unit.
func (c Column) number(value float64) string {
	if c.Percent {
		return percent(value, c.Decimals)
	}
	return c.plain(value)
}

// plain writes a value without its unit.
func (c Column) plain(value float64) string {
	if c.Percent {
		value *= 100
	}
	return strconv.FormatFloat(value, 'f', c.Decimals, 64)
}

func percent(fraction float64, decimals int) string {
	return strconv.FormatFloat(100*fraction, 'f', decimals, 64) + " %"
}
