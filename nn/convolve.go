package nn

import (
	"github.com/gomlx/gomlx/core/graph"
)

// convolve adds the convolution of x with the weight in the form that is fastest
// on the graph's backend. All forms give the same values and gradients, but for
// rounding.
func convolve(x, weight *graph.Node, l Convolution) *graph.Node {
	switch depthwise := l.Groups > 1 && l.Groups == x.Shape().Dim(3) && l.Groups == l.Out; {
	case !slidesSlowly(x.Graph()):
		return convolveDirectly(x, weight, l)
	case depthwise:
		return convolveDepthwise(x, weight, l)
	case l.Groups == 1:
		return convolveColumns(x, weight, l)
	default:
		return convolveDirectly(x, weight, l)
	}
}

// convolveDirectly is the backend's own convolution.
func convolveDirectly(x, weight *graph.Node, l Convolution) *graph.Node {
	padding := [2]int{l.Padding, l.Padding}
	c := graph.Convolve(x, weight).PaddingPerDim([][2]int{padding, padding}).ChannelGroupCount(l.Groups)
	if l.Stride > 1 {
		c = c.Strides(l.Stride)
	}
	if l.Dilation > 1 {
		c = c.Dilations(l.Dilation)
	}
	return c.Done()
}

// convolveColumns ("im2col") lays the values under the kernel at each place side
// by side and multiplies them by the weight as one matrix product.
func convolveColumns(x, weight *graph.Node, l Convolution) *graph.Node {
	shifts := l.window().shifts(x, graph.ScalarZero(x.Graph(), x.DType()))
	columns := shifts[0]
	if len(shifts) > 1 {
		columns = graph.Concatenate(shifts, 3)
	}
	d := columns.Shape().Dimensions
	y := graph.MatMul(graph.Reshape(columns, d[0]*d[1]*d[2], d[3]), graph.Reshape(weight, d[3], l.Out))
	return graph.Reshape(y, d[0], d[1], d[2], l.Out)
}

// convolveDepthwise adds up the input shifted to each position of the kernel times
// the weights there, for one input channel a group and one output channel.
func convolveDepthwise(x, weight *graph.Node, l Convolution) *graph.Node {
	weights := graph.Reshape(weight, l.Kernel*l.Kernel, 1, 1, 1, l.Out)
	var sum *graph.Node
	for i, shift := range l.window().shifts(x, graph.ScalarZero(x.Graph(), x.DType())) {
		w := graph.Reshape(graph.Slice(weights, graph.AxisElem(i)), 1, 1, 1, l.Out)
		term := graph.Mul(shift, w)
		if sum == nil {
			sum = term
		} else {
			sum = graph.Add(sum, term)
		}
	}
	return sum
}
