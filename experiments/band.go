package experiments

import "slices"

// Band is the range in which the mean of a metric has to be if a method works as it
// should. It is the project's own, for ten seeds and the hyper-parameters of the
// experiment's scales, not a paper's.
type Band struct {
	Data, Network, Method string
	Metric                string
	Low, High             float64
}

// about reports whether the band is about a setting, in which nothing is changed.
func (b Band) about(setting Desc) bool {
	return b.Data == setting.Data && b.Network == setting.Network && len(setting.Options) == 0
}

// verdict says where a mean lies: the band is met, or the mean is below or above it.
func (b Band) verdict(mean Number) string {
	switch m := float64(mean); {
	case b.Low <= m && m <= b.High:
		return "met"
	case m > b.High:
		return "above"
	}
	return "below"
}

// band is the band that a summary's metric is held to.
func (t Table) band(column Column, s Summary) (Band, bool) {
	i := slices.IndexFunc(t.Bands, func(b Band) bool { return b.Metric == column.Metric && b.Method == s.Method })
	if i < 0 {
		return Band{}, false
	}
	return t.Bands[i], true
}

// bounds reports whether a column's metric is held to a band in any row.
func (t Table) bounds(column Column) bool {
	return slices.ContainsFunc(t.Summaries, func(s Summary) bool {
		_, ok := t.band(column, s)
		return ok
	})
}

// bounds reports whether a column's metric is held to a band in any setting.
func (e *Experiment) bounds(column Column) bool {
	return slices.ContainsFunc(e.Bands, func(b Band) bool { return b.Metric == column.Metric })
}

// bandText is a summary's band and where its mean lies, or nothing.
func (t Table) bandText(column Column, s Summary) string {
	b, ok := t.band(column, s)
	if !ok {
		return ""
	}
	return column.plain(b.Low) + " – " + column.number(b.High) + ", " + b.verdict(s.mean(column.Metric))
}

// bandNote says what bands are, in a table that has any.
func (t Table) bandNote() []string {
	if !slices.ContainsFunc(t.Columns, t.bounds) {
		return nil
	}
	return []string{"A band is this project's own, for the mean of ten seeds; it is no number of a paper."}
}
