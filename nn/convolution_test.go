package nn

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

// formed is a convolution in one of the forms that convolve chooses from.
type formed struct {
	Convolution
	form func(x, weight *graph.Node, l Convolution) *graph.Node
}

func (f formed) Build(b *Builder, inputs []*graph.Node) *graph.Node {
	return f.form(inputs[0], b.Parameter(inputs[0].Graph(), Weight), f.WithDefaults())
}

var convolutions = map[string]struct {
	layer Convolution
	input Shape
}{
	"3x3":              {Convolution{Out: 4, Kernel: 3, Padding: 1, NoBias: true}, Shape{5, 6, 3}},
	"no padding":       {Convolution{Out: 2, Kernel: 3, NoBias: true}, Shape{5, 4, 2}},
	"stride 2":         {Convolution{Out: 4, Kernel: 3, Stride: 2, Padding: 1, NoBias: true}, Shape{6, 5, 3}},
	"stride 2, even":   {Convolution{Out: 4, Kernel: 3, Stride: 2, Padding: 1, NoBias: true}, Shape{8, 8, 2}},
	"7x7 stem":         {Convolution{Out: 3, Kernel: 7, Stride: 2, Padding: 3, NoBias: true}, Shape{9, 8, 2}},
	"1x1":              {Convolution{Out: 4, Kernel: 1, NoBias: true}, Shape{3, 3, 5}},
	"1x1 stride 2":     {Convolution{Out: 4, Kernel: 1, Stride: 2, NoBias: true}, Shape{5, 6, 3}},
	"dilation 2":       {Convolution{Out: 2, Kernel: 3, Dilation: 2, Padding: 2, NoBias: true}, Shape{6, 7, 2}},
	"groups":           {Convolution{Out: 6, Kernel: 3, Padding: 1, Groups: 2, NoBias: true}, Shape{4, 5, 4}},
	"groups, stride 2": {Convolution{Out: 4, Kernel: 3, Padding: 1, Stride: 2, Groups: 2, NoBias: true}, Shape{5, 6, 4}},
	"depthwise":        {Convolution{Out: 4, Kernel: 3, Padding: 1, Groups: 4, NoBias: true}, Shape{5, 4, 4}},
	"depthwise, s2":    {Convolution{Out: 3, Kernel: 3, Stride: 2, Padding: 1, Groups: 3, NoBias: true}, Shape{6, 6, 3}},
	"wide padding":     {Convolution{Out: 2, Kernel: 1, Padding: 2, NoBias: true}, Shape{3, 4, 2}},
	"even kernel":      {Convolution{Out: 2, Kernel: 2, Stride: 2, NoBias: true}, Shape{6, 4, 3}},
}

// reference is the formula of Convolution's comment.
func (l Convolution) reference(x []float64, weight []float64, batch int, in Shape) []float64 {
	l = l.WithDefaults()
	height, width := l.window().outputs(in.Height), l.window().outputs(in.Width)
	perIn, perOut := in.Channels/l.Groups, l.Out/l.Groups
	y := make([]float64, 0, batch*height*width*l.Out)
	for n := range batch {
		for h := range height {
			for w := range width {
				for o := range l.Out {
					sum := 0.
					for i := range l.Kernel {
						for j := range l.Kernel {
							row, column := h*l.Stride+i*l.Dilation-l.Padding, w*l.Stride+j*l.Dilation-l.Padding
							if row < 0 || row >= in.Height || column < 0 || column >= in.Width {
								continue
							}
							for c := range perIn {
								sum += x[((n*in.Height+row)*in.Width+column)*in.Channels+o/perOut*perIn+c] *
									weight[((i*l.Kernel+j)*perIn+c)*l.Out+o]
							}
						}
					}
					y = append(y, sum)
				}
			}
		}
	}
	return y
}

func TestConvolutionForms(t *testing.T) {
	for name, c := range convolutions {
		forms := map[string]func(x, weight *graph.Node, l Convolution) *graph.Node{
			"chosen": convolve, "columns": convolveColumns,
		}
		if c.layer.WithDefaults().differentiable() {
			forms["direct"] = convolveDirectly
		}
		if c.layer.Groups == c.input.Channels {
			forms["depthwise"] = convolveDepthwise
		}
		t.Run(name, func(t *testing.T) {
			chosen := newLaboratory(t, formed{c.layer, convolve}, Training, 2, c.input)
			_, _, want := chosen.run()
			chosen.checkGradients()
			for form, build := range forms {
				lab := newLaboratory(t, formed{c.layer, build}, Training, 2, c.input)
				got, _, gradients := lab.run()
				if d := distance(t, got, c.layer.reference(lab.values[0], lab.values[1], 2, c.input)); d > 1e-12 {
					t.Errorf("%s: a value is off by %g", form, d)
				}
				for i, gradient := range gradients {
					if d := distance(t, gradient, want[i]); d > 1e-11 {
						t.Errorf("%s: the gradient by %s is %g from the checked one", form, lab.variable(i), d)
					}
				}
			}
		})
	}
}

// GoMLX's gradient of even kernels is wrong. When this fails, a new version has
// corrected it and Convolution.differentiable can let them through.
func TestDirectConvolutionOfEvenKernelsIsStillWrong(t *testing.T) {
	layer, input := Convolution{Out: 2, Kernel: 2, Stride: 2, NoBias: true}, Shape{6, 4, 3}
	_, _, direct := newLaboratory(t, formed{layer, convolveDirectly}, Training, 2, input).run()
	_, _, columns := newLaboratory(t, formed{layer, convolveColumns}, Training, 2, input).run()
	if d := distance(t, direct[0], columns[0]); d < 1e-3 {
		t.Errorf("the gradients agree to %g", d)
	}
}

func TestConvolutionWithBias(t *testing.T) {
	layer, input := Convolution{Out: 3, Kernel: 3, Padding: 1}, Shape{4, 5, 2}
	lab := newLaboratory(t, layer, Inference, 2, input)
	got, _, _ := lab.run()
	want := layer.reference(lab.values[0], lab.values[1], 2, input)
	for i := range want {
		want[i] += lab.values[2][i%3]
	}
	if d := distance(t, got, want); d > 1e-12 {
		t.Errorf("a value is off by %g", d)
	}
	lab.checkGradients()
}

func TestConvolutionCounts(t *testing.T) {
	p := Convolution{Out: 6, Kernel: 3, Stride: 2, Padding: 1, Groups: 2}.Parameters([]Shape{{7, 8, 4}})
	if got := p[0]; got.Size() != 9*2*6 || got.Positions != 4*4 || got.FanIn() != 18 || got.FanOut() != 54 {
		t.Errorf("weight %v at %d positions, fan-in %d, fan-out %d", got.Shape, got.Positions, got.FanIn(), got.FanOut())
	}
	if p[1].Role != Bias || p[1].Size() != 6 || p[1].Positions != 0 {
		t.Errorf("bias %v at %d positions", p[1].Shape, p[1].Positions)
	}
}
