package gnn

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// Degrees says which edges of a node count towards its degree when the adjacency is
// normalised. On an undirected graph all are the same.
type Degrees string

// The degrees.
const (
	// IntoNodes counts the edges that lead into a node, as papers have it.
	IntoNodes Degrees = ""
	// OutOfNodes counts those that lead out of it.
	OutOfNodes Degrees = "out"
)

// Check reports an unknown value.
func (d Degrees) Check() error {
	if d != IntoNodes && d != OutOfNodes {
		return fmt.Errorf("there are no degrees %q: give %q, or none for edges into nodes", string(d), string(OutOfNodes))
	}
	return nil
}

// Propagate is the product Â·x of the symmetrically normalised adjacency with loops,
//
//	Â = D^-½ (A + I) D^-½   D_ii = 1 + Σ_e values[e]   over the edges e into node i
//
// with x [nodes, width], for the values of the edges that a layer sees; Kipf and
// Welling, ICLR 2017. If the values are constant, so is Â.
func (b *Builder) Propagate(x *graph.Node, layer string) *graph.Node {
	return b.PropagateBy(IntoNodes, x, layer)
}

// PropagateBy is Propagate with D_ii = 1 + Σ_e values[e] over the edges e that count as
// node i's degree.
func (b *Builder) PropagateBy(degrees Degrees, x *graph.Node, layer string) *graph.Node {
	looped, values := b.normalised(degrees, layer)
	return looped.Multiply(x, values)
}

// scaling is what decides the elements of Â.
type scaling struct {
	degrees Degrees
	values  *graph.Node
}

// normalised are the elements of Â.
func (b *Builder) normalised(degrees Degrees, layer string) (looped *Sparse, values *graph.Node) {
	edges, values := b.Edges(layer)
	key := scaling{degrees, values}
	if scaled := b.scaled[key]; scaled != nil {
		return b.looped, scaled
	}
	scaled := func() *graph.Node {
		if values == nil {
			return constant(b.target, b.dtype, b.graph.symmetric(degrees))
		}
		sum := edges.Sum
		if degrees == OutOfNodes {
			sum = edges.SumColumns
		}
		root := graph.Reciprocal(graph.Sqrt(graph.AddScalar(sum(values), 1)))
		_, weighted := b.Looped(layer)
		return graph.Mul(graph.Mul(b.looped.Columns(root), weighted), b.looped.Rows(root))
	}()
	b.scaled[key] = scaled
	return b.looped, scaled
}

// symmetric are the elements of Â where every edge has the value 1.
func (g *Graph) symmetric(by Degrees) []float32 {
	ends := g.looped.row
	if by == OutOfNodes {
		ends = g.looped.column
	}
	degrees := make([]float64, g.shape.Nodes)
	for _, end := range ends {
		degrees[end]++
	}
	values := make([]float32, g.looped.Len())
	for e, row := range g.looped.row {
		values[e] = float32(1 / math.Sqrt(degrees[row]*degrees[g.looped.column[e]]))
	}
	return values
}

// Mean is the mean of x [nodes, width] over the sources of a node's edges, weighted by
// the edges' values; 0 for a node without edges.
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
