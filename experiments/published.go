package experiments

import "math"

// Published is one statement of a paper in numbers, which a table sets beside what
// was measured. Numbers that could not be verified are not entered.
type Published struct {
	// Statement says in words what is claimed.
	Statement     string
	Data, Network string
	Metric        string
	// Relation says whether Value is the metric at Of itself or compares it with
	// that at To.
	Relation Relation
	Of, To   Point
	Value    float64
	// Approximate marks a value that is given as "about".
	Approximate bool
	// Source says where it stands.
	Source string
}

// Point is where on a sweep a metric is taken.
type Point struct {
	Method string
	// Remaining is the fraction of the weights that live.
	Remaining float64
}

// Relation is how a published number relates to measurements.
type Relation int

// The relations of a published number to the metric at Of (and at To).
const (
	Value      Relation = iota // the metric at Of
	Difference                 // the metric at Of minus that at To
	Ratio                      // the metric at Of divided by that at To
)

// Column is one metric of a table.
type Column struct {
	Metric, Title string
	// Percent shows fractions as percents.
	Percent bool
	// Decimals is how many are shown.
	Decimals int
}

// sameRemaining is how far, in proportion, the fractions of living weights of a
// published and a measured point may lie apart: counts are rounded in more than
// one way, and papers round what they print.
const sameRemaining = 0.02

// at finds the summary at a point among those of one setting.
func at(summaries []Summary, p Point) (Summary, bool) {
	for _, s := range summaries {
		if remaining := float64(s.Metrics[Remaining].Mean); s.Method == p.Method &&
			math.Abs(remaining-p.Remaining) <= sameRemaining*p.Remaining {
			return s, true
		}
	}
	return Summary{}, false
}

// measured is what summaries of one setting say about a statement; NaN where they
// lack one of its points.
func (p Published) measured(summaries []Summary) float64 {
	of, ok := at(summaries, p.Of)
	if !ok {
		return math.NaN()
	}
	value := float64(of.mean(p.Metric))
	if p.Relation == Value {
		return value
	}
	to, ok := at(summaries, p.To)
	if !ok {
		return math.NaN()
	}
	if p.Relation == Difference {
		return value - float64(to.mean(p.Metric))
	}
	return value / float64(to.mean(p.Metric))
}

// about reports whether a statement is about the data and network of a setting.
func (p Published) about(setting Desc) bool {
	return p.Data == setting.Data && p.Network == setting.Network
}
