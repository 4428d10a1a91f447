package gnn

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"espalier/backend"
	"espalier/seed"
)

// randomPattern has about a third of its rows empty and may have elements twice.
func randomPattern(r *rand.Rand, rows, columns, elements int) *Pattern {
	var row, column []int32
	for range elements {
		row, column = append(row, int32(r.IntN(rows)/3*3)), append(column, int32(r.IntN(columns)))
	}
	p, err := NewPattern(rows, columns, row, column)
	if err != nil {
		panic(err)
	}
	return p
}

// difference holds the gradients of a number built from float64 inputs to finite
// differences, element by element.
func difference(t *testing.T, build func(in []*graph.Node) *graph.Node, shapes [][]int, values [][]float64) {
	t.Helper()
	choice, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	inputs := func() []any {
		var in []any
		for i, v := range values {
			in = append(in, tensors.FromFlatDataAndDimensions(v, shapes[i]...))
		}
		return in
	}
	run := func(exec *graph.Exec) [][]float64 {
		t.Helper()
		outputs, err := exec.Call(inputs()...)
		if err != nil {
			t.Fatal(err)
		}
		var flat [][]float64
		for _, o := range outputs {
			v, err := tensors.CopyFlatData[float64](o)
			if err != nil {
				t.Fatal(err)
			}
			flat = append(flat, v)
		}
		return flat
	}
	value, err := graph.NewExec(choice.Backend, build)
	if err != nil {
		t.Fatal(err)
	}
	slope, err := graph.NewExec(choice.Backend, func(in []*graph.Node) []*graph.Node { return graph.Gradient(build(in), in...) })
	if err != nil {
		t.Fatal(err)
	}
	const step = 1e-5
	for i, gradient := range run(slope) {
		for k := range values[i] {
			at := values[i][k]
			values[i][k] = at + step
			above := run(value)[0][0]
			values[i][k] = at - step
			below := run(value)[0][0]
			values[i][k] = at
			if want := (above - below) / (2 * step); math.Abs(gradient[k]-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("gradient by element %d of input %d is %v, by differences %v", k, i, gradient[k], want)
				return
			}
		}
	}
}

func normal(r *rand.Rand, n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = r.NormFloat64()
	}
	return values
}

// weighted sums x with a weight of its own for each element.
func weighted(x *graph.Node) *graph.Node {
	w := graph.AddScalar(graph.Iota(x.Graph(), x.Shape(), x.Rank()-1), 0.7)
	if x.Rank() > 1 {
		w = graph.Mul(w, graph.Cos(graph.Iota(x.Graph(), x.Shape(), 0)))
	}
	return graph.ReduceAllSum(graph.Mul(x, w))
}

func TestGradientsOfThePrimitives(t *testing.T) {
	r := seed.Seed(1).Stream("primitives")
	p := randomPattern(r, 7, 5, 14)
	for name, c := range map[string]struct {
		shapes [][]int
		build  func(s *Sparse, in []*graph.Node) *graph.Node
	}{
		"product": {[][]int{{5, 3}, {14}}, func(s *Sparse, in []*graph.Node) *graph.Node {
			return weighted(s.Multiply(in[0], in[1]))
		}},
		"product without values": {[][]int{{5, 3}}, func(s *Sparse, in []*graph.Node) *graph.Node {
			return weighted(graph.Sin(s.Multiply(in[0], nil)))
		}},
		"product of heads": {[][]int{{5, 2, 3}, {14, 2}}, func(s *Sparse, in []*graph.Node) *graph.Node {
			return weighted(graph.Sin(s.Multiply(in[0], in[1])))
		}},
		"softmax": {[][]int{{14, 2}}, func(s *Sparse, in []*graph.Node) *graph.Node {
			return weighted(s.Softmax(in[0]))
		}},
		"maximum": {[][]int{{14, 2}}, func(s *Sparse, in []*graph.Node) *graph.Node {
			largest := s.Max(in[0])
			finite := graph.GreaterThan(largest, graph.Scalar(largest.Graph(), dtypes.Float64, -1e9))
			return weighted(graph.Where(finite, largest, graph.ZerosLike(largest)))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			var values [][]float64
			for _, shape := range c.shapes {
				size := 1
				for _, d := range shape {
					size *= d
				}
				values = append(values, normal(r, size))
			}
			difference(t, func(in []*graph.Node) *graph.Node { return c.build(p.In(in[0].Graph()), in) }, c.shapes, values)
		})
	}
}

// The softmax and the maximum are those of plain loops, at scores that overflow an
// exponential too.
func TestSoftmaxAndMaximumByRow(t *testing.T) {
	choice, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	r := seed.Seed(2).Stream("softmax")
	p := randomPattern(r, 20, 9, 60)
	scores := make([]float32, p.Len())
	for e := range scores {
		scores[e] = float32(200 * r.NormFloat64())
	}
	exec, err := graph.NewExec(choice.Backend, func(x *graph.Node) []*graph.Node {
		s := p.In(x.Graph())
		return []*graph.Node{s.Softmax(x), s.Max(x)}
	})
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := exec.Call(scores)
	if err != nil {
		t.Fatal(err)
	}
	softmax, err := tensors.CopyFlatData[float32](outputs[0])
	if err != nil {
		t.Fatal(err)
	}
	largest, err := tensors.CopyFlatData[float32](outputs[1])
	if err != nil {
		t.Fatal(err)
	}
	for row := range int32(p.Rows()) {
		most, sum := math.Inf(-1), 0.0
		for e := range scores {
			if p.row[e] == row {
				most = max(most, float64(scores[e]))
			}
		}
		if float64(largest[row]) != most {
			t.Errorf("row %d: the maximum is %v, want %v", row, largest[row], most)
		}
		for e := range scores {
			if p.row[e] == row {
				sum += math.Exp(float64(scores[e]) - most)
			}
		}
		for e := range scores {
			if want := math.Exp(float64(scores[e])-most) / sum; p.row[e] == row && math.Abs(float64(softmax[e])-want) > 1e-5 {
				t.Errorf("element %d: the softmax is %v, want %v", e, softmax[e], want)
			}
		}
	}
}

func TestPatternsThatDoNotFit(t *testing.T) {
	for _, c := range []struct{ row, column []int32 }{
		{[]int32{0}, nil}, {[]int32{2}, []int32{0}}, {[]int32{-1}, []int32{0}}, {[]int32{0}, []int32{3}},
	} {
		if _, err := NewPattern(2, 3, c.row, c.column); err == nil {
			t.Errorf("a pattern of 2 × 3 with elements in rows %v and columns %v is no error", c.row, c.column)
		}
	}
}
