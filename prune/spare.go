package prune

import (
	"slices"

	"espalier/nn"
)

// Spare reports whether nothing may be removed from a parameter.
type Spare func(p nn.Parameter) bool

// SpareLayers spares the layers with exactly these names.
func SpareLayers(names ...string) Spare {
	return func(p nn.Parameter) bool { return slices.Contains(names, p.Layer) }
}

// SpareKinds spares all layers of these kinds.
func SpareKinds(kinds ...nn.Kind) Spare {
	return func(p nn.Parameter) bool { return slices.Contains(kinds, p.Kind) }
}

// SpareAny spares what any of its arguments spares.
func SpareAny(spares ...Spare) Spare {
	return func(p nn.Parameter) bool {
		return slices.ContainsFunc(spares, func(spare Spare) bool { return spare(p) })
	}
}

// OutputLayer is the name of the network's last layer that has weights, the one
// that computes the logits.
func OutputLayer(n *nn.Network) string {
	prunable := n.Prunable()
	if len(prunable) == 0 {
		return ""
	}
	return prunable[len(prunable)-1].Layer
}
