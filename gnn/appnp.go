package gnn

import (
	"cmp"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

func init() { register(APPNP{}) }

// KindAPPNP is the kind of APPNP.
const KindAPPNP nn.Kind = "appnp"

// APPNP predicts from each node's features and then propagates by personalised
// PageRank; J. Gasteiger, A. Bojchevski and S. Günnemann, "Predict then propagate",
// ICLR 2019:
//
//	H = drop(ReLU(drop(X) · W₁)) · W₂
//	Z ← (1−α) · drop(Â) · Z + α · H        K times, from Z = H
//
// with Â = D^-½ (A + I) D^-½, W₁ [features, hidden], W₂ [hidden, classes].
type APPNP struct {
	Hidden       int     // 0 means 64
	Hops         int     // K; 0 means 10
	Teleport     float64 // α; 0 means 0.1
	Dropout      float64 // of the hidden layer; 0 means 0.5
	InputDropout float64 // of features; 0 means 0.5
	EdgeDropout  float64 // of Â, anew for each hop; 0 means 0.5
	Bias         bool
}

func (n APPNP) withDefaults() APPNP {
	n.Hidden, n.Hops, n.Teleport = cmp.Or(n.Hidden, 64), cmp.Or(n.Hops, 10), cmp.Or(n.Teleport, 0.1)
	n.Dropout, n.InputDropout = orDefault(n.Dropout, 0.5), orDefault(n.InputDropout, 0.5)
	n.EdgeDropout = orDefault(n.EdgeDropout, 0.5)
	return n
}

// perceptron is what predicts.
func (n APPNP) perceptron() MLP {
	return MLP{Hidden: n.Hidden, Dropout: cmp.Or(n.Dropout, None), InputDropout: cmp.Or(n.InputDropout, None), NoBias: !n.Bias}
}

// Kind is KindAPPNP.
func (n APPNP) Kind() nn.Kind { return KindAPPNP }

// Check reports numbers out of range.
func (n APPNP) Check() error {
	var teleport error
	if !(n.Teleport >= 0 && n.Teleport <= 1) {
		teleport = fmt.Errorf("teleport %v is not in [0, 1]", n.Teleport)
	}
	return checks(KindAPPNP, nonNegative("hidden units", n.Hidden), nonNegative("hops", n.Hops), teleport,
		rate("dropout", n.Dropout), rate("input dropout", n.InputDropout), rate("edge dropout", n.EdgeDropout))
}

// Parameters are those of the two layers.
func (n APPNP) Parameters(s Shape) []nn.Parameter {
	return n.withDefaults().perceptron().parameters(KindAPPNP, s)
}

// Propagation is the name of the layer as which APPNP sees its edges.
const Propagation = "propagation"

// Messages are as wide as the result, in each hop.
func (n APPNP) Messages(s Shape) Messages { return looped(n.withDefaults().Hops * s.Classes) }

// Build adds the layers and the hops.
func (n APPNP) Build(b *Builder) *graph.Node {
	n = n.withDefaults()
	predicted := n.perceptron().Build(b)
	teleported := graph.MulScalar(predicted, n.Teleport)
	looped, values := b.normalised(IntoNodes, Propagation)
	x := predicted
	for range n.Hops {
		x = looped.Multiply(x, b.Dropout(values, n.EdgeDropout))
		x = graph.Add(graph.MulScalar(x, 1-n.Teleport), teleported)
	}
	return x
}
