package nn

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
)

var pools = map[string]struct {
	w     Window
	input Shape
}{
	"2":                    {poolWindow(2, 0, 0), Shape{4, 6, 2}},
	"2, odd image":         {poolWindow(2, 0, 0), Shape{5, 7, 2}},
	"3, stride 2, padding": {poolWindow(3, 2, 1), Shape{6, 7, 2}},
	"3, stride 1":          {poolWindow(3, 1, 1), Shape{4, 4, 1}},
	"3, gaps":              {poolWindow(2, 3, 0), Shape{8, 7, 2}},
}

// reduced applies a reduction to each window; missing values are left to it.
func (w Window) reduced(x []float64, batch int, in Shape, reduce func(values []float64, missing int) float64) []float64 {
	var y []float64
	for n := range batch {
		for h := range w.outputs(in.Height) {
			for v := range w.outputs(in.Width) {
				for c := range in.Channels {
					var values []float64
					for i := range w.Size {
						for j := range w.Size {
							row, column := h*w.Stride+i-w.Padding, v*w.Stride+j-w.Padding
							if row >= 0 && row < in.Height && column >= 0 && column < in.Width {
								values = append(values, x[((n*in.Height+row)*in.Width+column)*in.Channels+c])
							}
						}
					}
					y = append(y, reduce(values, w.Size*w.Size-len(values)))
				}
			}
		}
	}
	return y
}

func largest(values []float64, _ int) float64 {
	m := math.Inf(-1)
	for _, v := range values {
		m = max(m, v)
	}
	return m
}

func mean(values []float64, missing int) float64 {
	sum := 0.
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values)+missing)
}

// formedPool is a max pool in one of the forms that poolMax chooses from.
type formedPool struct {
	MaxPool
	form func(x *graph.Node, w Window) *graph.Node
}

func (f formedPool) Build(_ *Builder, inputs []*graph.Node) *graph.Node {
	return f.form(inputs[0], poolWindow(f.Window, f.Stride, f.Padding))
}

func TestMaxPoolForms(t *testing.T) {
	for name, p := range pools {
		t.Run(name, func(t *testing.T) {
			layer := MaxPool{Window: p.w.Size, Stride: p.w.Stride, Padding: p.w.Padding}
			for form, build := range map[string]func(x *graph.Node, w Window) *graph.Node{
				"chosen": poolMax, "direct": poolMaxDirectly, "shifts": poolMaxShifts,
			} {
				lab := newLaboratory(t, formedPool{layer, build}, Training, 2, p.input)
				got, _, _ := lab.run()
				if d := distance(t, got, p.w.reduced(lab.values[0], 2, p.input, largest)); d != 0 {
					t.Errorf("%s: a value is off by %g", form, d)
				}
				lab.checkGradients()
			}
		})
	}
}

// Each window has one gradient to give, however many of its values are largest.
func TestMaxPoolOfEqualValues(t *testing.T) {
	lab := newLaboratory(t, MaxPool{Window: 2}, Training, 1, Shape{4, 4, 1})
	for i := range lab.values[0] {
		lab.values[0][i] = 1
	}
	_, loss, gradients := lab.run()
	sum, receivers := 0., 0
	for _, gradient := range gradients[0] {
		sum += gradient
		if gradient != 0 {
			receivers++
		}
	}
	if receivers != 4 || math.Abs(sum-loss) > 1e-12 {
		t.Errorf("4 windows give %g to %d values, want %g to 4", sum, receivers, loss)
	}
}

func TestMeanPool(t *testing.T) {
	for name, p := range pools {
		t.Run(name, func(t *testing.T) {
			lab := newLaboratory(t, MeanPool{Window: p.w.Size, Stride: p.w.Stride, Padding: p.w.Padding}, Training, 2, p.input)
			got, _, _ := lab.run()
			if d := distance(t, got, p.w.reduced(lab.values[0], 2, p.input, mean)); d > 1e-12 {
				t.Errorf("a value is off by %g", d)
			}
			lab.checkGradients()
		})
	}
}

func TestGlobalMeanPool(t *testing.T) {
	input := Shape{3, 3, 2}
	lab := newLaboratory(t, GlobalMeanPool{}, Training, 2, input)
	got, _, _ := lab.run()
	if d := distance(t, got, poolWindow(3, 0, 0).reduced(lab.values[0], 2, input, mean)); d > 1e-12 {
		t.Errorf("a value is off by %g", d)
	}
	lab.checkGradients()
	if got, err := (GlobalMeanPool{}).Output([]Shape{input}); err != nil || got != Vector(2) {
		t.Errorf("output %v, %v", got, err)
	}
}
