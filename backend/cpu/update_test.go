package cpu

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"espalier/seed"
)

// optimizer is one step on a parameter: new weights and state of the old, the
// gradient and two numbers.
type optimizer struct {
	name  string
	state int
	// fused is what Explain says of it after the product, "" where it is no update.
	fused string
	step  func(w, g *graph.Node, state []*graph.Node, a, b *graph.Node) []*graph.Node
}

// momentumStep is a step with momentum in one of its forms.
func momentumStep(decay float64, nesterov bool) func(w, g *graph.Node, state []*graph.Node, a, b *graph.Node) []*graph.Node {
	return func(w, g *graph.Node, state []*graph.Node, rate, _ *graph.Node) []*graph.Node {
		if decay != 0 {
			g = graph.Add(g, graph.MulScalar(w, decay))
		}
		v := graph.Add(graph.MulScalar(state[0], 0.9), g)
		direction := v
		if nesterov {
			direction = graph.Add(g, graph.MulScalar(v, 0.9))
		}
		return []*graph.Node{graph.Sub(w, graph.Mul(direction, rate)), v}
	}
}

func adamStep(decay float64) func(w, g *graph.Node, state []*graph.Node, a, b *graph.Node) []*graph.Node {
	return func(w, g *graph.Node, state []*graph.Node, rate, deviation *graph.Node) []*graph.Node {
		if decay != 0 {
			g = graph.Add(g, graph.MulScalar(w, decay))
		}
		m := graph.Add(state[0], graph.MulScalar(graph.Sub(g, state[0]), 0.1))
		v := graph.Add(graph.MulScalar(state[1], 0.999), graph.MulScalar(graph.Square(g), 0.001))
		divisor := graph.AddScalar(graph.Div(graph.Sqrt(v), deviation), 1e-8)
		return []*graph.Node{graph.Sub(w, graph.Mul(graph.Div(m, divisor), rate)), m, v}
	}
}

var optimizers = []optimizer{
	{"momentum", 1, "; Momentum SGD", momentumStep(0, false)},
	{"momentum with decay", 1, "; Momentum SGD", momentumStep(5e-4, false)},
	{"Nesterov", 1, "; Momentum Nesterov", momentumStep(0, true)},
	{"Nesterov with decay", 1, "; Momentum Nesterov", momentumStep(5e-4, true)},
	{"Adam", 2, "; Adam Adam", adamStep(0)},
	{"Adam with decay", 2, "; Adam Adam", adamStep(5e-4)},
	// What looks alike but is not.
	{"two numbers for Nesterov", 1, "", func(w, g *graph.Node, state []*graph.Node, rate, _ *graph.Node) []*graph.Node {
		v := graph.Add(graph.MulScalar(state[0], 0.9), g)
		return []*graph.Node{graph.Sub(w, graph.Mul(graph.Add(g, graph.MulScalar(v, 0.8)), rate)), v}
	}},
	{"squares of another gradient", 2, "", func(w, g *graph.Node, state []*graph.Node, rate, deviation *graph.Node) []*graph.Node {
		m := graph.Add(state[0], graph.MulScalar(graph.Sub(g, state[0]), 0.1))
		v := graph.Add(graph.MulScalar(state[1], 0.999), graph.MulScalar(graph.Square(m), 0.001))
		divisor := graph.AddScalar(graph.Div(graph.Sqrt(v), deviation), 1e-8)
		return []*graph.Node{graph.Sub(w, graph.Mul(graph.Div(m, divisor), rate)), m, v}
	}},
}

// masking says what is held at zero.
type masking int

const (
	noMask masking = iota
	maskWeights
	maskAll
)

// build compiles the step, on one parameter whose gradient is a product.
func (o optimizer) build(b compute.Backend, m masking, inner, rows int) (compute.Executable, error) {
	g := graph.NewGraph(b, o.name)
	shape := shapes.Make(dtypes.Float32, rows, 37)
	numbers := graph.Parameter(g, "numbers", shapes.Make(dtypes.Float32, 2))
	x := graph.Parameter(g, "x", shapes.Make(dtypes.Float32, inner, rows))
	y := graph.Parameter(g, "y", shapes.Make(dtypes.Float32, inner, 37))
	var tensors []*graph.Node
	for i := range 1 + o.state {
		tensors = append(tensors, graph.Parameter(g, fmt.Sprint("t", i), shape))
	}
	number := func(i int) *graph.Node { return graph.Reshape(graph.Slice(numbers, graph.AxisRange(i, i+1))) }
	results := o.step(tensors[0], graph.DotGeneral(x, []int{0}, nil, y, []int{0}, nil), tensors[1:], number(0), number(1))
	if m != noMask {
		// Recorded after the update, as the training loop does.
		mask := graph.Parameter(g, "mask", shapes.Make(dtypes.Bool, rows, 37))
		for i := range results {
			if m == maskAll || i == 0 {
				results[i] = graph.Where(mask, results[i], graph.ScalarZero(g, dtypes.Float32))
			}
		}
	}
	if err := g.Compile(results...); err != nil {
		return nil, err
	}
	return g.Executable(), nil
}

