package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// Operations that only move elements walk through two tensors at a time. They work for
// elements of any type of 1, 2, 4 or 8 bytes.

// step2 is one axis of a walk through two tensors, in elements.
type step2 struct {
	length, to, from int
}

// walk2 copies elements from one tensor to another.
type walk2 struct {
	axes []step2
	// startTo and startFrom are where the first element is.
	startTo, startFrom int
}

// normalize drops axes of length 1 and joins those that are walked as one. The
// walk goes through the destination in the order of its memory.
func (w *walk2) normalize() {
	slices.SortStableFunc(w.axes, func(a, b step2) int { return b.to - a.to })
	var out []step2
	for _, s := range w.axes {
		if s.length == 1 {
			continue
		}
		if last := len(out) - 1; last >= 0 && out[last].to == s.to*s.length && out[last].from == s.from*s.length {
			out[last] = step2{out[last].length * s.length, s.to, s.from}
			continue
		}
		out = append(out, s)
	}
	w.axes = out
}

// size is the number of elements that move.
func (w *walk2) size() int {
	n := 1
	for _, s := range w.axes {
		n *= s.length
	}
	return n
}

// isMovable says that a data type's elements are whole bytes.
func isMovable(dtype dtypes.DType) bool {
	return !dtype.IsPacked() && slices.Contains([]int{1, 2, 4, 8}, dtype.Size())
}

// moveTask is about how many elements a task moves.
const moveTask = 1 << 15

// move adds a step that runs walks into a tensor one after the other; fill, if not
// nil, first fills it with a scalar.
func (l *lowering) move(name string, to operand, reads []operand, fill *operand, walks []walk2) {
	for i := range walks {
		walks[i].normalize()
	}
	s := step{name: name, reads: reads, writes: []operand{to}}
	workers := l.program.backend.workers
	switch to.shape.DType.Size() {
	case 1:
		s.run = mover[uint8](workers, to, reads, fill, walks)
	case 2:
		s.run = mover[uint16](workers, to, reads, fill, walks)
	case 4:
		s.run = mover[uint32](workers, to, reads, fill, walks)
	default:
		s.run = mover[uint64](workers, to, reads, fill, walks)
	}
	l.emit(s)
}

// mover makes the code of a step that moves elements of a size.
func mover[T uint8 | uint16 | uint32 | uint64](workers *Workers, to operand, reads []operand, fill *operand, walks []walk2) func(fr *frame) error {
	return func(fr *frame) error {
		out := slice[T](fr, to)
		if fill != nil {
			x := slice[T](fr, *fill)[0]
			parallelRanges(workers, len(out), func(from, to int) {
				part := out[from:to]
				for i := range part {
					part[i] = x
				}
			})
		}
		for i := range walks {
			runWalk(workers, &walks[i], out, slice[T](fr, reads[i]))
		}
		return nil
	}
}

// parallelRanges cuts [0, n) into ranges whose number depends on n alone.
func parallelRanges(workers *Workers, n int, run func(from, to int)) {
	tasks := max(1, min(64, n/moveTask))
	workers.Parallel(tasks, func(task int) { run(task*n/tasks, (task+1)*n/tasks) })
}

// runWalk shares a walk's outermost axis out.
func runWalk[T any](workers *Workers, w *walk2, to, from []T) {
	if len(w.axes) == 0 {
		if len(to) > 0 && len(from) > 0 {
			to[w.startTo] = from[w.startFrom]
		}
		return
	}
	outer := w.axes[0]
	tasks := max(1, min(64, outer.length, w.size()/moveTask))
	workers.Parallel(tasks, func(task int) {
		first, last := task*outer.length/tasks, (task+1)*outer.length/tasks
		part := slices.Clone(w.axes)
		part[0].length = last - first
		copyWalk(part, to, from, w.startTo+first*outer.to, w.startFrom+first*outer.from)
	})
}

// tile is the side of the squares in which two axes are exchanged: their lines in
// both tensors fit in the first-level cache.
const tile = 32

