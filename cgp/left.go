package cgp

import (
	"slices"

	"espalier/data"
	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
)

// remainder is what is left of a problem: which edges, features and units of the hidden
// layer, and the network with only these units.
type remainder struct {
	edges, features, units []bool // units is nil where none can go
	network                gnn.Network
	axes                   map[string][]axis
}

// axis says along what an axis of a parameter runs.
type axis string

const (
	featureAxis axis = "features"
	unitAxis    axis = "units"
)

func remainderOf(p Problem, mask *prune.Mask, variant prune.Variant) *remainder {
	s := gnn.ShapeOf(p.Graph)
	l := &remainder{edges: all(s.Edges), features: all(s.Features), network: p.Network}
	noticed := !cached(p.Network, variant)
	if noticed && mask.SizeOf(Edges) > 0 {
		l.edges = bools(mask, Edges)
	}
	parameters := p.Network.Parameters(s)
	l.axes = make(map[string][]axis)
	for _, parameter := range parameters {
		l.axes[parameter.Name] = make([]axis, len(parameter.Shape))
	}
	l.label(parameters, withMoreFeatures(p.Network, s), featureAxis)
	narrower, ok := p.Network.(gnn.Narrower)
	if ok && narrower.HiddenUnits() > 0 {
		l.label(parameters, narrower.WithHiddenUnits(narrower.HiddenUnits()+1).Parameters(s), unitAxis)
		l.units = l.read(parameters, mask, unitAxis, narrower.HiddenUnits())
		l.network = narrower.WithHiddenUnits(count(l.units))
	}
	l.features = l.read(parameters, mask, featureAxis, s.Features)
	if noticed && mask.SizeOf(Features) > 0 {
		for f, lives := range bools(mask, Features) {
			l.features[f] = l.features[f] && lives
		}
		keepOne(l.features)
	}
	return l
}

func all(n int) []bool { return slices.Repeat([]bool{true}, n) }

func count(marks []bool) int {
	n := 0
	for _, mark := range marks {
		if mark {
			n++
		}
	}
	return n
}

// keepOne marks the first if none is.
func keepOne(marks []bool) {
	if len(marks) > 0 && !slices.Contains(marks, true) {
		marks[0] = true
	}
}

// withMoreFeatures are a network's parameters for a graph with one feature more. An axis
// that is longer then runs along features.
func withMoreFeatures(n gnn.Network, s gnn.Shape) []nn.Parameter {
	s.Features++
	return n.Parameters(s)
}

// label finds the axes that are longer in a larger network.
func (l *remainder) label(parameters, larger []nn.Parameter, as axis) {
	for i, p := range parameters {
		for a, n := range p.Shape {
			if larger[i].Shape[a] != n {
				l.axes[p.Name][a] = as
			}
		}
	}
}

// read says which places along an axis a live weight reads: a weight whose rows they
// are, or that has several blocks of such rows, as GraphSAGE's. Where a weight that reads
// them is not masked, all are.
func (l *remainder) read(parameters []nn.Parameter, mask *prune.Mask, along axis, size int) []bool {
	read := make([]bool, size)
	for _, p := range parameters {
		if p.Role != nn.Weight || l.axes[p.Name][0] != along {
			continue
		}
		if mask.SizeOf(p.Name) == 0 {
			return all(size)
		}
		width := p.Shape[1]
		for i := range mask.Live(p.Name) {
			read[i/width%size] = true
		}
	}
	keepOne(read)
	return read
}

// graph is what is left of a graph.
func (l *remainder) graph(g *data.Graph) (*data.Graph, error) {
	g, err := g.KeepEdges(l.edges)
	if err != nil {
		return nil, err
	}
	return g.KeepFeatures(l.features)
}

// positions are those of the values that are left, by parameter.
func (l *remainder) positions(parameters []nn.Parameter) map[string][]int {
	kept := make(map[string][]int, len(parameters))
	for _, p := range parameters {
		positions := []int{0}
		for a, n := range p.Shape {
			positions = extend(positions, n, l.along(p.Name, a, n))
		}
		kept[p.Name] = positions
	}
	return kept
}

// along says what is left along an axis.
func (l *remainder) along(name string, a, n int) []bool {
	switch {
	case name == Edges:
		return l.edges
	case name == Features || l.axes[name][a] == featureAxis:
		return slices.Repeat(l.features, n/max(1, len(l.features)))
	case l.axes[name][a] == unitAxis:
		return l.units
	}
	return all(n)
}

// extend are positions with one axis more.
func extend(positions []int, n int, kept []bool) []int {
	var longer []int
	for _, position := range positions {
		for i, mark := range kept {
			if mark {
				longer = append(longer, position*n+i)
			}
		}
	}
	return longer
}
