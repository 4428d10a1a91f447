package cgp

import (
	"github.com/gomlx/gomlx/core/graph"

	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
)

// gate is the sigmoid of a learned parameter where it lives, and 0 where it does not.
//
// In the paper's variant what is pruned has the gradient that it would have if it
// lived, as pruned weights have theirs, so that growing by gradients means something.
// In the reference what is 0 is taken out before the sigmoid: it has no gradient, and
// what grows again takes part only after the optimizer has moved it from 0.
func gate(b *gnn.Builder, name string, variant prune.Variant) *graph.Node {
	value := b.Parameter(name)
	open := graph.Sigmoid(value)
	zero := graph.ZerosLike(open)
	if variant == prune.Reference {
		return graph.Where(graph.NotEqual(value, graph.ZerosLike(value)), open, zero)
	}
	shut := graph.Where(b.Lives(name), zero, graph.Neg(open))
	return graph.Add(open, graph.StopGradient(shut))
}

// insertion puts gates before edges and features, as far as they are learned.
func insertion(parameters []nn.Parameter, variant prune.Variant) *gnn.Insertion {
	in := &gnn.Insertion{Parameters: parameters}
	for _, p := range parameters {
		build := func(b *gnn.Builder) *graph.Node {
			return b.Once(p.Name, func() *graph.Node { return gate(b, p.Name, variant) })
		}
		if p.Name == Features {
			in.Gates = build
		} else {
			in.Edges = func(b *gnn.Builder, _ string) *graph.Node { return build(b) }
		}
	}
	return in
}
