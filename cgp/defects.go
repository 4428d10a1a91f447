package cgp

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
)

// defective changes an insertion into what CGP's code does instead for some networks:
//
//   - SGC propagates once, at the beginning, and keeps the result, so that edges and
//     features that are pruned later are not missed and get no gradient;
//   - GAT's first layer leaves out edges that are pruned, but does not multiply
//     messages by the values of the others;
//   - GCNII does not run unless edges are learned.
//
// first is what the learned values of edges and features began with.
func defective(in *gnn.Insertion, network gnn.Network, s gnn.Shape, first nn.Weights) error {
	switch network.Kind() {
	case gnn.KindSGC:
		if in.Edges != nil {
			in.Edges = func(b *gnn.Builder, _ string) *graph.Node { return frozen(b, Edges, first[Edges]) }
		}
		if in.Gates != nil {
			in.Gates = func(b *gnn.Builder) *graph.Node { return frozen(b, Features, first[Features]) }
		}
	case gnn.KindGAT:
		if in.Edges != nil {
			in.Edges = maskedFirst(in.Edges, network.Parameters(s)[0].Layer)
		}
	case gnn.KindGCNII:
		if in.Edges == nil {
			return fmt.Errorf("the reference's %s does not run without learned edges; use the paper's variant, or learn edges", gnn.KindGCNII)
		}
	}
	return nil
}

// cached reports whether a network does not notice which edges and features are pruned:
// the reference's SGC.
func cached(network gnn.Network, variant prune.Variant) bool {
	return variant == prune.Reference && network.Kind() == gnn.KindSGC
}

// frozen are gates as they were at the beginning, shut where the learned value was 0.
func frozen(b *gnn.Builder, name string, first []float32) *graph.Node {
	return b.Once("first "+name, func() *graph.Node {
		gates := make([]float32, len(first))
		for i, x := range first {
			if x == 0 {
				continue
			}
			gates[i] = float32(1 / (1 + math.Exp(-float64(x))))
		}
		return graph.Const(b.Graph(), gates)
	})
}

// maskedFirst lets the first layer see only which edges are there.
func maskedFirst(learned func(*gnn.Builder, string) *graph.Node, first string) func(*gnn.Builder, string) *graph.Node {
	return func(b *gnn.Builder, layer string) *graph.Node {
		if layer != first {
			return learned(b, layer)
		}
		return b.Once("edges that are there", func() *graph.Node {
			value := b.Parameter(Edges)
			return graph.ConvertDType(graph.NotEqual(value, graph.ZerosLike(value)), value.DType())
		})
	}
}
