package gnn

import (
	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

// Input is the nodes' features in a GoMLX graph, gated by the insertion and with
// elements dropped. Sparse features stay sparse.
type Input struct {
	sparse *Sparse
	values *graph.Node // [elements] where sparse, else [nodes, features]
	gates  *graph.Node // [features], or nil
}

// Input is the features, with elements dropped in the training phase.
func (b *Builder) Input(dropout float64) *Input {
	in := &Input{values: constant(b.target, b.dtype, b.graph.features)}
	if b.graph.elements != nil {
		in.sparse = b.graph.elements.In(b.target)
	} else {
		in.values = graph.Reshape(in.values, b.graph.shape.Nodes, b.graph.shape.Features)
	}
	in.values = b.Dropout(in.values, dropout)
	if b.insertion.Gates != nil {
		in.gates = b.insertion.Gates(b)
	}
	return in
}

// Multiply is the product of the features with w [features, width]. Gates scale the
// rows of w, which are fewer than the elements of the features.
func (in *Input) Multiply(w *graph.Node) *graph.Node {
	if in.gates != nil {
		w = graph.Mul(w, graph.InsertAxes(in.gates, -1))
	}
	if in.sparse == nil {
		return graph.MatMul(in.values, w)
	}
	return in.sparse.Multiply(w, in.values)
}

// LinearInput is the product of the features with a layer's weight, and its bias.
func (b *Builder) LinearInput(x *Input, layer string) *graph.Node {
	return b.Biased(x.Multiply(b.Weight(layer, nn.Weight)), layer)
}
