package experiments

import (
	"math"
	"slices"
)

// Published is one statement of a paper in numbers, which a table sets beside the
// measured value. Numbers that could not be verified are not entered.
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
	// Spared is the fraction of the network's weights that the paper does not count,
	// those of layers that are never pruned: Of and To are fractions of the others.
	Spared float64
	// With are hyper-parameters of the experiment's Protocol, as texts, that were others
	// than at the scale paper.
	With map[string]string
	// Source says where it stands.
	Source string
}

// Point is where on a sweep a metric is taken.
type Point struct {
	Method string
	// Remaining is the fraction of the weights that live, as the paper counts them.
	Remaining float64
}

// Relation is how a published number relates to measurements.
type Relation int

// The relations of a published number to the metric at Of (and at To). A ticket wins
// that is as accurate as the dense network at least, by BestTestAccuracy, in the mean
// over seeds.
const (
	Value      Relation = iota // the metric at Of
	Difference                 // the metric at Of minus that at To
	Ratio                      // the metric at Of divided by that at To
	Sparsity                   // of the sparsest winning ticket of the methods Of and To, as the paper counts; 0 where none wins
	AtSparsest                 // the metric of that ticket
)

// Column is one metric of a table.
type Column struct {
	Metric, Title string
	// Percent shows fractions as percents.
	Percent bool
	// Decimals is how many are shown.
	Decimals int
	// Timed marks times, which a table leaves out where nothing was timed.
	Timed bool
}

// shown are the columns without times that none of some summaries has.
func shown(columns []Column, summaries []Summary) []Column {
	return slices.DeleteFunc(slices.Clone(columns), func(c Column) bool {
		return c.Timed && !slices.ContainsFunc(summaries, func(s Summary) bool { return s.Metrics[c.Metric].Runs > 0 })
	})
}

// sameRemaining is how far, in proportion, the fractions of living weights of a
// published and a measured point may lie apart: counts are rounded in more than
// one way, and papers round what they print.
const sameRemaining = 0.02

// at finds the summary at a point of the statement among those of one setting.
func (p Published) at(summaries []Summary, point Point) (Summary, bool) {
	for _, s := range summaries {
		if s.Method == point.Method && math.Abs(p.remaining(s)-point.Remaining) <= sameRemaining*point.Remaining {
			return s, true
		}
	}
	return Summary{}, false
}

// remaining is the fraction of the weights that live at a summary, as the paper counts.
func (p Published) remaining(s Summary) float64 {
	return (float64(s.mean(Remaining)) - p.Spared) / (1 - p.Spared)
}

// measured is what summaries of one setting say about a statement; NaN where they
// lack one of its points.
func (p Published) measured(summaries []Summary) float64 {
	if p.Relation == Sparsity || p.Relation == AtSparsest {
		return p.ofSparsest(summaries)
	}
	of, ok := p.at(summaries, p.Of)
	if !ok {
		return math.NaN()
	}
	value := float64(of.mean(p.Metric))
	if p.Relation == Value {
		return value
	}
	to, ok := p.at(summaries, p.To)
	if !ok {
		return math.NaN()
	}
	if p.Relation == Difference {
		return value - float64(to.mean(p.Metric))
	}
	return value / float64(to.mean(p.Metric))
}

// ofSparsest is what summaries say about the sparsest winning ticket.
func (p Published) ofSparsest(summaries []Summary) float64 {
	dense, ok := p.at(summaries, Point{Dense, 1})
	if !ok || !slices.ContainsFunc(summaries, p.competes) {
		return math.NaN()
	}
	sparsest := dense
	for _, s := range summaries {
		if p.competes(s) && s.mean(BestTestAccuracy) >= dense.mean(BestTestAccuracy) && s.mean(Remaining) < sparsest.mean(Remaining) {
			sparsest = s
		}
	}
	if p.Relation == Sparsity {
		return 1 - p.remaining(sparsest)
	}
	if sparsest.Method == Dense {
		return math.NaN()
	}
	return float64(sparsest.mean(p.Metric))
}

// competes reports whether a summary is one of those among which the sparsest winning
// ticket is looked for.
func (p Published) competes(s Summary) bool {
	return s.Method == p.Of.Method || s.Method == p.To.Method
}

// publishedAbout are the statements about a setting: about its data and network, made with
// the hyper-parameters that it has. A number stands beside no result of quite another
// training.
func (e *Experiment) publishedAbout(setting Desc) []Published {
	about := slices.DeleteFunc(slices.Clone(e.Published), func(p Published) bool { return !p.about(setting) })
	if len(about) == 0 {
		return nil
	}
	protocol, err := e.protocolOf(setting)
	if err != nil {
		return nil // results of a network or data set that is there no more
	}
	return slices.DeleteFunc(about, func(p Published) bool { return !e.follows(setting, protocol, p.With) })
}

// protocolOf are the texts that the hyper-parameters of the protocol have at the scale
// paper, for the data and the network of a setting.
func (e *Experiment) protocolOf(setting Desc) (map[string]string, error) {
	standard, err := e.standard(Paper, setting)
	if err != nil {
		return nil, err
	}
	fields, err := Fields(standard.Options)
	if err != nil {
		return nil, err
	}
	protocol := make(map[string]string)
	for _, field := range fields {
		if slices.Contains(e.Protocol, field.Name) {
			protocol[field.Name] = field.Text()
		}
	}
	return protocol, nil
}

// follows reports whether a setting has the hyper-parameters of a protocol, but for some
// that are others.
func (e *Experiment) follows(setting Desc, protocol, others map[string]string) bool {
	for name, want := range protocol {
		if other, ok := others[name]; ok {
			want = other
		}
		if e.value(setting, name) != want {
			return false
		}
	}
	return true
}

// about reports whether a statement is about the data and network of a setting. A
// network that is wider or narrower than the paper's is another.
func (p Published) about(setting Desc) bool {
	width := optionOf(setting, "width")
	return p.Data == setting.Data && p.Network == setting.Network && (width == "" || width == "1")
}
