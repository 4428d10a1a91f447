package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"espalier/internal/simd"
)

func init() {
	register(&kernel{accepts: acceptsConv, lower: lowerConv}, compute.OpTypeConvGeneral)
}

// acceptsConv takes convolutions along one or two axes that are one of the three passes of
// a network's convolution: forward, gradient by the input, in which strides become
// dilations of the input, and gradient by the weights, in which they become dilations of
// the kernel.
func acceptsConv(n *node) bool {
	a := n.attributes.(convAttributes)
	if !isFloat32(n) || len(a.axes.InputSpatial) > 2 || a.batchGroupCount != 1 {
		return false
	}
	for _, v := range append(slices.Clone(n.operands), n.result()) {
		if v.shape.Size() == 0 {
			return false
		}
	}
	return !isDilated(a) || slices.Max(a.strides) == 1 && a.channelGroupCount == 1
}

func isDilated(a convAttributes) bool { return slices.Max(a.inputDilations) > 1 }

// passOf returns which pass of a network's convolution a node is.
func passOf(n *node) convPass {
	a := n.attributes.(convAttributes)
	switch {
	case a.joined > 0:
		return a.pass
	case a.flipped || isDilated(a):
		return gradientInput
	case a.channelGroupCount == 1 && spatialSize(n.operands[1], a.axes.KernelSpatial) > spatialSize(n.result(), a.axes.OutputSpatial):
		return gradientWeights
	}
	return forward
}

type convPass int

const (
	forward convPass = iota
	gradientInput
	gradientWeights
)

// String names the pass, for Explain.
func (p convPass) String() string {
	return [...]string{"forward", "gradient by input", "gradient by weights"}[p]
}

func spatialSize(v *value, axes []int) int {
	size := 1
	for _, axis := range axes {
		size *= v.shape.Dimensions[axis]
	}
	return size
}

// convolution describes a node as a convolution of package simd.
type convolution struct {
	simd.Convolution
	pass convPass
	// input, kernel and result are the orders of axes that simd works on.
	input, kernel, result []int
}

// newConvolution describes a node. For a position h of the kernel's counterpart and
// i of the weights, what simd multiplies lies at s·h + d·i - p; the three passes
// differ in which of h, i and the sum are the node's input, kernel and result.
func newConvolution(n *node) convolution {
	a, axes := n.attributes.(convAttributes), n.attributes.(convAttributes).axes
	x, k, y := n.operands[0].shape.Dimensions, n.operands[1].shape.Dimensions, n.result().shape.Dimensions
	c := convolution{pass: passOf(n)}
	var spatial [2]simd.Axis
	offset := 2 - len(axes.InputSpatial)
	if offset == 1 {
		spatial[0] = simd.Axis{In: 1, Kernel: 1}
	}
	for i := range axes.InputSpatial {
		in, kernel, out := x[axes.InputSpatial[i]], k[axes.KernelSpatial[i]], y[axes.OutputSpatial[i]]
		before := a.paddings[i][0]
		var axis simd.Axis
		switch c.pass {
		case gradientInput:
			axis = simd.Axis{In: out, Kernel: kernel, Stride: a.inputDilations[i], Dilation: a.kernelDilations[i],
				Before: a.kernelDilations[i]*(kernel-1) - before}
			axis.After = exactAfter(axis, in)
		case gradientWeights:
			axis = simd.Axis{In: in, Kernel: out, Stride: a.kernelDilations[i], Dilation: a.strides[i], Before: before}
			axis.After = exactAfter(axis, kernel)
		default:
			axis = simd.Axis{In: in, Kernel: kernel, Stride: a.strides[i], Dilation: a.kernelDilations[i], Before: before}
			axis.After = exactAfter(axis, out)
		}
		spatial[offset+i] = axis
	}
	c.Height, c.Width, c.Groups = spatial[0], spatial[1], max(a.channelGroupCount, a.joined)
	order := func(first int, middle []int, rest ...int) []int { return slices.Concat([]int{first}, middle, rest) }
	switch c.pass {
	case gradientInput:
		c.Batch, c.In, c.Out = x[axes.InputBatch], y[axes.OutputChannels], x[axes.InputChannels]
		c.input = order(axes.InputBatch, axes.InputSpatial, axes.InputChannels)
		c.kernel = slices.Concat(axes.KernelSpatial, []int{axes.KernelOutputChannels, axes.KernelInputChannels})
		c.result = order(axes.OutputBatch, axes.OutputSpatial, axes.OutputChannels)
	case gradientWeights:
		c.Batch, c.In, c.Out = x[axes.InputChannels], x[axes.InputBatch], k[axes.KernelOutputChannels]
		c.input = order(axes.InputChannels, axes.InputSpatial, axes.InputBatch)
		c.kernel = order(axes.KernelInputChannels, axes.KernelSpatial, axes.KernelOutputChannels)
		c.result = slices.Concat(axes.OutputSpatial, []int{axes.OutputBatch, axes.OutputChannels})
	default:
		c.Batch, c.In, c.Out = x[axes.InputBatch], x[axes.InputChannels], k[axes.KernelOutputChannels]
		c.input = order(axes.InputBatch, axes.InputSpatial, axes.InputChannels)
		c.kernel = slices.Concat(axes.KernelSpatial, []int{axes.KernelInputChannels, axes.KernelOutputChannels})
		c.result = order(axes.OutputBatch, axes.OutputSpatial, axes.OutputChannels)
	}
	return c
}

