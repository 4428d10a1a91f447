package cpu

import "github.com/gomlx/compute"

func init() {
	register(&kernel{lower: lowerDynamicSlice}, compute.OpTypeDynamicSlice)
	register(&kernel{lower: lowerDynamicUpdateSlice}, compute.OpTypeDynamicUpdateSlice)
}

// window walks the rows of a box inside a tensor.
type window struct {
	// dimensions of the tensor and of the box.
	dimensions, box []int
	// width of an element in bytes.
	width int
}

// start reads the box's place and clamps it, as an offset in elements.
func (w window) start(fr *frame, starts []operand) int {
	offset := 0
	for axis, dimension := range w.dimensions {
		from, index := starts[0], axis
		if from.shape.Rank() == 0 {
			from, index = starts[axis], 0
		}
		at := integerReaders[from.shape.DType](fr, from, index)
		offset = offset*dimension + max(0, min(at, dimension-w.box[axis]))
	}
	return offset
}

// rows calls visit for each row of the box with where it begins in the tensor, from
// the box's start, and in the box, both in bytes, and its length.
func (w window) rows(visit func(inTensor, inBox, length int)) {
	w.axis(0, 0, 0, visit)
}

func (w window) axis(axis, inTensor, inBox int, visit func(inTensor, inBox, length int)) {
	if axis >= len(w.box)-1 {
		length := w.width
		if len(w.box) > 0 {
			length *= w.box[axis]
		}
		visit(inTensor*w.width, inBox*w.width, length)
		return
	}
	tensorStride, boxStride := 1, 1
	for rest := axis + 1; rest < len(w.box); rest++ {
		tensorStride *= w.dimensions[rest]
		boxStride *= w.box[rest]
	}
	for i := range w.box[axis] {
		w.axis(axis+1, inTensor+i*tensorStride, inBox+i*boxStride, visit)
	}
}

func lowerDynamicSlice(l *lowering, n *node) error {
	reads, to := l.operands(n), l.result(n.result())
	w := window{reads[0].shape.Dimensions, to.shape.Dimensions, to.shape.DType.Size()}
	l.emit(step{name: "DynamicSlice", reads: reads, writes: []operand{to}, run: func(fr *frame) error {
		from, out := reads[0].bytes(fr), to.bytes(fr)
		start := w.start(fr, reads[1:]) * w.width
		w.rows(func(inTensor, inBox, length int) {
			copy(out[inBox:inBox+length], from[start+inTensor:])
		})
		return nil
	}})
	return nil
}

func lowerDynamicUpdateSlice(l *lowering, n *node) error {
	reads, to := l.operands(n), l.result(n.result())
	w := window{reads[0].shape.Dimensions, reads[1].shape.Dimensions, to.shape.DType.Size()}
	l.emit(step{name: "DynamicUpdateSlice", reads: reads, writes: []operand{to}, inPlace: []overlay{{}}, run: func(fr *frame) error {
		out, update := to.bytes(fr), reads[1].bytes(fr)
		if reads[0].at(fr) != to.at(fr) {
			copy(out, reads[0].bytes(fr))
		}
		start := w.start(fr, reads[2:]) * w.width
		w.rows(func(inTensor, inBox, length int) {
			copy(out[start+inTensor:start+inTensor+length], update[inBox:])
		})
		return nil
	}})
	return nil
}
