package gnn

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// Propagate is the product Â·x of the symmetrically normalised adjacency with loops,
//
//	Â = D^-½ (A + I) D^-½   D_ii = 1 + Σ_e values[e]   over the edges e into node i
//
// with x [nodes, width], for the values of the edges that a layer sees; Kipf and
// Welling, ICLR 2017. Where the values are constant, so is Â.
func (b *Builder) Propagate(x *graph.Node, layer string) *graph.Node {
	looped, values := b.normalised(layer)
	return looped.Multiply(x, values)
}

// normalised are the elements of Â.
func (b *Builder) normalised(layer string) (looped *Sparse, values *graph.Node) {
	edges, values := b.Edges(layer)
	if scaled := b.scaled[values]; scaled != nil {
		return b.looped, scaled
	}
	scaled := func() *graph.Node {
		if values == nil {
			return constant(b.target, b.dtype, b.graph.symmetric())
		}
		root := graph.Reciprocal(graph.Sqrt(graph.AddScalar(edges.Sum(values), 1)))
		_, weighted := b.Looped(layer)
		return graph.Mul(graph.Mul(b.looped.Columns(root), weighted), b.looped.Rows(root))
	}()
	b.scaled[values] = scaled
	return b.looped, scaled
}

// symmetric are the elements of Â where every edge has the value 1.
func (g *Graph) symmetric() []float32 {
	degrees := make([]float64, g.shape.Nodes)
	for _, row := range g.looped.row {
		degrees[row]++
	}
	values := make([]float32, g.looped.Len())
	for e, row := range g.looped.row {
		values[e] = float32(1 / math.Sqrt(degrees[row]*degrees[g.looped.column[e]]))
	}
	return values
}

// Mean is the mean of x [nodes, width] over the sources of a node's edges, each with
// its value; 0 where there are none.
func (b *Builder) Mean(x *graph.Node, layer string) *graph.Node {
	edges, values := b.Edges(layer)
	weights := values
	if weights == nil {
		weights = graph.BroadcastToDims(scalar(x, 1), b.graph.shape.Edges)
	}
	total := edges.Sum(weights)
	some := graph.GreaterThan(total, graph.ZerosLike(total))
	total = graph.Where(some, total, graph.OnesLike(total))
	return graph.Div(edges.Multiply(x, values), graph.InsertAxes(total, -1))
}
