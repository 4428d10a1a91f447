package nn

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// window is a square that slides over height and width, of a convolution or a
// pool. Stride and dilation are at least 1.
type window struct {
	size, stride, padding, dilation int
}

// outputs is the number of places on a side of n, below 1 where none fits.
func (w window) outputs(n int) int {
	room := n + 2*w.padding - w.dilation*(w.size-1) - 1
	if room < 0 {
		return 0
	}
	return room/w.stride + 1
}

// tiles reports whether the window's places cover a side of n exactly and without
// overlap.
func (w window) tiles(n int) bool {
	return w.stride == w.size && w.padding == 0 && w.dilation == 1 && n%w.size == 0
}

// shifts returns, for each position in the window in row-major order, the values
// of x [batch, height, width, channels] that lie there, one for each place of the
// window: size² nodes [batch, outputs(height), outputs(width), channels].
func (w window) shifts(x, padding *graph.Node) []*graph.Node {
	height, width := w.outputs(x.Shape().Dim(1)), w.outputs(x.Shape().Dim(2))
	if w.padding > 0 {
		side := compute.PadAxis{Start: w.padding, End: w.padding}
		x = graph.Pad(x, padding, compute.PadAxis{}, side, side, compute.PadAxis{})
	}
	if w.size == 1 && w.stride == 1 {
		return []*graph.Node{x}
	}
	nodes := make([]*graph.Node, 0, w.size*w.size)
	for i := range w.size {
		rows := w.every(i, height)
		for j := range w.size {
			nodes = append(nodes, graph.Slice(x, graph.AxisRange(), rows, w.every(j, width), graph.AxisRange()))
		}
	}
	return nodes
}

// every selects n values a stride apart on one axis, from the window's position i.
func (w window) every(i, n int) graph.SliceAxisSpec {
	start := i * w.dilation
	axis := graph.AxisRange(start, start+(n-1)*w.stride+1)
	if w.stride > 1 {
		axis = axis.Stride(w.stride)
	}
	return axis
}

// slidesSlowly reports whether a graph's backend computes convolutions and pools
// window by window, so that shifted copies of the whole input are faster: GoMLX's
// own go backend does. Measured on 2 cores, batch 32, forward and backward: 3×3
// convolution of 16 to 16 channels at 32×32 314 ms against 177, of 64 channels at
// 8×8 260 against 81; depthwise 94 against 74.
func slidesSlowly(g *graph.Graph) bool { return g.Backend().String() == "go" }
