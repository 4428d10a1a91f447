package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// number are the types that windows are scattered in.
type number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// windowScatters has the scatter of each data type.
var windowScatters = map[dtypes.DType]func(s *windowScatter, fr *frame){
	dtypes.Int8:    scatterWindows[int8],
	dtypes.Int16:   scatterWindows[int16],
	dtypes.Int32:   scatterWindows[int32],
	dtypes.Int64:   scatterWindows[int64],
	dtypes.Uint8:   scatterWindows[uint8],
	dtypes.Uint16:  scatterWindows[uint16],
	dtypes.Uint32:  scatterWindows[uint32],
	dtypes.Uint64:  scatterWindows[uint64],
	dtypes.Float32: scatterWindows[float32],
	dtypes.Float64: scatterWindows[float64],
}

func init() {
	// Tried after the kernel for whole rows, which is registered first, because Go runs the
	// init functions of files in the order of their names.
	register(&kernel{
		accepts: func(n *node) bool {
			return windowScatters[n.result().shape.DType] != nil && integerReaders[n.operands[1].shape.DType] != nil
		},
		lower: lowerWindowScatter,
	}, compute.OpTypeScatterSum, compute.OpTypeScatterMax, compute.OpTypeScatterMin)
}

// windowScatter combines windows of updates with a tensor, in the order of the
// updates. A window that is not wholly inside is left out.
type windowScatter struct {
	op    compute.OpType
	reads []operand
	to    operand
	// vectorStep is how far apart the indices of a vector are.
	vectorStep int
	// batch steps in the indices and in the updates.
	batch []step2
	// axes are what each index of a vector counts along: the limit of its value
	// and its stride in the tensor.
	axes []span
	// window steps in the tensor and in the updates.
	window []step2
}

func lowerWindowScatter(l *lowering, n *node) error {
	a := n.attributes.(scatterAttributes)
	tensor, indices, updates := n.operands[0].shape, n.operands[1].shape, n.operands[2].shape
	s := &windowScatter{op: n.op, reads: l.operands(n), to: l.result(n.result()), vectorStep: 1}
	tensorSteps, indexSteps, updateSteps := strides(tensor.Dimensions), strides(indices.Dimensions), strides(updates.Dimensions)
	if a.indexVectorAxis < indices.Rank() {
		s.vectorStep = indexSteps[a.indexVectorAxis]
	}
	sizes := orOnes(nil, tensor.Rank())
	windowAxes := others(tensor.Rank(), a.insertedWindowAxes)
	for i, axis := range a.updateWindowAxes {
		sizes[windowAxes[i]] = updates.Dimensions[axis]
		s.window = append(s.window, step2{updates.Dimensions[axis], tensorSteps[windowAxes[i]], updateSteps[axis]})
	}
	for _, axis := range a.scatterAxesToOperandAxes {
		s.axes = append(s.axes, span{tensor.Dimensions[axis] - sizes[axis], tensorSteps[axis]})
	}
	batchAxes := others(updates.Rank(), a.updateWindowAxes)
	for i, axis := range others(indices.Rank(), []int{a.indexVectorAxis}) {
		s.batch = append(s.batch, step2{indices.Dimensions[axis], indexSteps[axis], updateSteps[batchAxes[i]]})
	}
	l.emit(step{name: opName(n.op), detail: "windows", reads: s.reads, writes: []operand{s.to}, inPlace: []overlay{{}},
		run: func(fr *frame) error {
			if from, to := s.reads[0].bytes(fr), s.to.bytes(fr); s.reads[0].at(fr) != s.to.at(fr) {
				copy(to, from)
			}
			windowScatters[s.to.shape.DType](s, fr)
			return nil
		}})
	return nil
}

// scatterWindows walks through the updates.
func scatterWindows[T number](s *windowScatter, fr *frame) {
	out, updates := slice[T](fr, s.to), slice[T](fr, s.reads[2])
	combine := map[compute.OpType]func(x, y T) T{
		compute.OpTypeScatterSum: func(x, y T) T { return x + y },
		compute.OpTypeScatterMax: func(x, y T) T { return max(x, y) },
		compute.OpTypeScatterMin: func(x, y T) T { return min(x, y) },
	}[s.op]
	read := integerReaders[s.reads[1].shape.DType]
	walkSteps(s.batch, 0, 0, func(vector, update int) {
		start := 0
		for k, axis := range s.axes {
			at := read(fr, s.reads[1], vector+k*s.vectorStep)
			if at < 0 || at > axis.length {
				return
			}
			start += at * axis.stride
		}
		walkSteps(s.window, start, update, func(to, from int) { out[to] = combine(out[to], updates[from]) })
	})
}

// walkSteps calls visit for each position of a walk through two tensors.
func walkSteps(axes []step2, to, from int, visit func(to, from int)) {
	if len(axes) == 0 {
		visit(to, from)
		return
	}
	for range axes[0].length {
		walkSteps(axes[1:], to, from, visit)
		to += axes[0].to
		from += axes[0].from
	}
}
