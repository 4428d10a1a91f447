package nn

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// The kinds of pools.
const (
	KindMaxPool        Kind = "max pool"
	KindMeanPool       Kind = "mean pool"
	KindGlobalMeanPool Kind = "global mean pool"
)

// MaxPool takes the largest value of each channel in a square window. Where
// several are largest, the gradient goes to one of them.
type MaxPool struct {
	Window  int
	Stride  int // 0 is Window
	Padding int // on each side, of values below all others; at most half the window
}

// Kind is KindMaxPool.
func (l MaxPool) Kind() Kind { return KindMaxPool }

// Output has the input's channels; each side is ⌊(n + 2·padding - window) / stride⌋ + 1.
func (l MaxPool) Output(inputs []Shape) (Shape, error) {
	return poolOutput(KindMaxPool, l.Window, l.Stride, l.Padding, inputs)
}

// Parameters are none.
func (l MaxPool) Parameters([]Shape) []Parameter { return nil }

// Build pools.
func (l MaxPool) Build(b *Builder, inputs []*graph.Node) *graph.Node {
	w := poolWindow(l.Window, l.Stride, l.Padding)
	if b.Phase == SecondOrder {
		return poolMaxShifts(inputs[0], w)
	}
	return poolMax(inputs[0], w)
}

// MeanPool takes the mean of each channel in a square window; padding counts as
// zeros, as PyTorch does.
type MeanPool struct {
	Window  int
	Stride  int // 0 is Window
	Padding int // on each side; at most half the window
}

// Kind is KindMeanPool.
func (l MeanPool) Kind() Kind { return KindMeanPool }

// Output has the input's channels; each side is ⌊(n + 2·padding - window) / stride⌋ + 1.
func (l MeanPool) Output(inputs []Shape) (Shape, error) {
	return poolOutput(KindMeanPool, l.Window, l.Stride, l.Padding, inputs)
}

// Parameters are none.
func (l MeanPool) Parameters([]Shape) []Parameter { return nil }

// Build pools. Windows that tile the input are one reduction; others are summed
// up position by position, on every backend, because GoMLX's mean pool leaves the
// padding out of the mean.
func (l MeanPool) Build(_ *Builder, inputs []*graph.Node) *graph.Node {
	x, w := inputs[0], poolWindow(l.Window, l.Stride, l.Padding)
	d := x.Shape().Dimensions
	if w.tiles(d[1]) && w.tiles(d[2]) {
		tiles := graph.Reshape(x, d[0], d[1]/w.Size, w.Size, d[2]/w.Size, w.Size, d[3])
		return graph.ReduceMean(tiles, 2, 4)
	}
	shifts := w.shifts(x, graph.ScalarZero(x.Graph(), x.DType()))
	return graph.DivScalar(fold(shifts, graph.Add), float64(len(shifts)))
}

// GlobalMeanPool takes the mean of each channel over height and width.
type GlobalMeanPool struct{}

// Kind is KindGlobalMeanPool.
func (GlobalMeanPool) Kind() Kind { return KindGlobalMeanPool }

// Output is a vector of the channels.
func (GlobalMeanPool) Output(inputs []Shape) (Shape, error) {
	x, err := oneInput(KindGlobalMeanPool, inputs)
	return Vector(x.Channels), err
}

// Parameters are none.
func (GlobalMeanPool) Parameters([]Shape) []Parameter { return nil }

// Build takes the means.
func (GlobalMeanPool) Build(_ *Builder, inputs []*graph.Node) *graph.Node {
	return graph.ReduceAndKeep(inputs[0], graph.ReduceMean, 1, 2)
}

func poolWindow(size, stride, padding int) Window {
	if stride == 0 {
		stride = size
	}
	return Window{Size: size, Stride: stride, Padding: padding, Dilation: 1}
}

func poolOutput(kind Kind, size, stride, padding int, inputs []Shape) (Shape, error) {
	x, err := oneInput(kind, inputs)
	if err != nil {
		return Shape{}, err
	}
	if size < 1 || stride < 0 || padding < 0 || 2*padding > size {
		return Shape{}, fmt.Errorf("%s with window %d, stride %d, padding %d: want window ≥ 1, stride ≥ 0, padding at most half the window",
			kind, size, stride, padding)
	}
	w := poolWindow(size, stride, padding)
	height, width := w.outputs(x.Height), w.outputs(x.Width)
	if height < 1 || width < 1 {
		return Shape{}, fmt.Errorf("%s with window %d and padding %d: input %s is too small", kind, size, padding, x)
	}
	return Shape{Height: height, Width: width, Channels: x.Channels}, nil
}

// poolMax adds a max pool in the form that is fastest on the graph's backend.
func poolMax(x *graph.Node, w Window) *graph.Node {
	if slidesSlowly(x.Graph()) {
		return poolMaxShifts(x, w)
	}
	return poolMaxDirectly(x, w)
}

// poolMaxDirectly is the backend's own max pool.
func poolMaxDirectly(x *graph.Node, w Window) *graph.Node {
	padding := [2]int{w.Padding, w.Padding}
	return graph.MaxPool(x).Window(w.Size).Strides(w.Stride).PaddingPerDim([][2]int{padding, padding}).Done()
}

// poolMaxShifts takes the maximum position by position. Max passes the gradient of
// equal values to the first, so a window's gradient goes to its first largest
// value; that of a reduction would go to all.
func poolMaxShifts(x *graph.Node, w Window) *graph.Node {
	return fold(w.shifts(x, graph.Infinity(x.Graph(), x.DType(), -1)), graph.Max)
}

func fold(nodes []*graph.Node, combine func(a, b *graph.Node) *graph.Node) *graph.Node {
	result := nodes[0]
	for _, node := range nodes[1:] {
		result = combine(result, node)
	}
	return result
}

func (l MaxPool) origin(_ []Shape, _, channel int) int { return channel }

func (l MaxPool) constant(node Node, _ parameters, _ int, inputs []plane, shapes []Shape) plane {
	x, y := inputs[0].full(shapes[0]), plane(nil).full(node.Shape)
	for i := range y {
		y[i] = float32(math.Inf(-1))
	}
	poolWindow(l.Window, l.Stride, l.Padding).visit(shapes[0], func(place, _, pixel int) {
		y[place] = max(y[place], x[pixel])
	})
	return y
}

func (l MaxPool) narrow([]Shape, [][]int, []int) Layer { return l }

func (l MeanPool) origin(_ []Shape, _, channel int) int { return channel }

func (l MeanPool) constant(node Node, _ parameters, _ int, inputs []plane, shapes []Shape) plane {
	x, y := inputs[0].full(shapes[0]), plane(nil).full(node.Shape)
	poolWindow(l.Window, l.Stride, l.Padding).visit(shapes[0], func(place, _, pixel int) { y[place] += x[pixel] })
	return y.apply(node.Shape, func(sum float32) float32 { return sum / float32(l.Window*l.Window) })
}

func (l MeanPool) narrow([]Shape, [][]int, []int) Layer { return l }

func (l GlobalMeanPool) origin(_ []Shape, _, channel int) int { return channel }

func (l GlobalMeanPool) constant(_ Node, _ parameters, _ int, inputs []plane, _ []Shape) plane {
	sum := 0.
	for _, v := range inputs[0] {
		sum += float64(v)
	}
	return plane{float32(sum / float64(max(len(inputs[0]), 1)))}
}

func (l GlobalMeanPool) narrow([]Shape, [][]int, []int) Layer { return l }