// run takes three steps and returns weights and state.
func (o optimizer) run(t *testing.T, b compute.Backend, m masking, inner, rows int, donate bool) [][]float32 {
	t.Helper()
	executable, err := o.build(b, m, inner, rows)
	if err != nil {
		t.Fatal(err)
	}
	random := seed.Seed(3).Stream(o.name)
	buffer := func(scale float64, dims ...int) compute.Buffer {
		data := make([]float32, shapes.Make(dtypes.Float32, dims...).Size())
		for i := range data {
			// Sixteenths, whose products are exact: Adam turns the least error of a
			// gradient near zero into one of the size of the rate.
			data[i] = float32(scale * math.Round(16*random.NormFloat64()) / 16)
		}
		return flatBuffer(t, b, data, dims...)
	}
	inputs := []compute.Buffer{flatBuffer(t, b, []float32{0.01, 0.3}, 2), buffer(1, inner, rows), buffer(1, inner, 37), buffer(1, rows, 37)}
	given := []bool{false, false, false, donate}
	for range o.state {
		inputs, given = append(inputs, buffer(0, rows, 37)), append(given, donate)
	}
	if m != noMask {
		mask := make([]bool, rows*37)
		for i := range mask {
			mask[i] = random.IntN(3) > 0
		}
		inputs, given = append(inputs, flatBuffer(t, b, mask, rows, 37)), append(given, false)
	}
	for range 3 {
		results, err := executable.Execute(slices.Clone(inputs), given, 0)
		if err != nil {
			t.Fatal(err)
		}
		copy(inputs[3:], results)
	}
	out := make([][]float32, 1+o.state)
	for i := range out {
		out[i] = make([]float32, rows*37)
		if err := inputs[3+i].ToFlatData(out[i]); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// flatBuffer is a buffer of data.
func flatBuffer[T float32 | bool](t *testing.T, b compute.Backend, data []T, dims ...int) compute.Buffer {
	t.Helper()
	buffer, err := b.BufferFromFlatData(0, data, shapes.Make(dtypes.FromGenericsType[T](), dims...))
	if err != nil {
		t.Fatal(err)
	}
	return buffer
}

// TestUpdatesAgreeWithStock compares steps of optimizers, masked or not and in place
// or not, with the stock backend's.
func TestUpdatesAgreeWithStock(t *testing.T) {
	stock, err := gobackend.New("ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	b := newBackend(t, "")
	for _, o := range optimizers {
		for _, m := range []masking{noMask, maskWeights, maskAll} {
			// After a product and, the last, with too much to hold for that.
			for _, size := range [][2]int{{5, 1}, {5, 900}, {50, 900}} {
				want := o.run(t, stock, m, size[0], size[1], false)
				for _, donate := range []bool{false, true} {
					got := o.run(t, b, m, size[0], size[1], donate)
					for i := range want {
						for j, x := range want[i] {
							if y := got[i][j]; !(math.Abs(float64(x-y)) <= 1e-5*math.Max(1, math.Abs(float64(x)))) {
								t.Fatalf("%s, masking %d, product of %d, donated %t: result %d[%d] is %v, want %v", o.name, m, size, donate, i, j, y, x)
							}
						}
					}
				}
			}
		}
	}
}

// TestUpdatesAreOneStep wants an optimizer's step, its masks included, to follow the
// product that is its gradient block by block, in the memory that it was given.
func TestUpdatesAreOneStep(t *testing.T) {
	b := newBackend(t, "")
	for _, o := range optimizers {
		for _, m := range []masking{noMask, maskWeights, maskAll} {
			executable, err := o.build(b, m, 5, 900)
			if err != nil {
				t.Fatal(err)
			}
			text, err := Explain(executable)
			if err != nil {
				t.Fatal(err)
			}
			if o.fused == "" {
				if strings.Contains(text, "Momentum ") || strings.Contains(text, "Adam ") {
					t.Errorf("%s is taken for another\n%s", o.name, text)
				}
				continue
			}
			want := o.fused
			if m != noMask {
				want += " masked"
			}
			if strings.Count(text, want) != 1 || strings.Contains(text, "fused [") || strings.Count(text, "over input") != 1+o.state {
				t.Errorf("%s, masking %d: want %q alone\n%s", o.name, m, want, text)
			}
		}
	}
}
