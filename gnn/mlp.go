package gnn

import (
	"cmp"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

func init() { register(MLP{}) }

// KindMLP is the kind of MLP.
const KindMLP nn.Kind = "mlp"

// MLP is a multi-layer perceptron on each node's features, which does not read the
// graph: the control that shows what edges are worth. Layers are
//
//	H' = ReLU(drop(H) · W + b)
//
// the last without ReLU.
type MLP struct {
	Hidden       int     // units of a hidden layer; 0 means 64
	Layers       int     // 0 means 2
	Dropout      float64 // of hidden layers; 0 means 0.5
	InputDropout float64 // of features; 0 means 0.5
	NoBias       bool
}

func (n MLP) withDefaults() MLP {
	n.Hidden, n.Layers = cmp.Or(n.Hidden, 64), cmp.Or(n.Layers, 2)
	n.Dropout, n.InputDropout = orDefault(n.Dropout, 0.5), orDefault(n.InputDropout, 0.5)
	return n
}

// Kind is KindMLP.
func (n MLP) Kind() nn.Kind { return KindMLP }

// Check reports numbers out of range.
func (n MLP) Check() error {
	return checks(KindMLP, nonNegative("hidden units", n.Hidden), nonNegative("layers", n.Layers),
		rate("dropout", n.Dropout), rate("input dropout", n.InputDropout))
}

// Parameters are those of each layer.
func (n MLP) Parameters(s Shape) []nn.Parameter { return n.parameters(KindMLP, s) }

func (n MLP) parameters(kind nn.Kind, s Shape) []nn.Parameter {
	n = n.withDefaults()
	p := s.parameters(kind)
	in := s.Features
	for i := range n.Layers {
		out := n.Hidden
		if i == n.Layers-1 {
			out = s.Classes
		}
		p.linear(linear(i), in, out, !n.NoBias)
		in = out
	}
	return p.list
}

// linear names a layer, which are counted from 1.
func linear(i int) string { return fmt.Sprintf("linear%d", i+1) }

// Messages are none.
func (n MLP) Messages(Shape) Messages { return Messages{} }

// Build adds the layers.
func (n MLP) Build(b *Builder) *graph.Node {
	n = n.withDefaults()
	x := b.LinearInput(b.Input(n.InputDropout), linear(0))
	for i := 1; i < n.Layers; i++ {
		x = b.Linear(b.Dropout(graph.MaxScalar(x, 0), n.Dropout), linear(i))
	}
	return x
}
