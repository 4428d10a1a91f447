package nn

import (
	"github.com/gomlx/gomlx/core/graph"
)

// convolve adds the convolution of x with the weight in the form that is fastest
// on the graph's backend. All forms give the same values and gradients, but for
// rounding.
func convolve(x, weight *graph.Node, l Convolution) *graph.Node {
	if !slidesSlowly(x.Graph()) && l.differentiable() {
		return convolveDirectly(x, weight, l)
	}
	return convolveShifts(x, weight, l)
}

// convolveShifts is made of shifted copies of x, products and sums, so that it has
// derivatives of every order.
func convolveShifts(x, weight *graph.Node, l Convolution) *graph.Node {
	if l.Groups > 1 && l.Groups == x.Shape().Dim(3) && l.Groups == l.Out {
		return convolveDepthwise(x, weight, l)
	}
	return convolveColumns(x, weight, l)
}

// differentiable reports whether GoMLX has the right gradient for its own
// convolution: that by the input is one pixel off for kernels of even extent, and
// there is none for padding beyond the kernel (GoMLX v0.28.7, convVJPWrtX).
func (l Convolution) differentiable() bool {
	extent := l.Dilation*(l.Kernel-1) + 1
	return extent%2 == 1 && l.Padding < extent
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
// by side and multiplies them by the weight as one matrix product, or one for each
// group.
func convolveColumns(x, weight *graph.Node, l Convolution) *graph.Node {
	shifts := l.window().shifts(x, graph.ScalarZero(x.Graph(), x.DType()))
	if l.Groups == 1 {
		return multiplyColumns(shifts, weight)
	}
	in, out := x.Shape().Dim(3)/l.Groups, l.Out/l.Groups
	results := make([]*graph.Node, l.Groups)
	for g := range l.Groups {
		group := make([]*graph.Node, len(shifts))
		for i, shift := range shifts {
			group[i] = graph.SliceAxis(shift, 3, graph.AxisRange(g*in, (g+1)*in))
		}
		results[g] = multiplyColumns(group, graph.SliceAxis(weight, 3, graph.AxisRange(g*out, (g+1)*out)))
	}
	return graph.Concatenate(results, 3)
}

func multiplyColumns(shifts []*graph.Node, weight *graph.Node) *graph.Node {
	columns := shifts[0]
	if len(shifts) > 1 {
		columns = graph.Concatenate(shifts, 3)
	}
	d, out := columns.Shape().Dimensions, weight.Shape().Dim(3)
	y := graph.MatMul(graph.Reshape(columns, d[0]*d[1]*d[2], d[3]), graph.Reshape(weight, d[3], out))
	return graph.Reshape(y, d[0], d[1], d[2], out)
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
