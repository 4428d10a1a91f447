package cpu

import (
	"slices"

	"github.com/gomlx/compute"
)

// GoMLX differentiates a convolution with groups by cutting everything apart, one
// convolution for each group, and joining the results. joinGroups puts them back
// together: one convolution that has the groups.

// joinGroups returns a convolution with groups for a concatenation of the parts of
// one, or nil.
func (r *reducer) joinGroups(n *node) *value {
	if len(n.operands) < 2 {
		return nil
	}
	first := n.operands[0].node
	if first.op != compute.OpTypeConvGeneral || !acceptsConv(first) || n.operands[0].shape.Rank() != n.result().shape.Rank() {
		return nil
	}
	a := first.attributes.(convAttributes)
	if a.channelGroupCount > 1 || a.joined > 0 {
		return nil
	}
	var inputAxis, kernelAxis, resultAxis int
	pass := passOf(first)
	switch {
	case pass == gradientInput && a.flipped:
		inputAxis, kernelAxis, resultAxis = a.axes.InputChannels, a.axes.KernelInputChannels, a.axes.OutputChannels
	case pass == gradientWeights:
		inputAxis, kernelAxis, resultAxis = a.axes.InputBatch, a.axes.KernelOutputChannels, a.axes.OutputChannels
	default:
		return nil
	}
	if n.attributes.(int) != resultAxis {
		return nil
	}
	for _, v := range n.operands[1:] {
		if v.node.op != first.op || !sameConv(v.node.attributes.(convAttributes), a) || !v.shape.Equal(n.operands[0].shape) || passOf(v.node) != pass {
			return nil
		}
	}
	input := wholeOf(n, 0, inputAxis)
	kernel := wholeOf(n, 1, kernelAxis)
	if input == nil || kernel == nil {
		return nil
	}
	a.joined, a.pass = len(n.operands), pass
	return r.newNode(&node{op: compute.OpTypeConvGeneral, operands: []*value{input, kernel}, attributes: a}, n.result().shape)
}

// sameConv compares attributes.
func sameConv(a, b convAttributes) bool {
	return a.flipped == b.flipped && a.joined == b.joined && a.channelGroupCount == b.channelGroupCount &&
		slices.Equal(a.strides, b.strides) && slices.Equal(a.paddings, b.paddings) &&
		slices.Equal(a.inputDilations, b.inputDilations) && slices.Equal(a.kernelDilations, b.kernelDilations) &&
		slices.Equal(axisList(a.axes), axisList(b.axes))
}

// axisList lists all axes of a configuration.
func axisList(c compute.ConvolveAxesConfig) []int {
	return slices.Concat([]int{c.InputBatch, c.InputChannels}, c.InputSpatial,
		[]int{c.KernelInputChannels, c.KernelOutputChannels}, c.KernelSpatial,
		[]int{c.OutputBatch, c.OutputChannels}, c.OutputSpatial)
}

// wholeOf returns the value of which the parts' operands of an index are all equal
// slices along an axis, in order; or nil.
func wholeOf(n *node, index, axis int) *value {
	var whole *value
	at := 0
	for _, part := range n.operands {
		v := part.node.operands[index]
		if v.node.op != compute.OpTypeSlice {
			return nil
		}
		a, source := v.node.attributes.(*sliceAttributes), v.node.operands[0]
		if whole == nil {
			whole = source
		}
		if source != whole || a.starts[axis] != at {
			return nil
		}
		for i, length := range source.shape.Dimensions {
			if a.strides[i] != 1 || i != axis && (a.starts[i] != 0 || a.limits[i] != length) {
				return nil
			}
		}
		at = a.limits[axis]
	}
	if at != whole.shape.Dimensions[axis] || at%len(n.operands) != 0 {
		return nil
	}
	return whole
}