// copyWalk copies along the axes from given places on.
func copyWalk[T any](axes []step2, to, from []T, atTo, atFrom int) {
	switch s := axes[0]; {
	case len(axes) == 1 && s.to == 1 && s.from == 1:
		copy(to[atTo:atTo+s.length], from[atFrom:])
	case len(axes) == 1:
		for range s.length {
			to[atTo] = from[atFrom]
			atTo += s.to
			atFrom += s.from
		}
	case len(axes) == 2 && s.from == 1 && axes[1].from != 1:
		copyTiles(s, axes[1], to, from, atTo, atFrom)
	default:
		for range s.length {
			copyWalk(axes[1:], to, from, atTo, atFrom)
			atTo += s.to
			atFrom += s.from
		}
	}
}

// copyTiles copies along two axes whose order differs between the tensors, tile by tile.
func copyTiles[T any](a, b step2, to, from []T, atTo, atFrom int) {
	for i0 := 0; i0 < a.length; i0 += tile {
		i1 := min(i0+tile, a.length)
		for j0 := 0; j0 < b.length; j0 += tile {
			j1 := min(j0+tile, b.length)
			for i := i0; i < i1; i++ {
				t, f := atTo+i*a.to+j0*b.to, atFrom+i*a.from+j0*b.from
				for range j1 - j0 {
					to[t] = from[f]
					t += b.to
					f += b.from
				}
			}
		}
	}
}

// permuted is the walk that writes a tensor with its axes permuted.
func permuted(from shapes.Shape, permutation []int, to shapes.Shape) walk2 {
	var w walk2
	source, target := strides(from.Dimensions), strides(to.Dimensions)
	for i, axis := range permutation {
		w.axes = append(w.axes, step2{to.Dimensions[i], target[i], source[axis]})
	}
	return w
}

// transposed adds a copy of an operand with its axes permuted.
func (l *lowering) transposed(from operand, permutation []int) operand {
	dimensions := make([]int, len(permutation))
	for i, axis := range permutation {
		dimensions[i] = from.shape.Dimensions[axis]
	}
	to := l.room(shapes.Make(from.shape.DType, dimensions...))
	l.move("Transpose", to, []operand{from}, nil, []walk2{permuted(from.shape, permutation, to.shape)})
	return to
}

func init() {
	moves := func(lower func(l *lowering, n *node) error) *kernel {
		return &kernel{lower: lower, accepts: func(n *node) bool { return isMovable(n.result().shape.DType) }}
	}
	register(moves(lowerTranspose), compute.OpTypeTranspose)
	register(moves(lowerReverse), compute.OpTypeReverse)
	register(moves(lowerSlice), compute.OpTypeSlice)
	register(moves(lowerConcatenate), compute.OpTypeConcatenate)
	register(moves(lowerPad), compute.OpTypePad)
	register(&kernel{lower: lowerBroadcast, accepts: func(n *node) bool {
		return isMovable(n.result().shape.DType) && !isBroadcast(n)
	}}, compute.OpTypeBroadcastInDim)
}

func lowerTranspose(l *lowering, n *node) error {
	from, to := l.operand(n.operands[0]), l.result(n.result())
	l.move("Transpose", to, []operand{from}, nil, []walk2{permuted(from.shape, n.attributes.([]int), to.shape)})
	return nil
}

func lowerReverse(l *lowering, n *node) error {
	l.reverse(l.operand(n.operands[0]), l.result(n.result()), n.attributes.([]int))
	return nil
}

// reversed adds a copy of an operand with axes turned around.
func (l *lowering) reversed(from operand, axes []int) operand {
	to := l.room(from.shape)
	l.reverse(from, to, axes)
	return to
}

func (l *lowering) reverse(from, to operand, axes []int) {
	var w walk2
	for axis, stride := range strides(from.shape.Dimensions) {
		s := step2{from.shape.Dimensions[axis], stride, stride}
		if slices.Contains(axes, axis) {
			w.startFrom += (s.length - 1) * stride
			s.from = -stride
		}
		w.axes = append(w.axes, s)
	}
	l.move("Reverse", to, []operand{from}, nil, []walk2{w})
}

