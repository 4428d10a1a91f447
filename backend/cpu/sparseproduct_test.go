package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/gomlx/core/graph"
	gomlxtensors "github.com/gomlx/gomlx/core/tensors"
)

// messages is a step of message passing from nodes to others along edges with
// values, or without, and its gradients.
type messages struct {
	nodes, targets, edges, width int
	x, values                    []float32
	source, target               []int32
}

func randomMessages(r *rand.Rand, nodes, targets, edges, width int) *messages {
	m := &messages{nodes: nodes, targets: targets, edges: edges, width: width}
	for range nodes * width {
		m.x = append(m.x, float32(r.NormFloat64()))
	}
	for range edges {
		m.values = append(m.values, float32(r.NormFloat64()))
		m.source = append(m.source, int32(r.IntN(nodes)))
		m.target = append(m.target, int32(r.IntN(targets)))
	}
	return m
}

// forward is Σ values·x[source] by target, and the gradients of a sum of squares
// by x and by the values.
func (m *messages) forward(weighted bool) func(x, values, source, target *graph.Node) []*graph.Node {
	return func(x, values, source, target *graph.Node) []*graph.Node {
		sent := graph.Gather(x, graph.InsertAxes(source, -1))
		if weighted {
			sent = graph.Mul(sent, graph.InsertAxes(values, -1))
		}
		zeros := graph.BroadcastToDims(graph.ScalarZero(x.Graph(), dtypes.Float32), m.targets, m.width)
		y := graph.ScatterSum(zeros, graph.InsertAxes(target, -1), sent, false, false)
		loss := graph.ReduceAllSum(graph.Square(y))
		by := []*graph.Node{x}
		if weighted {
			by = append(by, values)
		}
		return append([]*graph.Node{y}, graph.Gradient(loss, by...)...)
	}
}

func (m *messages) run(t *testing.T, exec *graph.Exec) [][]float32 {
	t.Helper()
	results, err := exec.Call(m.x2(), m.values, m.source, m.target)
	if err != nil {
		t.Fatal(err)
	}
	var out [][]float32
	for _, result := range results {
		var flat []float32
		if err := result.ConstFlatData(func(data any) { flat = slices.Clone(data.([]float32)) }); err != nil {
			t.Fatal(err)
		}
		out = append(out, flat)
	}
	return out
}

// x2 are the rows of x.
func (m *messages) x2() [][]float32 { return slices.Collect(slices.Chunk(m.x, m.width)) }

// byHand computes what forward does, in float64.
func (m *messages) byHand(weighted bool) [][]float64 {
	value := func(e int) float64 {
		if weighted {
			return float64(m.values[e])
		}
		return 1
	}
	y := make([]float64, m.targets*m.width)
	for e, source := range m.source {
		for j := range m.width {
			y[int(m.target[e])*m.width+j] += value(e) * float64(m.x[int(source)*m.width+j])
		}
	}
	dx, dv := make([]float64, m.nodes*m.width), make([]float64, m.edges)
	for e, source := range m.source {
		for j := range m.width {
			dy := 2 * y[int(m.target[e])*m.width+j]
			dx[int(source)*m.width+j] += value(e) * dy
			dv[e] += dy * float64(m.x[int(source)*m.width+j])
		}
	}
	if !weighted {
		return [][]float64{y, dx}
	}
	return [][]float64{y, dx, dv}
}

func TestSparseProduct(t *testing.T) {
	for _, workers := range []string{"workers=1", "workers=2", "workers=8"} {
		b := newBackend(t, workers)
		for _, weighted := range []bool{true, false} {
			for _, width := range []int{1, 7, 16, 65} {
				t.Run(fmt.Sprintf("%s/%v/%d", workers, weighted, width), func(t *testing.T) {
					r := rand.New(rand.NewPCG(1, uint64(width)))
					m := randomMessages(r, 50, 40, 3000, width)
					exec, err := graph.NewExec(b, m.forward(weighted))
					if err != nil {
						t.Fatal(err)
					}
					// The same edges again, then others of the same number, some sorted.
					others := randomMessages(r, 50, 40, 3000, width)
					sorted := randomMessages(r, 50, 40, 3000, width)
					slices.Sort(sorted.target)
					for _, edges := range []*messages{m, m, others, sorted, others} {
						for i, want := range edges.byHand(weighted) {
							nearEach(t, i, edges.run(t, exec)[i], want)
						}
					}
				})
			}
		}
	}
}

