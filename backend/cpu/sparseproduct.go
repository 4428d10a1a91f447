package cpu

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"espalier/internal/simd"
)

func init() {
	register(&kernel{lower: lowerSparseProduct}, opSparseProduct)
	register(&kernel{lower: lowerEdgeProducts}, opEdgeProducts)
}

// edges are the two ends of each edge of a graph: a row of one matrix, which a
// gather reads, and a row of another, which a scatter or a second gather chooses.
type edges struct {
	source, target rowAccess
	width          int
}

// gatheredRows is the gather of whole rows, chosen by one index each, that makes a
// matrix of edges; nil if something else does.
func gatheredRows(v *value) *node {
	n := v.node
	if n.op != compute.OpTypeGather || v.shape.Rank() != 2 || v.shape.DType != dtypes.Float32 || v.shape.Size() == 0 {
		return nil
	}
	if a, ok := gatherAccess(n); !ok || a.depth != 1 || n.operands[0].shape.Rank() != 2 {
		return nil
	}
	return n
}

// sparseProduct recognises a message-passing step of a graph network, a scatter-sum
// into zeros of gathered rows, each perhaps times a number of its own,
//
//	y[target(e), :] += values[e] · x[source(e), :]
//
// which is the product of a sparse matrix with x: the matrix of edges between is
// never made. The gradient by x is such a step too, the ends exchanged.
func (r *reducer) sparseProduct(n *node) *value {
	target, ok := scatterAccess(n)
	updates := n.operands[2]
	if !ok || target.depth != 1 || n.result().shape.Rank() != 2 || updates.shape.Rank() != 2 || !isSplat(n.operands[0], 0) {
		return nil
	}
	gather, values := gatheredRows(updates), (*value)(nil)
	if gather == nil {
		if gather, values = weightedRows(updates); gather == nil {
			return nil
		}
	}
	source, _ := gatherAccess(gather)
	operands := []*value{gather.operands[0], gather.operands[1], n.operands[1]}
	if values != nil {
		operands = append(operands, values)
	}
	return r.newNode(&node{op: opSparseProduct, operands: operands,
		attributes: edges{source, target, target.width}}, n.result().shape)
}

// weightedRows takes a matrix of edges apart into gathered rows and one number for
// each.
func weightedRows(v *value) (gather *node, values *value) {
	if v.node.op != compute.OpTypeMul {
		return nil, nil
	}
	for i, operand := range v.node.operands {
		gather, values := gatheredRows(operand), onePerRow(v.node.operands[1-i], v)
		if gather != nil && values != nil && operand.shape.Equal(v.shape) {
			return gather, values
		}
	}
	return nil, nil
}

// onePerRow is the column of which each number is repeated along a row of a matrix,
// or nil.
func onePerRow(v, matrix *value) *value {
	walk := implicitBroadcast(v.shape, matrix.shape)
	if n := v.node; n.op == compute.OpTypeBroadcastInDim && v.shape.Equal(matrix.shape) {
		v, walk = n.operands[0], broadcastPattern(n)
	}
	rows, width := matrix.shape.Dimensions[0], matrix.shape.Dimensions[1]
	if v.shape.Size() != rows || v.shape.DType != dtypes.Float32 {
		return nil
	}
	if want := merge([]span{{rows, 1}, {width, 0}}); !slices.Equal(walk, want) {
		return nil
	}
	return v
}

// edgeProducts recognises the gradient of such a step by its numbers, the sum along
// rows of the product of two matrices of gathered rows,
//
//	y[e] = Σ_j a[source(e), j] · b[target(e), j]
//
// which needs neither matrix.
func (r *reducer) edgeProducts(n *node) *value {
	v := n.operands[0]
	if v.node.op != compute.OpTypeMul || v.shape.Rank() != 2 || !slices.Equal(n.attributes.(*reduceAttributes).axes, []int{1}) {
		return nil
	}
	a, b := gatheredRows(v.node.operands[0]), gatheredRows(v.node.operands[1])
	if a == nil || b == nil || !a.result().shape.Equal(b.result().shape) {
		return nil
	}
	source, _ := gatherAccess(a)
	target, _ := gatherAccess(b)
	return r.newNode(&node{op: opEdgeProducts, attributes: edges{source, target, source.width},
		operands: []*value{a.operands[0], a.operands[1], b.operands[1], b.operands[0]}}, n.result().shape)
}

