package gnn

import (
	"cmp"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

func init() { register(GCNII{}) }

// KindGCNII is the kind of GCNII.
const KindGCNII nn.Kind = "gcnii"

// GCNII is a deep graph convolutional network with initial residuals and weights near
// the identity; M. Chen, Z. Wei, Z. Huang, B. Ding and Y. Li, "Simple and deep graph
// convolutional networks", ICML 2020:
//
//	H₀ = ReLU(drop(X) · W + b)
//	S  = (1−α) · Â · drop(H) + α · H₀
//	H' = ReLU((1−β_l) · S + β_l · S · W_l)        β_l = ln(λ/l + 1)
//	Z  = drop(H) · W' + b'
//
// with Â = D^-½ (A + I) D^-½, W [features, hidden], W_l [hidden, hidden], W' [hidden,
// classes]. The zero value is the one for Cora.
type GCNII struct {
	Layers  int     // 0 means 64
	Hidden  int     // 0 means 64
	Alpha   float64 // α; 0 means 0.1
	Lambda  float64 // λ; 0 means 0.5
	Dropout float64 // 0 means 0.6
}

func (n GCNII) withDefaults() GCNII {
	n.Layers, n.Hidden = cmp.Or(n.Layers, 64), cmp.Or(n.Hidden, 64)
	n.Alpha, n.Lambda = cmp.Or(n.Alpha, 0.1), cmp.Or(n.Lambda, 0.5)
	n.Dropout = orDefault(n.Dropout, 0.6)
	return n
}

// Kind is KindGCNII.
func (n GCNII) Kind() nn.Kind { return KindGCNII }

// Check reports numbers out of range.
func (n GCNII) Check() error {
	var strength error
	if !(n.Alpha >= 0 && n.Alpha <= 1) || !(n.Lambda >= 0) {
		strength = fmt.Errorf("α %v is not in [0, 1] or λ %v is negative", n.Alpha, n.Lambda)
	}
	return checks(KindGCNII, nonNegative("layers", n.Layers), nonNegative("hidden units", n.Hidden), strength, rate("dropout", n.Dropout))
}

// Parameters are those of the input, the weight of each convolution, and those of the
// output.
func (n GCNII) Parameters(s Shape) []nn.Parameter {
	n = n.withDefaults()
	p := s.parameters(KindGCNII)
	p.linear("input", s.Features, n.Hidden, true)
	for i := range n.Layers {
		p.linear(convolution(i), n.Hidden, n.Hidden, false)
	}
	p.linear("output", n.Hidden, s.Classes, true)
	return p.list
}

// Messages are as wide as hidden layers.
func (n GCNII) Messages(Shape) Messages {
	n = n.withDefaults()
	return looped(n.Layers * n.Hidden)
}

// Build adds the layers.
func (n GCNII) Build(b *Builder) *graph.Node {
	n = n.withDefaults()
	x := graph.MaxScalar(b.LinearInput(b.Input(n.Dropout), "input"), 0)
	initial := graph.MulScalar(x, n.Alpha)
	for i := range n.Layers {
		beta := math.Log(n.Lambda/float64(i+1) + 1)
		layer := convolution(i)
		x = b.Propagate(b.Dropout(x, n.Dropout), layer)
		x = graph.Add(graph.MulScalar(x, 1-n.Alpha), initial)
		x = graph.Add(graph.MulScalar(b.Linear(x, layer), beta), graph.MulScalar(x, 1-beta))
		x = graph.MaxScalar(x, 0)
	}
	return b.Linear(b.Dropout(x, n.Dropout), "output")
}
