package cpu

import (
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// kernel turns a node into steps of a program.
type kernel struct {
	// accepts says whether the kernel takes a node; nil takes all.
	accepts func(n *node) bool
	// lower adds the node's steps and says where its results are.
	lower func(l *lowering, n *node) error
}

// kernels of each operation, the first that accepts a node taking it. Families of
// operations add theirs when the package starts.
var kernels [opCount][]*kernel

// register adds a kernel for operations.
func register(k *kernel, ops ...compute.OpType) {
	for _, op := range ops {
		kernels[op] = append(kernels[op], k)
	}
}

// kernelOf returns the kernel that takes a node, or nil.
func kernelOf(n *node) *kernel {
	for _, k := range kernels[n.op] {
		if k.accepts == nil || k.accepts(n) {
			return k
		}
	}
	return nil
}

// operand is where a step finds or leaves a value: a slot of the frame, the bytes
// to skip in it, and the value's shape.
type operand struct {
	slot   int
	offset int
	size   int
	shape  shapes.Shape
}

// at is the operand's address in a frame.
func (o operand) at(fr *frame) unsafe.Pointer {
	return unsafe.Add(fr.base[o.slot], o.offset)
}

// slice is an operand's elements as type T.
func slice[T any](fr *frame, o operand) []T {
	return elementsAt[T](o.at(fr), o.size)
}

// float32s is an operand's elements.
func (o operand) float32s(fr *frame) []float32 { return slice[float32](fr, o) }

// bytes of an operand.
func (o operand) bytes(fr *frame) []byte {
	return elementsAt[byte](o.at(fr), byteSize(o.shape))
}

// step is one thing that a program does.
type step struct {
	// name and detail say what, for Explain.
	name   string
	detail string
	reads  []operand
	writes []operand
	// scratch is memory that the step alone uses, with any content.
	scratch []operand
	// inPlace lists which write may lie over which read.
	inPlace []overlay
	run     func(fr *frame) error
}

// overlay says that a step may write a result over an operand.
type overlay struct{ read, write int }

// isFloat32 says whether all operands and results of a node are float32.
func isFloat32(n *node) bool {
	for _, list := range [][]*value{n.operands, n.results} {
		for _, v := range list {
			if v.shape.DType != dtypes.Float32 {
				return false
			}
		}
	}
	return true
}

// float32Shape is the shape of n float32 numbers.
func float32Shape(n int) shapes.Shape { return shapes.Make(dtypes.Float32, n) }

// shapeOf is a shape of dimensions in a slice.
func shapeOf(dtype dtypes.DType, dimensions []int) shapes.Shape {
	return shapes.Make(dtype, dimensions...)
}
