package cgp

import (
	"fmt"

	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
)

// Units is the parameter that stands, in what Remains returns, for the units of a hidden
// layer that can be narrowed. It has one axis.
const Units = "units"

// Remains says what compaction by a mask leaves of a problem: which Edges, which
// Features and, if the network has a hidden layer that can be narrowed, which Units. It
// is all that Rest needs, and far smaller than a mask of all weights.
func (p Problem) Remains(mask *prune.Mask, variant prune.Variant) *prune.Mask {
	l := remainderOf(p, mask, variant)
	kept := map[string][]bool{Edges: l.edges, Features: l.features}
	parameters := []nn.Parameter{edgesOf(len(l.edges)), featuresOf(len(l.features))}
	if l.units != nil {
		kept[Units] = l.units
		parameters = append(parameters, nn.Parameter{Name: Units, Shape: []int{len(l.units)}})
	}
	editor := prune.OnesOf(parameters).Edit()
	for name, marks := range kept {
		for i, mark := range marks {
			editor.Set(name, i, mark)
		}
	}
	return editor.Mask()
}

// Rest is the problem that compaction leaves: the graph with the edges and features that
// remain, and a network with the units that do.
func (p Problem) Rest(remains *prune.Mask) (Problem, error) {
	l := remainder{edges: bools(remains, Edges), features: bools(remains, Features)}
	if units := remains.CountOf(Units); units > 0 {
		narrower, ok := p.Network.(gnn.Narrower)
		if !ok {
			return p, fmt.Errorf("%d units remain of %s, which has none that could go", units, p.Network.Kind())
		}
		p.Network = narrower.WithHiddenUnits(units)
	}
	g, err := l.graph(p.Graph)
	if err != nil {
		return p, fmt.Errorf("what remains is of another graph: %w", err)
	}
	p.Graph = g
	return p, nil
}
