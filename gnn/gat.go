package gnn

import (
	"cmp"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

func init() { register(GAT{}) }

// KindGAT is the kind of GAT.
const KindGAT nn.Kind = "gat"

// GAT is the graph attention network of P. Veličković, G. Cucurull, A. Casanova,
// A. Romero, P. Liò and Y. Bengio, "Graph attention networks", ICLR 2018. For each head,
// with a loop at every node,
//
//	e_ji = LeakyReLU(a_source·(W·h_j) + a_target·(W·h_i))
//	h'_i = ELU(Σ_j drop(softmax_j(e_ji)) · W·h_j + b)
//
// over the edges from j into i, for drop(h). Heads of the first layer are concatenated;
// the last layer has no ELU and takes the mean of its heads. W is [in, heads·units],
// a_source and a_target are [heads, units].
//
// The division by the softmax's sum follows the summation of the messages, so that an
// edge needs only one number for each head.
type GAT struct {
	Hidden           int     // units of a head of the first layer; 0 means 8
	Heads            int     // of the first layer; 0 means 8
	OutputHeads      int     // 0 means 1
	Dropout          float64 // of the hidden layer; 0 means 0.6
	InputDropout     float64 // of features; 0 means 0.6
	AttentionDropout float64 // 0 means 0.6
	Slope            float64 // of LeakyReLU below 0, at most 1; 0 means 0.2
	// Values is how the values of edges enter, where there are some.
	Values EdgeUse
}

// EdgeUse is how values on edges enter an attention.
type EdgeUse string

// The ways in which a value v enters the attention α = exp(e)/Σ exp(e) of an edge.
const (
	// Prior is v·exp(e)/Σ v·exp(e): an edge of value 0 is one that is not there, and
	// what is between 0 and 1 is between the two. It is the default.
	Prior EdgeUse = "prior"
	// Message is v·α, with α over the edges whose value is not 0: CGP's code.
	Message EdgeUse = "message"
	// ScoreFactor is exp(v·e)/Σ exp(v·e), as in UGS's code: an edge of value 0 stays,
	// with a score of 0.
	ScoreFactor EdgeUse = "score"
)

func (n GAT) withDefaults() GAT {
	n.Hidden, n.Heads, n.OutputHeads = cmp.Or(n.Hidden, 8), cmp.Or(n.Heads, 8), cmp.Or(n.OutputHeads, 1)
	n.Dropout, n.InputDropout = orDefault(n.Dropout, 0.6), orDefault(n.InputDropout, 0.6)
	n.AttentionDropout, n.Slope = orDefault(n.AttentionDropout, 0.6), cmp.Or(n.Slope, 0.2)
	n.Values = cmp.Or(n.Values, Prior)
	return n
}

// Kind is KindGAT.
func (n GAT) Kind() nn.Kind { return KindGAT }

// Check reports numbers out of range.
func (n GAT) Check() error {
	var slope, use error
	if !(n.Slope >= 0 && n.Slope <= 1) {
		slope = fmt.Errorf("slope %v of LeakyReLU is not in [0, 1]", n.Slope)
	}
	switch n.Values {
	case "", Prior, Message, ScoreFactor:
	default:
		use = fmt.Errorf("values of edges enter as %q; there are %s, %s and %s", string(n.Values), Prior, Message, ScoreFactor)
	}
	return checks(KindGAT, nonNegative("hidden units", n.Hidden), nonNegative("heads", n.Heads), nonNegative("output heads", n.OutputHeads),
		rate("dropout", n.Dropout), rate("input dropout", n.InputDropout), rate("attention dropout", n.AttentionDropout), slope, use)
}

// Parameters are those of the two layers.
func (n GAT) Parameters(s Shape) []nn.Parameter {
	n = n.withDefaults()
	p := s.parameters(KindGAT)
	add := func(layer string, in, heads, units, out int) {
		p.add(layer, nn.Weight, in, heads*units)
		p.add(layer, SourceAttention, heads, units)
		p.add(layer, TargetAttention, heads, units)
		p.add(layer, nn.Bias, out)
	}
	add("attention1", s.Features, n.Heads, n.Hidden, n.Heads*n.Hidden)
	add("attention2", n.Heads*n.Hidden, n.OutputHeads, s.Classes, s.Classes)
	return p.list
}

// Messages are those of all heads of both layers.
func (n GAT) Messages(s Shape) Messages {
	n = n.withDefaults()
	return looped(n.Heads*n.Hidden + n.OutputHeads*s.Classes)
}

// Build adds the two layers.
func (n GAT) Build(b *Builder) *graph.Node {
	n = n.withDefaults()
	const first, last = "attention1", "attention2"
	nodes := b.Shape().Nodes
	x := b.Input(n.InputDropout).Multiply(b.Weight(first, nn.Weight))
	x = graph.Reshape(n.attend(b, x, first), nodes, n.Heads*n.Hidden)
	x = b.Dropout(elu(b.Biased(x, first)), n.Dropout)
	x = n.attend(b, graph.MatMul(x, b.Weight(last, nn.Weight)), last)
	if n.OutputHeads > 1 {
		x = graph.ReduceMean(x, 1)
	}
	return b.Biased(graph.Reshape(x, nodes, b.Shape().Classes), last)
}

// elu is x above 0 and exp(x) − 1 below.
func elu(x *graph.Node) *graph.Node {
	return graph.Add(graph.MaxScalar(x, 0), graph.AddScalar(graph.Exp(graph.MinScalar(x, 0)), -1))
}

// attend sends the rows of x along the edges, [nodes, heads·units] to [nodes, heads,
// units].
func (n GAT) attend(b *Builder, x *graph.Node, layer string) *graph.Node {
	source, target := b.Weight(layer, SourceAttention), b.Weight(layer, TargetAttention)
	heads, units := source.Shape().Dim(0), source.Shape().Dim(1)
	looped, values := b.Looped(layer)
	scores := graph.Add(looped.Columns(rating(x, source)), looped.Rows(rating(x, target)))
	x = graph.Reshape(x, b.Shape().Nodes, heads, units)
	scores = graph.Max(scores, graph.MulScalar(scores, n.Slope))
	shares, messages := n.attention(looped, scores, values)
	sums := graph.InsertAxes(looped.Sum(shares), -1)
	return graph.Div(looped.Multiply(x, b.Dropout(messages, n.AttentionDropout)), sums)
}

// rating is w·x of each head, [nodes, heads] for x [nodes, heads·units] and w [heads,
// units]: the product with a matrix that has the heads of w on its diagonal, since sums
// over a few numbers each are slow.
func rating(x, w *graph.Node) *graph.Node {
	heads, units := w.Shape().Dim(0), w.Shape().Dim(1)
	own := graph.ConvertDType(graph.Diagonal(w.Graph(), heads), w.DType())
	blocks := graph.Mul(graph.InsertAxes(w, -1), graph.InsertAxes(own, 1))
	return graph.MatMul(x, graph.Reshape(blocks, heads*units, heads))
}

// attention is what the softmax sums up, and what messages are multiplied by before they
// are divided by that sum.
func (n GAT) attention(looped *Sparse, scores, values *graph.Node) (shares, messages *graph.Node) {
	if values == nil {
		shares = looped.exponentials(scores)
		return shares, shares
	}
	values = graph.InsertAxes(values, -1)
	if n.Values == ScoreFactor {
		shares = looped.exponentials(graph.Mul(scores, values))
		return shares, shares
	}
	there := graph.BroadcastToShape(graph.GreaterThan(values, graph.ZerosLike(values)), scores.Shape())
	shares = looped.exponentialsOf(scores, there)
	if n.Values == Message {
		shares = graph.Where(there, shares, graph.ZerosLike(shares))
		return shares, graph.Mul(shares, values)
	}
	shares = graph.Mul(shares, values)
	return shares, shares
}
