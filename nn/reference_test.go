package nn

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// plain is a layer as loops over its values: the inputs', then the parameters'.
type plain struct {
	layer   Layer
	phase   Phase
	inputs  []Shape
	forward func(values [][]float64) []float64
}

const plainBatch = 2

// plains are the layers of the zoo.
func plains() map[string]plain {
	image := Shape{3, 4, 2}
	all := map[string]plain{
		"linear":           {Linear{Out: 3}, Training, []Shape{image}, plainLinear},
		"batch norm":       {BatchNorm{}, Training, []Shape{image}, plainBatchNorm},
		"running norm":     {BatchNorm{}, Inference, []Shape{image}, plainRunningNorm},
		"relu":             {ReLU, Training, []Shape{image}, plainClip(math.Inf(1))},
		"relu6":            {ReLU6, Training, []Shape{image}, plainClip(6)},
		"add":              {Add{}, Training, []Shape{image, image}, plainAdd},
		"concat":           {Concat{}, Training, []Shape{image, {3, 4, 3}}, plainConcat(2, 3)},
		"global mean":      {GlobalMeanPool{}, Training, []Shape{{3, 3, 2}}, plainPool(poolWindow(3, 0, 0), Shape{3, 3, 2}, mean)},
		"padding shortcut": {PadShortcut{Out: 5, Stride: 2}, Training, []Shape{image}, plainPadShortcut},
		"shuffle":          {ChannelShuffle{Groups: 3}, Training, []Shape{{2, 1, 6}}, plainShuffle},
	}
	for name, c := range convolutions {
		biased := c.layer
		biased.NoBias = false
		all["convolution "+name] = plain{biased, Training, []Shape{c.input}, func(values [][]float64) []float64 {
			y := biased.reference(values[0], values[1], plainBatch, c.input)
			for i := range y {
				y[i] += values[2][i%biased.Out]
			}
			return y
		}}
	}
	for name, p := range pools {
		all["greatest "+name] = plain{MaxPool{Window: p.w.Size, Stride: p.w.Stride, Padding: p.w.Padding}, Training, []Shape{p.input}, plainPool(p.w, p.input, largest)}
		all["mean "+name] = plain{MeanPool{Window: p.w.Size, Stride: p.w.Stride, Padding: p.w.Padding}, Training, []Shape{p.input}, plainPool(p.w, p.input, mean)}
	}
	return all
}

func plainLinear(values [][]float64) []float64 {
	features := len(values[0]) / plainBatch
	var y []float64
	for n := range plainBatch {
		for o, sum := range values[2] {
			for i := range features {
				sum += values[0][n*features+i] * values[1][i*len(values[2])+o]
			}
			y = append(y, sum)
		}
	}
	return y
}

// plainBatchNorm has scale and offset as its first parameters.
func plainBatchNorm(values [][]float64) []float64 {
	channels := len(values[1])
	y := make([]float64, len(values[0]))
	for c := range channels {
		x := channel(values[0], c, channels)
		m, variance := stat.PopMeanVariance(x, nil)
		for i, v := range x {
			y[i*channels+c] = (v-m)/math.Sqrt(variance+1e-5)*values[1][c] + values[2][c]
		}
	}
	return y
}

func plainRunningNorm(values [][]float64) []float64 {
	channels := len(values[1])
	y := make([]float64, len(values[0]))
	for i, v := range values[0] {
		c := i % channels
		y[i] = (v-values[3][c])/math.Sqrt(values[4][c]+1e-5)*values[1][c] + values[2][c]
	}
	return y
}

func plainClip(limit float64) func(values [][]float64) []float64 {
	return func(values [][]float64) []float64 {
		y := slices.Clone(values[0])
		for i := range y {
			y[i] = min(max(y[i], 0), limit)
		}
		return y
	}
}

func plainAdd(values [][]float64) []float64 {
	y := slices.Clone(values[0])
	for i := range y {
		y[i] += values[1][i]
	}
	return y
}

func plainConcat(one, other int) func(values [][]float64) []float64 {
	return func(values [][]float64) []float64 {
		var y []float64
		for i := range len(values[0]) / one {
			y = append(append(y, values[0][i*one:(i+1)*one]...), values[1][i*other:(i+1)*other]...)
		}
		return y
	}
}

func plainPool(w Window, in Shape, reduce func(values []float64, missing int) float64) func(values [][]float64) []float64 {
	return func(values [][]float64) []float64 { return w.reduced(values[0], plainBatch, in, reduce) }
}

// plainPadShortcut takes every other row and column of 3×4×2 and puts one channel of
// zeros before and two behind.
func plainPadShortcut(values [][]float64) []float64 {
	var y []float64
	for n := range plainBatch {
		for row := 0; row < 3; row += 2 {
			for column := 0; column < 4; column += 2 {
				at := ((n*3+row)*4 + column) * 2
				y = append(y, 0, values[0][at], values[0][at+1], 0, 0)
			}
		}
	}
	return y
}

// plainShuffle deals three groups of two channels out in turn.
func plainShuffle(values [][]float64) []float64 {
	y := make([]float64, len(values[0]))
	for i := range y {
		c := i % 6
		y[i] = values[0][i-c+c%3*2+c/3]
	}
	return y
}

// loss is that of the laboratory.
func (lab *laboratory) loss(y []float64) float64 {
	sum := 0.
	for i, v := range y {
		index, rest, stride := 0, i, len(y)
		for _, n := range lab.output {
			stride /= n
			index, rest = index*7+rest/stride, rest%stride
		}
		sum += v * math.Sin(float64(index+1))
	}
	return sum
}

// TestLayersAgreeWithPlainLoops compares outputs and every derivative with those of
// plain loops, the derivatives as central differences of the loops.
func TestLayersAgreeWithPlainLoops(t *testing.T) {
	const step = 1e-5
	for name, p := range plains() {
		t.Run(name, func(t *testing.T) {
			lab := newLaboratory(t, p.layer, p.phase, plainBatch, p.inputs...)
			got, loss, gradients := lab.run()
			want := p.forward(lab.values)
			if d := distance(t, got, want); d > 1e-11 {
				t.Fatalf("a value is off by %g", d)
			}
			if d := math.Abs(loss - lab.loss(want)); d > 1e-9 {
				t.Fatalf("the loss is off by %g", d)
			}
			for i, values := range lab.values {
				if i >= lab.inputs && !lab.parameters[i-lab.inputs].Trainable() {
					continue
				}
				for j, at := range values {
					values[j] = at + step
					above := lab.loss(p.forward(lab.values))
					values[j] = at - step
					below := lab.loss(p.forward(lab.values))
					values[j] = at
					if d := (above - below) / (2 * step); math.Abs(gradients[i][j]-d) > 1e-6*(1+math.Abs(d)) {
						t.Fatalf("derivative by %s, value %d, is %.9g; the loops say %.9g", lab.variable(i), j, gradients[i][j], d)
					}
				}
			}
		})
	}
}

// Every kind of layer that a network of the zoo has is among the plain ones.
func TestPlainLoopsCoverTheZoo(t *testing.T) {
	covered := make(map[Kind]bool)
	for _, p := range plains() {
		covered[p.layer.Kind()] = true
	}
	for _, a := range Zoo() {
		network, err := New(a.Name, ZooOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, node := range network.Nodes {
			if !covered[node.Layer.Kind()] {
				t.Errorf("%s has a layer of kind %s, which no plain loops are for: %s", a.Name, node.Layer.Kind(), fmt.Sprintf("%+v", node.Layer))
			}
		}
	}
}
