package cpu

import (
	"fmt"
	"math"

	"github.com/gomlx/compute"

	"espalier/internal/simd"
)

func init() {
	register(&kernel{accepts: isFloat32, lower: lowerReduce},
		compute.OpTypeReduceSum, compute.OpTypeReduceMax, compute.OpTypeReduceMin, compute.OpTypeReduceProduct)
}

// fold combines float32 numbers.
type fold struct {
	neutral float32
	// rows combines a row with another, element by element.
	rows vectorBinary
	// line combines a row's elements.
	line func(x []float32) float32
	// columns, if not nil, combines all rows of a matrix.
	columns func(p simd.Parallel, to, x []float32)
}

var folds = map[compute.OpType]fold{
	compute.OpTypeReduceSum:     {0, simd.Add.Apply, sumLine, simd.ColumnSums},
	compute.OpTypeReduceMax:     {float32(math.Inf(-1)), simd.Max.Apply, lineOf(float32(math.Inf(-1)), simd.Max.Apply), nil},
	compute.OpTypeReduceMin:     {float32(math.Inf(1)), simd.Min.Apply, lineOf(float32(math.Inf(1)), simd.Min.Apply), nil},
	compute.OpTypeReduceProduct: {1, simd.Mul.Apply, lineOf(1, simd.Mul.Apply), nil},
}

// lanes is how many partial results a line has, so that none waits for another.
const lanes = 16

// lineOf combines a line in lanes, and these in order.
func lineOf(neutral float32, combine vectorBinary) func(x []float32) float32 {
	return func(x []float32) float32 {
		var partial [lanes]float32
		vectorFill(partial[:], neutral)
		for len(x) >= lanes {
			combine(partial[:], partial[:], x[:lanes])
			x = x[lanes:]
		}
		combine(partial[:len(x)], partial[:len(x)], x)
		for width := lanes / 2; width > 0; width /= 2 {
			combine(partial[:width], partial[:width], partial[width:2*width])
		}
		return partial[0]
	}
}

// sumLine sums a line in eight partial sums, so that none waits for another, and adds these
// in pairs.
func sumLine(x []float32) float32 {
	var a, b, c, d, e, f, g, h float32
	for len(x) >= 8 {
		a += x[0]
		b += x[1]
		c += x[2]
		d += x[3]
		e += x[4]
		f += x[5]
		g += x[6]
		h += x[7]
		x = x[8:]
	}
	for i, y := range x {
		switch i {
		case 0:
			a += y
		case 1:
			b += y
		case 2:
			c += y
		case 3:
			d += y
		case 4:
			e += y
		case 5:
			f += y
		case 6:
			g += y
		}
	}
	return ((a + e) + (c + g)) + ((b + f) + (d + h))
}

// group is one or more axes that are walked as one.
type group struct {
	length  int
	reduced bool
}

// groupAxes joins neighbouring axes that are both kept or both reduced.
func groupAxes(dimensions, reduced []int) []group {
	isReduced := map[int]bool{}
	for _, axis := range reduced {
		isReduced[axis] = true
	}
	var out []group
	for axis, length := range dimensions {
		if length == 1 {
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last].reduced == isReduced[axis] {
			out[last].length *= length
			continue
		}
		out = append(out, group{length, isReduced[axis]})
	}
	return out
}

func lowerReduce(l *lowering, n *node) error {
	from, to := l.operand(n.operands[0]), l.result(n.result())
	groups := groupAxes(from.shape.Dimensions, n.attributes.(*reduceAttributes).axes)
	f := folds[n.op]
	workers := l.program.backend.workers
	s := step{name: n.op.String(), reads: []operand{from}, writes: []operand{to}}
	switch {
	case from.size == 0:
		s.run = func(fr *frame) error {
			vectorFill(to.float32s(fr), f.neutral)
			return nil
		}
	case len(groups) == 0 || len(groups) == 1 && !groups[0].reduced:
		s.run = func(fr *frame) error {
			copy(to.float32s(fr), from.float32s(fr))
			return nil
		}
	case len(groups) == 1:
		s.run = l.reduceAll(f, from, to, &s)
	case len(groups) == 2 && groups[1].reduced:
		s.run = reduceLines(workers, f, from, to, groups[1].length)
	case len(groups) == 2:
		s.run = l.reduceRows(f, from, to, groups[0].length, groups[1].length, &s)
	case len(groups) == 3 && groups[1].reduced:
		s.run = reduceMiddle(workers, f, from, to, groups)
	default:
		s.run = reduceAny(f, from, to, groups)
	}
	s.detail = fmt.Sprint(groups)
	l.emit(s)
	return nil
}

// longLine is the length from which a line is cut in parts.
const longLine = 1 << 14

