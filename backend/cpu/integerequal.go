package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

func init() {
	register(&kernel{accepts: acceptsIntegerEqual, lower: lowerIntegerEqual}, compute.OpTypeEqual)
}

// acceptsIntegerEqual takes comparisons of int32 tensors of one rank, by which labels are
// compared with classes.
func acceptsIntegerEqual(n *node) bool {
	result := n.result().shape
	for _, v := range n.operands {
		if v.shape.DType != dtypes.Int32 || v.shape.Rank() != result.Rank() {
			return false
		}
	}
	return result.DType == dtypes.Bool && result.Rank() > 0 && result.Size() > 0
}

// integerEqual says of pairs of integers whether they are equal. Its axes are walked
// in the order of the result's memory; a step is 0 along an axis that repeats.
type integerEqual struct {
	to, x, y       operand
	lengths        []int
	xSteps, ySteps []int
}

func lowerIntegerEqual(l *lowering, n *node) error {
	x, y, to := l.operand(n.operands[0]), l.operand(n.operands[1]), l.result(n.result())
	e := &integerEqual{to: to, x: x, y: y, lengths: to.shape.Dimensions,
		xSteps: repeating(x.shape.Dimensions), ySteps: repeating(y.shape.Dimensions)}
	rows := to.size / e.width()
	tasks := max(1, min(64, rows, to.size/moveTask))
	workers := l.program.backend.workers
	l.emit(step{name: opName(n.op), detail: "integers", reads: []operand{x, y}, writes: []operand{to},
		run: func(fr *frame) error {
			workers.Parallel(tasks, func(task int) { e.rows(fr, task*rows/tasks, (task+1)*rows/tasks) })
			return nil
		}})
	return nil
}

// repeating are the strides of dimensions, 0 for those of length 1.
func repeating(dimensions []int) []int {
	steps := strides(dimensions)
	for axis, length := range dimensions {
		if length == 1 {
			steps[axis] = 0
		}
	}
	return steps
}

// width is the length of the last axis.
func (e *integerEqual) width() int { return e.lengths[len(e.lengths)-1] }

// rows compares the lines of the last axis from first to last.
func (e *integerEqual) rows(fr *frame, first, last int) {
	x, y, to, width := slice[int32](fr, e.x), slice[int32](fr, e.y), slice[bool](fr, e.to), e.width()
	inner := len(e.lengths) - 1
	xStep, yStep := e.xSteps[inner], e.ySteps[inner]
	for row := first; row < last; row++ {
		i, j := e.start(row)
		for c := range width {
			to[row*width+c] = x[i+c*xStep] == y[j+c*yStep]
		}
	}
}

// start is where a line begins in both operands.
func (e *integerEqual) start(row int) (x, y int) {
	for axis := len(e.lengths) - 2; axis >= 0; axis-- {
		i := row % e.lengths[axis]
		row /= e.lengths[axis]
		x += i * e.xSteps[axis]
		y += i * e.ySteps[axis]
	}
	return x, y
}
