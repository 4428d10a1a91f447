package cpu

import (
	"fmt"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"

	"espalier/internal/simd"
)

func init() {
	register(&kernel{lower: lowerMoments}, opMoments)
}

// rowSum says that a node sums the rows of a float32 matrix, and the matrix's size.
func rowSum(n *node) (rows, columns int, ok bool) {
	if n.op != compute.OpTypeReduceSum && n.op != opMoments || !isFloat32(n) || n.operands[0].shape.Size() == 0 {
		return 0, 0, false
	}
	groups := groupAxes(n.operands[0].shape.Dimensions, n.attributes.(*reduceAttributes).axes)
	if len(groups) != 2 || !groups[0].reduced {
		return 0, 0, false
	}
	return groups[0].length, groups[1].length, true
}

// rowVector returns the value that an operand of an element-wise operation of a
// shape repeats for each row, or the one number that it repeats; else nil.
func rowVector(v *value, shape shapes.Shape, columns int) *value {
	if v.shape.Rank() != shape.Rank() && v.shape.Size() > 1 {
		return nil
	}
	source, walk := readThrough(v, shape)
	if source.shape.Size() == 1 || source.shape.Size() == columns && walk.period() == columns {
		return source
	}
	return nil
}

// centred returns the sum of the rows of x where a value is x minus the mean of its
// rows, else nil.
func centred(v *value) *node {
	n := v.node
	if n.op != compute.OpTypeSub || !isFloat32(n) || !n.operands[0].shape.Equal(v.shape) {
		return nil
	}
	dimensions := v.shape.Dimensions
	if len(dimensions) == 0 {
		return nil
	}
	mean := rowVector(n.operands[1], v.shape, dimensions[len(dimensions)-1])
	if mean == nil || seen(mean).node.op != compute.OpTypeMul {
		return nil
	}
	for i, factor := range seen(mean).node.operands {
		sum := seen(seen(mean).node.operands[1-i])
		rows, columns, ok := rowSum(sum.node)
		if ok && sum.index == 0 && columns == dimensions[len(dimensions)-1] && sum.node.operands[0] == n.operands[0] && isSplat(factor, float32(1/float64(rows))) {
			return sum.node
		}
	}
	return nil
}

// simplifyRowSum finds sums of rows that are known without a pass over memory of
// their own.
func (r *reducer) simplifyRowSum(n *node) *value {
	if _, columns, ok := rowSum(n); !ok || columns == 1 {
		return nil
	}
	if moments := r.findMoments(n); moments != nil {
		return moments
	}
	return r.sumOfLinear(n)
}

// findMoments recognises a variance, the sum of the squares of x minus its mean. The
// node that sums x then sums the squares too, in one pass.
func (r *reducer) findMoments(n *node) *value {
	square := n.operands[0].node
	if square.op != compute.OpTypeMul || square.operands[0] != square.operands[1] {
		return nil
	}
	sum := centred(square.operands[0])
	if sum == nil || !sameAxes(sum, n) {
		return nil
	}
	if sum.op != opMoments {
		sum.op, sum.replay, sum.stock = opMoments, nil, nil
		sum.results = append(sum.results, &value{node: sum, index: 1, shape: n.result().shape})
		r.names[sum.results[1]] = len(r.names)
	}
	return sum.results[1]
}

// sameAxes says that two reductions have the same shapes.
func sameAxes(a, b *node) bool {
	return fmt.Sprint(a.attributes.(*reduceAttributes).axes) == fmt.Sprint(b.attributes.(*reduceAttributes).axes) &&
		a.operands[0].shape.Equal(b.operands[0].shape) && a.results[0].shape.Equal(b.results[0].shape)
}

// lowerMoments computes moments in a pass of their own.
func lowerMoments(l *lowering, n *node) error {
	from := l.operand(n.operands[0])
	m := l.moments(n, from)
	rows := from.size / m.columns
	each := max(16, rowsInPart/m.columns)
	workers := l.program.backend.workers
	l.emit(step{name: opName(n.op), reads: []operand{from}, writes: m.to,
		run: func(fr *frame) error {
			run := m.begin(fr)
			workers.Parallel(ceilDiv(rows, each), func(task int) { run.rows(task*each, min(rows, (task+1)*each)) })
			run.end()
			return nil
		}})
	return nil
}

// moments computes, as an epilogue, the sum of each column of a matrix and the sum of the
// squared differences from the column's mean.
type moments struct {
	from    operand
	to      []operand
	columns int
	runs    sync.Pool
}

func (l *lowering) moments(n *node, from operand) *moments {
	_, columns, _ := rowSum(n)
	return &moments{from: from, to: l.results(n), columns: columns}
}

func (m *moments) describe() string { return opName(opMoments) }

func (m *moments) begin(fr *frame) epilogueRun {
	run, _ := m.runs.Get().(*momentsRun)
	if run == nil {
		run = &momentsRun{moments: m, parts: partials[float64]{width: 2 * m.columns}, all: simd.NewColumnMoments(m.columns)}
	}
	run.frame = fr
	return run
}

// momentsRun is one run of it.
type momentsRun struct {
	*moments
	frame *frame
	parts partials[float64]
	all   *simd.ColumnMoments
}

func (r *momentsRun) rows(first, last int) {
	values := r.parts.take()
	clear(values)
	part := simd.ColumnMoments{Mean: values[:r.columns], Squares: values[r.columns:]}
	part.Add(r.from.float32s(r.frame)[first*r.columns : last*r.columns])
	r.parts.add(first, last, values)
}

func (r *momentsRun) end() {
	all := r.all
	all.Reset()
	r.parts.order()
	for _, part := range r.parts.ranges {
		values := r.parts.of(part)
		all.Join(part.last-part.first, values[:r.columns], values[r.columns:])
	}
	sums, squares := r.to[0].float32s(r.frame), r.to[1].float32s(r.frame)
	for j := range r.columns {
		sums[j] = float32(all.Mean[j] * float64(all.Rows))
		squares[j] = float32(all.Squares[j])
	}
	r.parts.reset()
	r.frame = nil
	r.runs.Put(r)
}