// sparsity is the pattern of a graph's edges, kept from one run to the next: graphs
// seldom change, and comparing the ends costs less than sorting them.
type sparsity struct {
	// constant says that the ends are constants of the program.
	constant       bool
	source, target []byte // of the operands that the pattern was made of
	pattern        *simd.Sparse
	// order are the edges in the order of the pattern's elements, of which values
	// are the numbers.
	order  []int32
	values []float32
	// sorted says that the edges lie in that order as they are.
	sorted bool
}

func lowerSparseProduct(l *lowering, n *node) error {
	e := n.attributes.(edges)
	reads, to := l.operands(n), l.result(n.result())
	rows := to.size / e.width
	constant := l.constant(reads[1]) && l.constant(reads[2])
	kept := l.state(func() (any, error) { return &sparsity{constant: constant}, nil })
	workers := l.program.backend.workers
	l.emit(step{name: "SparseProduct", reads: reads, writes: []operand{to},
		detail: fmt.Sprintf("%d edges from %d to %d rows of %d", e.source.count, reads[0].size/e.width, rows, e.width),
		run: func(fr *frame) error {
			s := fr.states[kept].(*sparsity)
			if err := s.update(fr, workers, e, reads[1], reads[2], rows, reads[0].size/e.width); err != nil {
				return err
			}
			var values []float32
			if len(reads) > 3 {
				values = s.arranged(workers, reads[3].float32s(fr))
			}
			return s.pattern.Multiply(workers.Parallel, to.float32s(fr), reads[0].float32s(fr), e.width, values)
		}})
	return nil
}

// update makes the pattern of the edges anew if they have changed. An edge whose
// target is outside of the result counts for nothing, as in a scatter; a source is
// clamped, as in a gather.
func (s *sparsity) update(fr *frame, workers *Workers, e edges, source, target operand, rows, columns int) error {
	if s.pattern != nil && (s.constant || bytes.Equal(s.source, source.bytes(fr)) && bytes.Equal(s.target, target.bytes(fr))) {
		return nil
	}
	from, to := make([]int32, e.source.count), make([]int32, e.source.count)
	e.source.rows(fr, workers, source, from, true)
	e.target.rows(fr, workers, target, to, false)
	order, ends := make([]int32, len(to)), make([]int32, rows+1)
	order = order[:sortRows(to, order, ends)]
	// Row i ends where the next begins, so shifted by one the ends are the starts.
	copy(ends[1:], ends[:rows])
	ends[0] = 0
	chosen := make([]int32, len(order))
	for i, edge := range order {
		chosen[i] = from[edge]
	}
	pattern, err := simd.NewSparse(ends, chosen, columns)
	if err != nil {
		return err
	}
	s.pattern, s.order, s.values = pattern, order, nil
	s.sorted = len(order) == e.source.count && slices.IsSorted(order)
	if !s.constant {
		s.source, s.target = bytes.Clone(source.bytes(fr)), bytes.Clone(target.bytes(fr))
	}
	return nil
}

// arranged are the edges' numbers in the order of the pattern.
func (s *sparsity) arranged(workers *Workers, values []float32) []float32 {
	if s.sorted {
		return values
	}
	if s.values == nil {
		s.values = make([]float32, len(s.order))
	}
	parallelRanges(workers, len(s.order), func(from, to int) {
		for i := from; i < to; i++ {
			s.values[i] = values[s.order[i]]
		}
	})
	return s.values
}

func lowerEdgeProducts(l *lowering, n *node) error {
	e := n.attributes.(edges)
	reads, to := l.operands(n), l.result(n.result())
	source, target := l.int32s(e.source.count), l.int32s(e.source.count)
	workers := l.program.backend.workers
	tasks := max(1, min(64, e.source.count*e.width/moveTask))
	l.emit(step{name: "EdgeProducts", detail: fmt.Sprintf("%d edges of %d", e.source.count, e.width),
		reads: reads, writes: []operand{to}, scratch: []operand{source, target},
		run: func(fr *frame) error {
			from, at := slice[int32](fr, source), slice[int32](fr, target)
			e.source.rows(fr, workers, reads[1], from, true)
			e.target.rows(fr, workers, reads[2], at, true)
			a, b, out := reads[0].float32s(fr), reads[3].float32s(fr), to.float32s(fr)
			workers.Parallel(tasks, func(task int) {
				for i := task * len(out) / tasks; i < (task+1)*len(out)/tasks; i++ {
					x, y := int(from[i])*e.width, int(at[i])*e.width
					out[i] = simd.Dot(a[x:x+e.width], b[y:y+e.width])
				}
			})
			return nil
		}})
	return nil
}
