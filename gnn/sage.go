package gnn

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

func init() { register(GraphSAGE{}) }

// KindGraphSAGE is the kind of GraphSAGE.
const KindGraphSAGE nn.Kind = "sage"

// GraphSAGE combines a node's own row with the mean of its neighbours'; W. L. Hamilton,
// R. Ying and J. Leskovec, "Inductive representation learning on large graphs", NeurIPS
// 2017, with the mean aggregator over all neighbours. Layers are
//
//	h'_i = ReLU(h_i · W_own + mean_j h_j · W_neighbours + b)
//
// over the edges from j into i, for drop(h); the last is without ReLU. Both weights are
// [in, out], stacked as if h_i and the mean were concatenated. The product comes before
// the mean, so that messages are as narrow as the layer's result.
type GraphSAGE struct {
	Hidden       int     // units of a hidden layer; 0 means 64
	Layers       int     // 0 means 2
	Dropout      float64 // of hidden layers; 0 means 0.5
	InputDropout float64 // of features; 0 means 0.5
}

func (n GraphSAGE) withDefaults() GraphSAGE {
	n.Hidden, n.Layers = cmp.Or(n.Hidden, 64), cmp.Or(n.Layers, 2)
	n.Dropout, n.InputDropout = orDefault(n.Dropout, 0.5), orDefault(n.InputDropout, 0.5)
	return n
}

// Kind is KindGraphSAGE.
func (n GraphSAGE) Kind() nn.Kind { return KindGraphSAGE }

// Check reports numbers out of range.
func (n GraphSAGE) Check() error {
	return checks(KindGraphSAGE, nonNegative("hidden units", n.Hidden), nonNegative("layers", n.Layers),
		rate("dropout", n.Dropout), rate("input dropout", n.InputDropout))
}

// Parameters are the weight of each layer, W_own above W_neighbours, and its bias.
func (n GraphSAGE) Parameters(s Shape) []nn.Parameter {
	n = n.withDefaults()
	p := s.parameters(KindGraphSAGE)
	in := s.Features
	for i := range n.Layers {
		out := n.Hidden
		if i == n.Layers-1 {
			out = s.Classes
		}
		p.linear(convolution(i), 2*in, out, true)
		in = out
	}
	return p.list
}

// Messages are as wide as the results of the layers.
func (n GraphSAGE) Messages(s Shape) Messages {
	n = n.withDefaults()
	return Messages{Edges: (n.Layers-1)*n.Hidden + s.Classes}
}

// Build adds the layers.
func (n GraphSAGE) Build(b *Builder) *graph.Node {
	n = n.withDefaults()
	input := b.Input(n.InputDropout)
	multiply := input.Multiply
	var x *graph.Node
	for i := range n.Layers {
		layer := convolution(i)
		w := b.Weight(layer, nn.Weight)
		half := w.Shape().Dim(0) / 2
		own := graph.Slice(w, graph.AxisRange(0, half), graph.AxisRange())
		neighbours := graph.Slice(w, graph.AxisRange(half, 2*half), graph.AxisRange())
		x = graph.Add(multiply(own), b.Mean(multiply(neighbours), layer))
		x = b.Biased(x, layer)
		if i < n.Layers-1 {
			hidden := b.Dropout(graph.MaxScalar(x, 0), n.Dropout)
			multiply = func(w *graph.Node) *graph.Node { return graph.MatMul(hidden, w) }
		}
	}
	return x
}
