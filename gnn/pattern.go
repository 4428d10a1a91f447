package gnn

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Pattern says where a sparse matrix has elements: element e is in a row and a column.
// If the matrix belongs to a graph, it is an edge from the node of the column to the
// node of the row. It is immutable.
type Pattern struct {
	rows, columns int
	row, column   []int32
	sorted        bool
}

// NewPattern makes the pattern of a matrix whose element e is in row[e] and column[e].
// An element may occur twice. The product is fastest if elements are sorted by row.
func NewPattern(rows, columns int, row, column []int32) (*Pattern, error) {
	if len(row) != len(column) {
		return nil, fmt.Errorf("pattern of %d × %d: %d rows and %d columns of elements", rows, columns, len(row), len(column))
	}
	for e := range row {
		if row[e] < 0 || int(row[e]) >= rows || column[e] < 0 || int(column[e]) >= columns {
			return nil, fmt.Errorf("pattern of %d × %d: element %d is at (%d, %d)", rows, columns, e, row[e], column[e])
		}
	}
	return &Pattern{rows, columns, slices.Clone(row), slices.Clone(column), slices.IsSorted(row)}, nil
}

// Rows is the number of rows.
func (p *Pattern) Rows() int { return p.rows }

// Columns is the number of columns.
func (p *Pattern) Columns() int { return p.columns }

// Len is the number of elements.
func (p *Pattern) Len() int { return len(p.row) }

// withDiagonal is the pattern of a square matrix with its diagonal after its elements.
func (p *Pattern) withDiagonal() *Pattern {
	d := &Pattern{rows: p.rows, columns: p.columns}
	d.row = append(make([]int32, 0, p.Len()+p.rows), p.row...)
	d.column = append(make([]int32, 0, p.Len()+p.rows), p.column...)
	for i := range int32(p.rows) {
		d.row, d.column = append(d.row, i), append(d.column, i)
	}
	d.sorted = slices.IsSorted(d.row)
	return d
}

// In is the pattern in a GoMLX graph.
func (p *Pattern) In(g *graph.Graph) *Sparse {
	return &Sparse{pattern: p, row: list(g, p.row, len(p.row), 1), column: list(g, p.column, len(p.column), 1)}
}

// Sparse is a pattern in a GoMLX graph. Its methods build that graph, and panic on
// shapes that do not fit.
type Sparse struct {
	pattern     *Pattern
	row, column *graph.Node // [elements, 1]
}

// Multiply is the product of the sparse matrix with x [columns, width],
//
//	y[i, :] = Σ_e values[e] · x[column(e), :]   over the elements e of row i
//
// [rows, width]. values are [elements]; or [elements, heads], for x [columns, heads,
// units] with a matrix of its own for each head; or nil for ones. Rows without
// elements are zero. The gradient by x is the product with the transpose, that by
// values [e] the inner product of row column(e) of x with the gradient's row(e).
func (s *Sparse) Multiply(x, values *graph.Node) *graph.Node {
	sent := s.Columns(x)
	if values != nil {
		for values.Rank() < sent.Rank() {
			values = graph.InsertAxes(values, -1)
		}
		sent = graph.Mul(sent, values)
	}
	return s.Sum(sent)
}

// Columns takes, for each element, the row of x [columns, …] that its column chooses:
// what the source of an edge has. The result is [elements, …].
func (s *Sparse) Columns(x *graph.Node) *graph.Node { return graph.Gather(x, s.column) }

// Rows takes, for each element, the row of x [rows, …] that its row chooses: what the
// target of an edge has. The result is [elements, …].
func (s *Sparse) Rows(x *graph.Node) *graph.Node { return graph.Gather(x, s.row, s.pattern.sorted) }

// Sum adds up the values of the elements of each row, [elements, …] to [rows, …]. Rows
// without elements are zero.
func (s *Sparse) Sum(x *graph.Node) *graph.Node {
	return graph.ScatterSum(s.full(x, 0), s.row, x, s.pattern.sorted, false)
}

// SumColumns adds up the values of the elements of each column, [elements, …] to
// [columns, …].
func (s *Sparse) SumColumns(x *graph.Node) *graph.Node {
	dimensions := slices.Clone(x.Shape().Dimensions)
	dimensions[0] = s.pattern.columns
	return graph.ScatterSum(graph.BroadcastToDims(scalar(x, 0), dimensions...), s.column, x, false, false)
}

// Max is the largest value among the elements of each row, [elements, …] to [rows, …].
// Rows without elements are −∞. Each of several equal elements gets the gradient.
func (s *Sparse) Max(x *graph.Node) *graph.Node {
	return graph.ScatterMax(s.full(x, math.Inf(-1)), s.row, x, s.pattern.sorted, false)
}

// Softmax is the softmax of scores [elements, …] over the elements of each row:
// exp(score − max), divided by the sum over the row. For a graph this is the softmax
// over a node's incoming edges.
func (s *Sparse) Softmax(scores *graph.Node) *graph.Node {
	e := s.exponentials(scores)
	return graph.Div(e, s.Rows(s.Sum(e)))
}

// exponentials are exp(score − max of the row).
func (s *Sparse) exponentials(scores *graph.Node) *graph.Node {
	largest := s.Rows(s.Max(graph.StopGradient(scores)))
	return graph.Exp(graph.Sub(scores, largest))
}

// exponentialsOf are exp(score − max) with the maximum over those elements of a row that
// are there. The others may exceed it; they are held below what overflows.
func (s *Sparse) exponentialsOf(scores, there *graph.Node) *graph.Node {
	const lowest, highest = -1e30, 60
	known := graph.Where(there, graph.StopGradient(scores), graph.BroadcastToShape(scalar(scores, lowest), scores.Shape()))
	return graph.Exp(graph.MinScalar(graph.Sub(scores, s.Rows(s.Max(known))), highest))
}

// full is [rows, …] of one number, for x [elements, …].
func (s *Sparse) full(x *graph.Node, number float64) *graph.Node {
	dimensions := slices.Clone(x.Shape().Dimensions)
	dimensions[0] = s.pattern.rows
	return graph.BroadcastToDims(scalar(x, number), dimensions...)
}

// scalar is a number of the type of x.
func scalar(x *graph.Node, number float64) *graph.Node {
	return graph.Scalar(x.Graph(), x.DType(), number)
}

// constant is a list of numbers of a type.
func constant(g *graph.Graph, dtype dtypes.DType, numbers []float32) *graph.Node {
	return graph.ConvertDType(list(g, numbers, len(numbers)), dtype)
}

// list is a constant in a shape. graph.Const would look at each number's type.
func list[T int32 | float32](g *graph.Graph, numbers []T, shape ...int) *graph.Node {
	return graph.ConstTensor(g, tensors.FromFlatDataAndDimensions(numbers, shape...))
}
