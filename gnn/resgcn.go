package gnn

import (
	"cmp"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

func init() { register(ResGCN{}) }

// KindResGCN is the kind of ResGCN.
const KindResGCN nn.Kind = "resgcn"

// ResGCN is a deep residual network of generalised convolutions; G. Li, C. Xiong,
// A. Thabet and B. Ghanem, "DeeperGCN: all you need to train deeper GCNs", 2020, with
// residuals before activation (res+):
//
//	H_0     = GENConv_1(X·W + b)
//	H_l     = GENConv_{l+1}(drop(ReLU(BN_l(H_{l−1})))) + H_{l−1}
//	Z       = drop(ReLU(BN_L(H_{L−1}))) · W' + b'
//
//	GENConv(h)_i = (h_i + Σ_j softmax_j(t·m_j) ⊙ m_j) · W_l + b_l
//	m_j          = ReLU(h_j) + 1e-7
//
// where the softmax is over the edges into i, for each channel alone. A message depends
// only on its source, so both sums of the softmax are sparse products and no matrix has
// a row for each edge. X·W is [nodes, hidden]; W_l is [hidden, hidden].
type ResGCN struct {
	Layers      int     // L; 0 means 28
	Hidden      int     // 0 means 128
	Temperature float64 // t; 0 means 0.1
	Dropout     float64 // 0 means 0.5
}

func (n ResGCN) withDefaults() ResGCN {
	n.Layers, n.Hidden, n.Temperature = cmp.Or(n.Layers, 28), cmp.Or(n.Hidden, 128), cmp.Or(n.Temperature, 0.1)
	n.Dropout = orDefault(n.Dropout, 0.5)
	return n
}

// Kind is KindResGCN.
func (n ResGCN) Kind() nn.Kind { return KindResGCN }

// Check reports numbers out of range.
func (n ResGCN) Check() error {
	var temperature error
	if !(n.Temperature >= 0 && n.Temperature < math.Inf(1)) {
		temperature = fmt.Errorf("temperature %v is not in [0, ∞)", n.Temperature)
	}
	return checks(KindResGCN, nonNegative("layers", n.Layers), nonNegative("hidden units", n.Hidden), temperature, rate("dropout", n.Dropout))
}

// Parameters are those of the input, of each convolution and the batch norm after it,
// and of the output.
func (n ResGCN) Parameters(s Shape) []nn.Parameter {
	n = n.withDefaults()
	p := s.parameters(KindResGCN)
	p.linear("input", s.Features, n.Hidden, true)
	for i := range n.Layers {
		p.linear(convolution(i), n.Hidden, n.Hidden, true)
		for _, role := range []nn.Role{nn.Scale, nn.Offset, nn.RunningMean, nn.RunningVariance} {
			p.add(batchNorm(i), role, n.Hidden)
		}
	}
	p.linear("output", n.Hidden, s.Classes, true)
	return p.list
}

// batchNorm names the one after a convolution.
func batchNorm(i int) string { return convolution(i) + ".norm" }

// Messages are the numerators and denominators of each convolution's softmax.
func (n ResGCN) Messages(Shape) Messages {
	n = n.withDefaults()
	return Messages{Edges: 2 * n.Layers * n.Hidden}
}

// Build adds the layers.
func (n ResGCN) Build(b *Builder) *graph.Node {
	n = n.withDefaults()
	x := n.convolve(b, b.LinearInput(b.Input(0), "input"), convolution(0))
	for i := 1; i < n.Layers; i++ {
		h := b.Dropout(graph.MaxScalar(b.BatchNorm(x, batchNorm(i-1)), 0), n.Dropout)
		x = graph.Add(n.convolve(b, h, convolution(i)), x)
	}
	x = b.Dropout(graph.MaxScalar(b.BatchNorm(x, batchNorm(n.Layers-1)), 0), n.Dropout)
	return b.Linear(x, "output")
}

// convolve is GENConv.
func (n ResGCN) convolve(b *Builder, x *graph.Node, layer string) *graph.Node {
	edges, values := b.Edges(layer)
	messages := graph.AddScalar(graph.MaxScalar(x, 0), 1e-7)
	largest := graph.StopGradient(graph.ReduceAndKeep(messages, graph.ReduceMax, 0))
	shares := graph.Exp(graph.MulScalar(graph.Sub(messages, largest), n.Temperature))
	sums := edges.Multiply(shares, values)
	// Nodes without edges get nothing.
	some := graph.GreaterThan(sums, graph.ZerosLike(sums))
	sums = graph.Where(some, sums, graph.OnesLike(sums))
	aggregated := graph.Div(edges.Multiply(graph.Mul(shares, messages), values), sums)
	return b.Linear(graph.Add(x, aggregated), layer)
}