// lowerSlice makes a slice that lies in one piece a view.
func lowerSlice(l *lowering, n *node) error {
	from, a := l.operand(n.operands[0]), n.attributes.(*sliceAttributes)
	shape := n.result().shape
	var w walk2
	source, target := strides(from.shape.Dimensions), strides(shape.Dimensions)
	inOnePiece, within := true, false
	for axis, length := range shape.Dimensions {
		w.startFrom += a.starts[axis] * source[axis]
		w.axes = append(w.axes, step2{length, target[axis], source[axis] * a.strides[axis]})
		switch {
		case within && length != from.shape.Dimensions[axis]:
			inOnePiece = false
		case length > 1:
			within = true
			inOnePiece = inOnePiece && a.strides[axis] == 1
		}
	}
	if inOnePiece && shape.Size() > 0 {
		l.places[n.result()] = operand{slot: from.slot, offset: from.offset + w.startFrom*shape.DType.Size(), size: shape.Size(), shape: shape}
		return nil
	}
	l.move("Slice", l.result(n.result()), []operand{from}, nil, []walk2{w})
	return nil
}

func lowerConcatenate(l *lowering, n *node) error {
	reads, to := l.operands(n), l.result(n.result())
	axis, target := n.attributes.(int), strides(to.shape.Dimensions)
	var walks []walk2
	var kept []operand
	start := 0
	for _, from := range reads {
		w := walk2{startTo: start * target[axis]}
		for i, stride := range strides(from.shape.Dimensions) {
			w.axes = append(w.axes, step2{from.shape.Dimensions[i], target[i], stride})
		}
		start += from.shape.Dimensions[axis]
		if from.size > 0 {
			walks, kept = append(walks, w), append(kept, from)
		}
	}
	l.move("Concatenate", to, kept, nil, walks)
	return nil
}

// lowerPad fills the result and copies the operand's elements that are inside.
func lowerPad(l *lowering, n *node) error {
	from, fill, to := l.operand(n.operands[0]), l.operand(n.operands[1]), l.result(n.result())
	axes := n.attributes.([]compute.PadAxis)
	w := walk2{}
	source, target := strides(from.shape.Dimensions), strides(to.shape.Dimensions)
	for axis, length := range from.shape.Dimensions {
		var pad compute.PadAxis
		if axis < len(axes) {
			pad = axes[axis]
		}
		gap := pad.Interior + 1
		// Element i goes to Start + i·gap; those outside are cut off.
		first := max(0, ceilDiv(-pad.Start, gap))
		last := min(length-1, floorDiv(to.shape.Dimensions[axis]-1-pad.Start, gap))
		w.axes = append(w.axes, step2{max(0, last-first+1), target[axis] * gap, source[axis]})
		w.startTo += (pad.Start + first*gap) * target[axis]
		w.startFrom += first * source[axis]
	}
	var walks []walk2
	if w.size() > 0 {
		walks = []walk2{w}
	}
	l.move("Pad", to, []operand{from, fill}, &fill, walks)
	return nil
}

// floorDiv is ⌊a/b⌋ for b > 0.
func floorDiv(a, b int) int {
	if a < 0 {
		return -ceilDiv(-a, b)
	}
	return a / b
}

func lowerBroadcast(l *lowering, n *node) error {
	from, to := l.operand(n.operands[0]), l.result(n.result())
	axes := n.attributes.(broadcastAttributes).axes
	steps := make([]int, to.shape.Rank())
	for i, stride := range strides(from.shape.Dimensions) {
		if from.shape.Dimensions[i] != 1 {
			steps[axes[i]] = stride
		}
	}
	var w walk2
	for axis, stride := range strides(to.shape.Dimensions) {
		w.axes = append(w.axes, step2{to.shape.Dimensions[axis], stride, steps[axis]})
	}
	l.move("BroadcastInDim", to, []operand{from}, nil, []walk2{w})
	return nil
}
