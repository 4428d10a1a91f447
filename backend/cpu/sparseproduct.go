package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"espalier/internal/simd"
)

func init() {
	register(&kernel{lower: lowerSparseProduct}, opSparseProduct)
	register(&kernel{lower: lowerEdgeProducts}, opEdgeProducts)
}

// gatheredRows is the gather of whole rows that makes a matrix of edges, however that
// is shaped; nil if something else does.
func gatheredRows(v *value) *node {
	n := under(v).node
	if n.op != compute.OpTypeGather || n.result().shape.DType != dtypes.Float32 || v.shape.Size() == 0 || !acceptsGather(n) {
		return nil
	}
	return n
}

// sparseProduct recognises a message-passing step of a graph network, a scatter-sum
// into zeros of gathered rows, each perhaps times a number of its own,
//
//	y[target(e), :] += values[e] · x[source(e), :]
//
// or each of the equal parts of a row, heads of attention, times a number of its own.
// It is the product of a sparse matrix with x: the matrix of edges between is never
// made. The gradient by x is such a step too, the ends exchanged. So is a scatter-sum
// of any rows, with x those rows.
func (r *reducer) sparseProduct(n *node) *value {
	target, ok := scatterAccess(n)
	result, updates := n.result().shape, n.operands[2]
	if !ok || result.DType != dtypes.Float32 || result.Size() == 0 || updates.shape.Size() == 0 || !isSplat(n.operands[0], 0) {
		return nil
	}
	e := edges{target: target, width: target.width, heads: 1}
	operands := []*value{updates, n.operands[1]}
	if gather, values := weightedRows(updates, target.count); gather != nil {
		if source, _ := gatherAccess(gather); source.count == target.count && source.width == target.width {
			e.source, e.gathered = source, true
			operands = []*value{gather.operands[0], n.operands[1], gather.operands[1]}
			if values != nil {
				e.heads = values.shape.Size() / target.count
				operands = append(operands, values)
			}
		}
	}
	return r.newNode(&node{op: opSparseProduct, operands: operands, attributes: e}, result)
}

// weightedRows takes a matrix of count rows apart into gathered rows and one number,
// or as many as there are heads, for each; or into gathered rows alone.
func weightedRows(v *value, count int) (gather *node, values *value) {
	if gather := gatheredRows(v); gather != nil {
		return gather, nil
	}
	product := under(v).node
	if product.op != compute.OpTypeMul {
		return nil, nil
	}
	for i, operand := range product.operands {
		if operand.shape.Size() != v.shape.Size() {
			continue
		}
		gather, values := gatheredRows(operand), repeated(product.operands[1-i], product.result().shape)
		if gather != nil && values != nil && values.shape.Size()%count == 0 {
			return gather, values
		}
	}
	return nil, nil
}

// repeated is the tensor of which each number stands several times side by side in
// one of a shape, or nil.
func repeated(v *value, shape shapes.Shape) *value {
	v, walk := readThrough(v, shape)
	size := v.shape.Size()
	if v.shape.DType != dtypes.Float32 || size == shape.Size() {
		return nil
	}
	if !slices.Equal(walk, merge([]span{{size, 1}, {shape.Size() / size, 0}})) {
		return nil
	}
	return v
}

// edgeProducts recognises the gradient of such a step by its numbers, the sum along
// rows, or along their equal parts, of the product of two matrices of gathered rows,
//
//	y[e, h] = Σ_j a[source(e), h, j] · b[target(e), h, j]
//
// which needs neither matrix.
func (r *reducer) edgeProducts(n *node) *value {
	v := n.operands[0]
	product := under(v).node
	if product.op != compute.OpTypeMul || v.shape.DType != dtypes.Float32 {
		return nil
	}
	a, b := gatheredRows(product.operands[0]), gatheredRows(product.operands[1])
	if a == nil || b == nil || !a.result().shape.Equal(b.result().shape) || a.result().shape.Size() != v.shape.Size() {
		return nil
	}
	source, _ := gatherAccess(a)
	target, _ := gatherAccess(b)
	groups := groupAxes(v.shape.Dimensions, n.attributes.(*reduceAttributes).axes)
	if source.count != target.count || len(groups) != 2 || groups[0].reduced || groups[0].length%source.count != 0 {
		return nil
	}
	e := edges{source: source, target: target, gathered: true, width: source.width, heads: groups[0].length / source.count}
	return r.newNode(&node{op: opEdgeProducts, attributes: e,
		operands: []*value{a.operands[0], a.operands[1], b.operands[0], b.operands[1]}}, n.result().shape)
}

// lowerSparseProduct lowers a node of the operands x, targets, sources if edges are
// gathered, and values if there are some.
func lowerSparseProduct(l *lowering, n *node) error {
	e := n.attributes.(edges)
	reads, to := l.operands(n), l.result(n.result())
	columns, rows := reads[0].size/e.width, to.size/e.width
	var sources operand
	values := reads[2:]
	if e.gathered {
		sources, values = reads[2], reads[3:]
	}
	kept := l.sparsity(e, sources, reads[1], columns, rows)
	workers := l.program.backend.workers
	l.emit(step{name: "SparseProduct", reads: reads, writes: []operand{to},
		detail: e.describe(columns, rows),
		run: func(fr *frame) error {
			pattern, err := fr.states[kept].(*sparsity).current(fr, workers)
			if err != nil {
				return err
			}
			var weights []float32
			if len(values) > 0 {
				weights = values[0].float32s(fr)
			}
			return pattern.Multiply(workers.Parallel, to.float32s(fr), reads[0].float32s(fr), e.width, weights, e.heads)
		}})
	return nil
}

func (e *edges) describe(columns, rows int) string {
	text := fmt.Sprintf("%d edges from %d to %d rows of %d", e.target.count, columns, rows, e.width)
	if e.heads > 1 {
		text += fmt.Sprintf(" in %d", e.heads)
	}
	return text
}

func lowerEdgeProducts(l *lowering, n *node) error {
	e := n.attributes.(edges)
	reads, to := l.operands(n), l.result(n.result())
	source, target := l.choice(e.source, reads[1]), l.choice(e.target, reads[3])
	workers := l.program.backend.workers
	l.emit(step{name: "EdgeProducts", detail: e.describe(reads[0].size/e.width, reads[2].size/e.width),
		reads: reads, writes: []operand{to}, scratch: slices.Concat(source.scratch, target.scratch),
		run: func(fr *frame) error {
			return simd.EdgeProducts(workers.Parallel, to.float32s(fr), reads[0].float32s(fr), source.rows(fr, workers),
				reads[2].float32s(fr), target.rows(fr, workers), e.width, e.heads)
		}})
	return nil
}
