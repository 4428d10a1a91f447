package gnn

import (
	"cmp"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

func init() { register(SGC{}) }

// KindSGC is the kind of SGC.
const KindSGC nn.Kind = "sgc"

// SGC is the simple graph convolution of F. Wu, T. Zhang, A. H. de Souza Jr., C. Fifty,
// T. Yu and K. Q. Weinberger, "Simplifying graph convolutional networks", ICML 2019:
//
//	Â^K · X · W + b        Â = D^-½ (A + I) D^-½
//
// W is [features, classes]. X·W comes first, so that messages have only as many columns
// as there are classes, and X stays sparse.
type SGC struct {
	Hops   int // K; 0 means 2
	NoBias bool
}

// Kind is KindSGC.
func (n SGC) Kind() nn.Kind { return KindSGC }

// Check reports numbers out of range.
func (n SGC) Check() error { return checks(KindSGC, nonNegative("hops", n.Hops)) }

// Parameters are the one layer's.
func (n SGC) Parameters(s Shape) []nn.Parameter {
	p := s.parameters(KindSGC)
	p.linear("linear", s.Features, s.Classes, !n.NoBias)
	return p.list
}

// Messages are as wide as the result, in each hop.
func (n SGC) Messages(s Shape) Messages { return looped(n.hops() * s.Classes) }

// Build adds the layer. All hops see the edges as layer "linear" does.
func (n SGC) Build(b *Builder) *graph.Node {
	x := b.Input(0).Multiply(b.Weight("linear", nn.Weight))
	for range n.hops() {
		x = b.Propagate(x, "linear")
	}
	return b.Biased(x, "linear")
}

func (n SGC) hops() int { return cmp.Or(n.Hops, 2) }
