package gnn

import (
	"cmp"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

func init() { register(GCN{}) }

// KindGCN is the kind of GCN.
const KindGCN nn.Kind = "gcn"

// GCN is the graph convolutional network of T. N. Kipf and M. Welling, "Semi-supervised
// classification with graph convolutional networks", ICLR 2017: layers
//
//	H' = ReLU(Â · drop(H) · W)        Â = D^-½ (A + I) D^-½
//
// the last without ReLU. H is [nodes, in], W [in, out]. The product H·W comes first,
// so that what is sent along edges is as narrow as the layer's result.
type GCN struct {
	Hidden       int     // units of a hidden layer; 0 means 16
	Layers       int     // 0 means 2
	Dropout      float64 // of hidden layers; 0 means 0.5
	InputDropout float64 // of features; 0 means 0.5
	Bias         bool
	Degrees      Degrees // of Â; what papers have where it is empty
}

func (n GCN) withDefaults() GCN {
	n.Hidden, n.Layers = cmp.Or(n.Hidden, 16), cmp.Or(n.Layers, 2)
	n.Dropout, n.InputDropout = orDefault(n.Dropout, 0.5), orDefault(n.InputDropout, 0.5)
	return n
}

// Kind is KindGCN.
func (n GCN) Kind() nn.Kind { return KindGCN }

// Check reports numbers out of range.
func (n GCN) Check() error {
	return checks(KindGCN, nonNegative("hidden units", n.Hidden), nonNegative("layers", n.Layers),
		rate("dropout", n.Dropout), rate("input dropout", n.InputDropout), n.Degrees.Check())
}

// Parameters are the weight of each layer, and its bias if it has one.
func (n GCN) Parameters(s Shape) []nn.Parameter {
	n = n.withDefaults()
	p := s.parameters(KindGCN)
	in := s.Features
	for i := range n.Layers {
		out := n.Hidden
		if i == n.Layers-1 {
			out = s.Classes
		}
		p.linear(convolution(i), in, out, n.Bias)
		in = out
	}
	return p.list
}

// convolution names a layer, which are counted from 1.
func convolution(i int) string { return fmt.Sprintf("convolution%d", i+1) }

// Messages are as wide as the results of the layers.
func (n GCN) Messages(s Shape) Messages {
	n = n.withDefaults()
	return looped((n.Layers-1)*n.Hidden + s.Classes)
}

// Build adds the layers.
func (n GCN) Build(b *Builder) *graph.Node {
	n = n.withDefaults()
	var x *graph.Node
	for i := range n.Layers {
		layer := convolution(i)
		if i == 0 {
			x = b.Input(n.InputDropout).Multiply(b.Weight(layer, nn.Weight))
		} else {
			x = b.Dropout(graph.MaxScalar(x, 0), n.Dropout)
			x = graph.MatMul(x, b.Weight(layer, nn.Weight))
		}
		x = b.Biased(b.PropagateBy(n.Degrees, x, layer), layer)
	}
	return x
}