// reduceAll reduces a whole tensor to one element: parts of a fixed length, and
// these in order.
func (l *lowering) reduceAll(f fold, from, to operand, s *step) func(fr *frame) error {
	parts := ceilDiv(from.size, longLine)
	if parts == 1 {
		return func(fr *frame) error {
			to.float32s(fr)[0] = f.line(from.float32s(fr))
			return nil
		}
	}
	partial := l.floats(parts)
	s.scratch = append(s.scratch, partial)
	workers := l.program.backend.workers
	return func(fr *frame) error {
		x, sums := from.float32s(fr), partial.float32s(fr)
		workers.Parallel(parts, func(part int) {
			sums[part] = f.line(x[part*longLine : min(len(x), (part+1)*longLine)])
		})
		to.float32s(fr)[0] = f.line(sums)
		return nil
	}
}

// reduceLines reduces each line of a matrix.
func reduceLines(workers *Workers, f fold, from, to operand, length int) func(fr *frame) error {
	lines := to.size
	tasks := max(1, min(64, lines, from.size/moveTask))
	return func(fr *frame) error {
		x, out := from.float32s(fr), to.float32s(fr)
		workers.Parallel(tasks, func(task int) {
			for line := task * lines / tasks; line < (task+1)*lines/tasks; line++ {
				out[line] = f.line(x[line*length : (line+1)*length])
			}
		})
		return nil
	}
}

// rowsInPart is how many elements of a matrix are reduced to one row in one go.
const rowsInPart = 1 << 14

// reduceRows reduces a matrix to one row: parts of a fixed number of rows each to
// one, and these in order.
func (l *lowering) reduceRows(f fold, from, to operand, rows, columns int, s *step) func(fr *frame) error {
	each := max(1, rowsInPart/columns)
	parts := ceilDiv(rows, each)
	workers := l.program.backend.workers
	if f.columns != nil {
		return func(fr *frame) error {
			f.columns(workers.Parallel, to.float32s(fr), from.float32s(fr))
			return nil
		}
	}
	if parts == 1 {
		return func(fr *frame) error {
			foldRows(f, to.float32s(fr), from.float32s(fr), columns)
			return nil
		}
	}
	partial := l.floats(parts * columns)
	s.scratch = append(s.scratch, partial)
	return func(fr *frame) error {
		x, sums := from.float32s(fr), partial.float32s(fr)
		workers.Parallel(parts, func(part int) {
			first, last := part*each, min(rows, (part+1)*each)
			foldRows(f, sums[part*columns:(part+1)*columns], x[first*columns:last*columns], columns)
		})
		foldRows(f, to.float32s(fr), sums, columns)
		return nil
	}
}

// foldRows reduces the rows of x to one.
func foldRows(f fold, to, x []float32, columns int) {
	copy(to, x[:columns])
	for x = x[columns:]; len(x) > 0; x = x[columns:] {
		f.rows(to, to, x[:columns])
	}
}

// reduceMiddle reduces the rows of each of many matrices.
func reduceMiddle(workers *Workers, f fold, from, to operand, groups []group) func(fr *frame) error {
	count, rows, columns := groups[0].length, groups[1].length, groups[2].length
	tasks := max(1, min(64, count, from.size/moveTask))
	return func(fr *frame) error {
		x, out := from.float32s(fr), to.float32s(fr)
		workers.Parallel(tasks, func(task int) {
			for i := task * count / tasks; i < (task+1)*count/tasks; i++ {
				foldRows(f, out[i*columns:(i+1)*columns], x[i*rows*columns:(i+1)*rows*columns], columns)
			}
		})
		return nil
	}
}

// reduceAny walks through the tensor in the order of memory and combines each run of
// its last group with where it goes.
func reduceAny(f fold, from, to operand, groups []group) func(fr *frame) error {
	outer, last := groups[:len(groups)-1], groups[len(groups)-1]
	// steps are where each group goes on in the result.
	steps, size := make([]int, len(outer)), 1
	if !last.reduced {
		size = last.length
	}
	for i := len(outer) - 1; i >= 0; i-- {
		if !outer[i].reduced {
			steps[i] = size
			size *= outer[i].length
		}
	}
	return func(fr *frame) error {
		x, out := from.float32s(fr), to.float32s(fr)
		vectorFill(out, f.neutral)
		var walk func(depth, at int)
		walk = func(depth, at int) {
			if depth < len(outer) {
				for i := range outer[depth].length {
					walk(depth+1, at+i*steps[depth])
				}
				return
			}
			run := x[:last.length]
			x = x[last.length:]
			if last.reduced {
				f.rows(out[at:at+1], out[at:at+1], []float32{f.line(run)})
				return
			}
			f.rows(out[at:at+last.length], out[at:at+last.length], run)
		}
		walk(0, 0)
		return nil
	}
}

// floats makes room for n float32 numbers.
func (l *lowering) floats(n int) operand {
	return l.room(float32Shape(n))
}