// exactAfter is the padding after the input with which an axis has exactly out
// output positions and none left over.
func exactAfter(a simd.Axis, out int) int {
	return a.Stride*(out-1) + a.Dilation*(a.Kernel-1) + 1 - a.In - a.Before
}

// arranged is an operand with its axes in an order, which is a copy if they lie in another
// one.
func (l *lowering) arranged(o operand, order []int) operand {
	var long []int
	for _, axis := range order {
		if o.shape.Dimensions[axis] != 1 {
			long = append(long, axis)
		}
	}
	if slices.IsSorted(long) {
		return o
	}
	return l.transposed(o, order)
}

func lowerConv(l *lowering, n *node) error {
	a := n.attributes.(convAttributes)
	c := newConvolution(n)
	input := l.arranged(l.operand(n.operands[0]), c.input)
	kernel := l.operand(n.operands[1])
	if c.pass == gradientInput && !a.flipped {
		kernel = l.reversed(kernel, a.axes.KernelSpatial)
	}
	kernel = l.arranged(kernel, c.kernel)
	s := step{name: "ConvGeneral", detail: c.describe(), reads: []operand{input, kernel}}
	to, back, tail := operand{}, func() {}, l.epilogue(n, &s)
	if tail == nil {
		to, back = l.arrangedResult(n.result(), c.result)
		s.writes = []operand{to}
	} else {
		to = tail.result
	}
	workers := l.program.backend.workers
	s.run = tail.around(func(fr *frame, done simd.Done) error {
		x, k, y := input.float32s(fr), kernel.float32s(fr), to.float32s(fr)
		switch c.pass {
		case gradientInput:
			return c.GradientInput(workers.Parallel, y, x, k, done)
		case gradientWeights:
			return c.GradientWeights(workers.Parallel, y, x, k)
		}
		return c.Forward(workers.Parallel, y, x, k, done)
	})
	l.emit(s)
	back()
	return nil
}

// rowsOfConv is the length of the rows in which a convolution's result is finished,
// a pixel's channels; 0 for one that is not finished row by row.
func rowsOfConv(n *node) int {
	if !acceptsConv(n) {
		return 0
	}
	c := newConvolution(n)
	if c.pass == gradientWeights || !inOrderOf(n.result(), c.result) {
		return 0
	}
	dimensions := n.result().shape.Dimensions
	return dimensions[c.result[len(c.result)-1]]
}

// inOrderOf says that a value's memory already has its axes in an order.
func inOrderOf(v *value, order []int) bool {
	var long []int
	for _, axis := range order {
		if v.shape.Dimensions[axis] != 1 {
			long = append(long, axis)
		}
	}
	return slices.IsSorted(long)
}

// arrangedResult makes room for a result whose axes are computed in an order, and
// returns what adds the step that puts them right.
func (l *lowering) arrangedResult(v *value, order []int) (to operand, back func()) {
	if inOrderOf(v, order) {
		return l.result(v), func() {}
	}
	dimensions := make([]int, len(order))
	inverse := make([]int, len(order))
	for i, axis := range order {
		dimensions[i] = v.shape.Dimensions[axis]
		inverse[axis] = i
	}
	to = l.room(shapeOf(dtypes.Float32, dimensions))
	return to, func() {
		l.move("Transpose", l.result(v), []operand{to}, nil, []walk2{permuted(to.shape, inverse, v.shape)})
	}
}

// describe gives the pass and the sizes, for Explain.
func (c *convolution) describe() string {
	text := fmt.Sprintf("%s %d×%d×%d×%d→%d kernel %d×%d", c.pass, c.Batch, c.Height.In, c.Width.In, c.In, c.Out, c.Height.Kernel, c.Width.Kernel)
	if c.Height.Stride > 1 || c.Width.Stride > 1 {
		text += fmt.Sprintf(" stride %d×%d", c.Height.Stride, c.Width.Stride)
	}
	if c.Groups > 1 {
		text += fmt.Sprintf(" groups %d", c.Groups)
	}
	return text
}

// flipKernel lets a convolution with a reversed kernel read the kernel itself: that
// is how a gradient by the input arrives, and how simd reads weights.
func (r *reducer) flipKernel(n *node) *value {
	a := n.attributes.(convAttributes)
	reverse := n.operands[1].node
	if a.flipped || reverse.op != compute.OpTypeReverse || a.channelGroupCount > 1 || slices.Max(a.strides) > 1 || !acceptsConv(n) {
		return nil
	}
	axes := slices.Sorted(slices.Values(reverse.attributes.([]int)))
	if !slices.Equal(axes, slices.Sorted(slices.Values(a.axes.KernelSpatial))) {
		return nil
	}
	a.flipped = true
	return r.newNode(&node{op: n.op, operands: []*value{n.operands[0], reverse.operands[0]}, attributes: a}, n.result().shape)
}
