package gnn

import (
	"cmp"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

func init() { register(GIN{}) }

// KindGIN is the kind of GIN.
const KindGIN nn.Kind = "gin"

// GIN is the graph isomorphism network of K. Xu, W. Hu, J. Leskovec and S. Jegelka, "How
// powerful are graph neural networks?", ICLR 2019, on nodes. Layers are
//
//	h'_i = MLP((1 + ε) · h_i + Σ_j h_j)
//
// over the edges from j into i, for drop(h), with a learned ε that begins at 0. An MLP
// has ReLU between its layers and, except for the last MLP, after them. The first layer
// of an MLP is applied before the sum, with which it commutes because it is linear, so
// that messages are narrow. There is no batch norm, which the paper uses for
// classifying graphs.
type GIN struct {
	Hidden       int     // units; 0 means 64
	Layers       int     // 0 means 2
	Depth        int     // linear layers of each MLP; 0 means 2
	Mean         bool    // aggregate the mean in place of the sum, as UGS's code does
	Dropout      float64 // of hidden layers; 0 means 0.5
	InputDropout float64 // of features; 0 means 0.5
}

func (n GIN) withDefaults() GIN {
	n.Hidden, n.Layers, n.Depth = cmp.Or(n.Hidden, 64), cmp.Or(n.Layers, 2), cmp.Or(n.Depth, 2)
	n.Dropout, n.InputDropout = orDefault(n.Dropout, 0.5), orDefault(n.InputDropout, 0.5)
	return n
}

// Kind is KindGIN.
func (n GIN) Kind() nn.Kind { return KindGIN }

// Check reports numbers out of range.
func (n GIN) Check() error {
	return checks(KindGIN, nonNegative("hidden units", n.Hidden), nonNegative("layers", n.Layers), nonNegative("layers of an MLP", n.Depth),
		rate("dropout", n.Dropout), rate("input dropout", n.InputDropout))
}

// perceptronLayer names a linear layer of the MLP of a convolution.
func perceptronLayer(i, j int) string { return fmt.Sprintf("convolution%d.linear%d", i+1, j+1) }

// Parameters are ε and the linear layers of each convolution.
func (n GIN) Parameters(s Shape) []nn.Parameter {
	n = n.withDefaults()
	p := s.parameters(KindGIN)
	in := s.Features
	for i := range n.Layers {
		for j := range n.Depth {
			out := n.Hidden
			if i == n.Layers-1 && j == n.Depth-1 {
				out = s.Classes
			}
			p.linear(perceptronLayer(i, j), in, out, true)
			if j == 0 {
				p.add(perceptronLayer(i, j), Epsilon, 1)
			}
			in = out
		}
	}
	return p.list
}

// Messages are as wide as the first layer of each MLP.
func (n GIN) Messages(s Shape) Messages {
	n = n.withDefaults()
	last := n.Hidden
	if n.Depth == 1 {
		last = s.Classes
	}
	return Messages{Edges: (n.Layers-1)*n.Hidden + last}
}

// Build adds the layers. An MLP's first layer sees the edges.
func (n GIN) Build(b *Builder) *graph.Node {
	n = n.withDefaults()
	var x *graph.Node
	for i := range n.Layers {
		first := perceptronLayer(i, 0)
		if i == 0 {
			x = b.Input(n.InputDropout).Multiply(b.Weight(first, nn.Weight))
		} else {
			x = graph.MatMul(b.Dropout(graph.MaxScalar(x, 0), n.Dropout), b.Weight(first, nn.Weight))
		}
		own := graph.Mul(x, graph.ExpandLeftToRank(graph.AddScalar(b.Weight(first, Epsilon), 1), 2))
		x = b.Biased(graph.Add(own, n.aggregate(b, x, first)), first)
		for j := 1; j < n.Depth; j++ {
			x = b.Linear(graph.MaxScalar(x, 0), perceptronLayer(i, j))
		}
	}
	return x
}

func (n GIN) aggregate(b *Builder, x *graph.Node, layer string) *graph.Node {
	if n.Mean {
		return b.Mean(x, layer)
	}
	edges, values := b.Edges(layer)
	return edges.Multiply(x, values)
}
