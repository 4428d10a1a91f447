package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// KindConvolution is the kind of Convolution.
const KindConvolution Kind = "convolution"

// Convolution is a two-dimensional convolution with a square kernel,
//
//	y[h, w, o] = b[o] + Σ_{i,j,c} x[h·s + i·d - p, w·s + j·d - p, c] · W[i, j, c, o],
//
// with stride s, dilation d and padding p of zeros on each side. W has shape
// [Kernel, Kernel, in / Groups, Out]. Groups splits both channels into that many
// parts of which each output part reads its own input part; with as many groups as
// input channels the convolution is depthwise.
type Convolution struct {
	Out      int
	Kernel   int
	Stride   int // 0 is 1
	Padding  int
	Dilation int // 0 is 1; not together with a stride
	Groups   int // 0 is 1
	NoBias   bool
}

// WithDefaults replaces zeros by what they stand for.
func (l Convolution) WithDefaults() Convolution {
	l.Stride, l.Dilation, l.Groups = max(l.Stride, 1), max(l.Dilation, 1), max(l.Groups, 1)
	return l
}

// Kind is KindConvolution.
func (l Convolution) Kind() Kind { return KindConvolution }

// Output has Out channels; each side is ⌊(n + 2p - d·(k-1) - 1) / s⌋ + 1.
func (l Convolution) Output(inputs []Shape) (Shape, error) {
	x, err := oneInput(KindConvolution, inputs)
	if err != nil {
		return Shape{}, err
	}
	if l.Out < 1 || l.Kernel < 1 {
		return Shape{}, fmt.Errorf("convolution with %d outputs and kernel %d", l.Out, l.Kernel)
	}
	if l.Stride < 0 || l.Padding < 0 || l.Dilation < 0 || l.Groups < 0 {
		return Shape{}, fmt.Errorf("convolution with stride %d, padding %d, dilation %d, groups %d: none may be below 0",
			l.Stride, l.Padding, l.Dilation, l.Groups)
	}
	l = l.WithDefaults()
	if l.Stride > 1 && l.Dilation > 1 {
		return Shape{}, fmt.Errorf("convolution with stride %d and dilation %d: only one may be above 1", l.Stride, l.Dilation)
	}
	if x.Channels%l.Groups != 0 || l.Out%l.Groups != 0 {
		return Shape{}, fmt.Errorf("convolution from %d to %d channels: %d groups do not divide both", x.Channels, l.Out, l.Groups)
	}
	height, width := l.window().outputs(x.Height), l.window().outputs(x.Width)
	if height < 1 || width < 1 {
		return Shape{}, fmt.Errorf("convolution with kernel %d and padding %d: input %s is too small", l.Kernel, l.Padding, x)
	}
	return Shape{Height: height, Width: width, Channels: l.Out}, nil
}

// Parameters are the weight and, unless NoBias, the bias.
func (l Convolution) Parameters(inputs []Shape) []Parameter {
	x := inputs[0]
	l = l.WithDefaults()
	parameters := []Parameter{{
		Role:      Weight,
		Shape:     []int{l.Kernel, l.Kernel, x.Channels / l.Groups, l.Out},
		Positions: l.window().outputs(x.Height) * l.window().outputs(x.Width),
	}}
	if !l.NoBias {
		parameters = append(parameters, Parameter{Role: Bias, Shape: []int{l.Out}})
	}
	return parameters
}

// Build convolves.
func (l Convolution) Build(b *Builder, inputs []*graph.Node) *graph.Node {
	x := inputs[0]
	g := x.Graph()
	form := convolve
	if b.Phase == SecondOrder {
		form = convolveShifts
	}
	y := form(x, b.Parameter(g, Weight), l.WithDefaults())
	if !l.NoBias {
		y = graph.Add(y, graph.ExpandLeftToRank(b.Parameter(g, Bias), 4))
	}
	return y
}

func (l Convolution) window() Window {
	l = l.WithDefaults()
	return Window{Size: l.Kernel, Stride: l.Stride, Padding: l.Padding, Dilation: l.Dilation}
}