// nearEach holds a result to one in float64.
func nearEach(t *testing.T, result int, got []float32, want []float64) {
	t.Helper()
	largest := 0.0
	for _, w := range want {
		largest = max(largest, math.Abs(w))
	}
	for i, w := range want {
		if math.Abs(float64(got[i])-w) > 1e-5*largest {
			t.Fatalf("result %d: element %d is %v, want %v", result, i, got[i], w)
		}
	}
}

// TestSparseProductIsRecognised makes sure that no matrix of edges is made, and
// that what only looks like a product is left alone.
func TestSparseProductIsRecognised(t *testing.T) {
	b := newBackend(t, "")
	const edges, rows, width = 30, 10, 8
	for _, c := range []struct {
		name  string
		build func(f compute.Function, x, values compute.Value) (compute.Value, error)
		want  bool
	}{
		{"one value a row", func(f compute.Function, x, values compute.Value) (compute.Value, error) {
			return f.Mul(x, values)
		}, true},
		{"the value first", func(f compute.Function, x, values compute.Value) (compute.Value, error) {
			return f.Mul(values, x)
		}, true},
		{"no value", func(_ compute.Function, x, _ compute.Value) (compute.Value, error) { return x, nil }, true},
		{"a function of the rows", func(f compute.Function, x, _ compute.Value) (compute.Value, error) {
			return f.Tanh(x)
		}, false},
		{"the rows squared", func(f compute.Function, x, _ compute.Value) (compute.Value, error) {
			return f.Mul(x, x)
		}, false},
	} {
		executable := program1(t, b, [][]int{{rows, width}, {edges, 1}}, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			index := make([]int32, edges)
			for i := range index {
				index[i] = int32(i * 7 % rows)
			}
			indices, err := f.Constant(index, edges, 1)
			if err != nil {
				return nil, err
			}
			zero, err := f.Constant([]float32{0})
			if err != nil {
				return nil, err
			}
			zeros, err := f.BroadcastInDim(zero, float32Shape(rows*width), nil)
			if err != nil {
				return nil, err
			}
			if zeros, err = f.Reshape(zeros, rows, width); err != nil {
				return nil, err
			}
			x, err := f.Gather(in[0], indices, 1, []int{1}, []int{0}, []int{0}, []int{1, width}, false)
			if err != nil {
				return nil, err
			}
			if x, err = c.build(f, x, in[1]); err != nil {
				return nil, err
			}
			return alone(f.ScatterSum(zeros, indices, x, 1, []int{1}, []int{0}, []int{0}, false, false))
		})
		text, err := Explain(executable)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(text, "SparseProduct"); got != c.want || got == strings.Contains(text, "Gather") {
			t.Errorf("%s: a sparse product: %v, want %v\n%s", c.name, got, c.want, text)
		}
	}
}

// BenchmarkMessages times a step and its gradients against the stock backend.
func BenchmarkMessages(b *testing.B) {
	stock, err := gobackend.New("ops_sequential")
	if err != nil {
		b.Fatal(err)
	}
	for _, backend := range []compute.Backend{newBackend(b, ""), stock} {
		b.Run(backend.Name(), func(b *testing.B) {
			m := randomMessages(rand.New(rand.NewPCG(1, 1)), 2708, 2708, 13264, 16)
			exec, err := graph.NewExec(backend, m.forward(true))
			if err != nil {
				b.Fatal(err)
			}
			in := []any{gomlxtensors.FromFlatDataAndDimensions(m.x, m.nodes, m.width), gomlxtensors.FromValue(m.values),
				gomlxtensors.FromValue(m.source), gomlxtensors.FromValue(m.target)}
			for b.Loop() {
				out, err := exec.Call(in...)
				if err != nil {
					b.Fatal(err)
				}
				for _, result := range out {
					result.MustFinalizeAll()
				}
			}
		})
	}
}
