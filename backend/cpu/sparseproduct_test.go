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
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	gomlxtensors "github.com/gomlx/gomlx/core/tensors"
)

// messages is a step of message passing from nodes to others along edges with
// values, or without, and its gradients.
type messages struct {
	nodes, targets, edges, width int
	// heads divide a row; each has values of its own.
	heads          int
	x, values      []float32
	source, target []int32
}

func randomMessages(r *rand.Rand, nodes, targets, edges, width, heads int) *messages {
	m := &messages{nodes: nodes, targets: targets, edges: edges, width: width, heads: heads}
	for range nodes * width {
		m.x = append(m.x, float32(r.NormFloat64()))
	}
	for range edges * heads {
		m.values = append(m.values, float32(r.NormFloat64()))
	}
	for range edges {
		m.source = append(m.source, int32(r.IntN(nodes)))
		m.target = append(m.target, int32(r.IntN(targets)))
	}
	return m
}

// forward is Σ values·x[source] by target, and the gradients of a sum of squares
// by x and by the values.
func (m *messages) forward(weighted bool) func(x, values, source, target *graph.Node) []*graph.Node {
	return func(x, values, source, target *graph.Node) []*graph.Node {
		parts := m.width / m.heads
		sent := graph.Gather(graph.Reshape(x, m.nodes, m.heads, parts), graph.InsertAxes(source, -1))
		if weighted {
			sent = graph.Mul(sent, graph.Reshape(values, m.edges, m.heads, 1))
		}
		zeros := graph.BroadcastToDims(graph.ScalarZero(x.Graph(), dtypes.Float32), m.targets, m.heads, parts)
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
	number := func(e, j int) int { return e*m.heads + j/(m.width/m.heads) }
	value := func(e, j int) float64 {
		if weighted {
			return float64(m.values[number(e, j)])
		}
		return 1
	}
	y := make([]float64, m.targets*m.width)
	for e, source := range m.source {
		for j := range m.width {
			y[int(m.target[e])*m.width+j] += value(e, j) * float64(m.x[int(source)*m.width+j])
		}
	}
	dx, dv := make([]float64, m.nodes*m.width), make([]float64, m.edges*m.heads)
	for e, source := range m.source {
		for j := range m.width {
			dy := 2 * y[int(m.target[e])*m.width+j]
			dx[int(source)*m.width+j] += value(e, j) * dy
			dv[number(e, j)] += dy * float64(m.x[int(source)*m.width+j])
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
			for _, shape := range []struct{ width, heads int }{{1, 1}, {7, 1}, {16, 1}, {65, 1}, {16, 2}, {64, 8}, {21, 7}, {51, 17}, {5, 5}} {
				t.Run(fmt.Sprintf("%s/%v/%d/%d", workers, weighted, shape.width, shape.heads), func(t *testing.T) {
					r := rand.New(rand.NewPCG(1, uint64(shape.width)))
					random := func() *messages { return randomMessages(r, 50, 40, 3000, shape.width, shape.heads) }
					m := random()
					exec, err := graph.NewExec(b, m.forward(weighted))
					if err != nil {
						t.Fatal(err)
					}
					// The same edges again, then others of the same number, some sorted.
					others, sorted := random(), random()
					slices.Sort(sorted.target)
					for _, edges := range []*messages{m, m, others, sorted, others} {
						got := edges.run(t, exec)
						for i, want := range edges.byHand(weighted) {
							nearEach(t, i, got[i], want)
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
	type build func(f compute.Function, x, values compute.Value) (compute.Value, error)
	scaled := func(f compute.Function, x, values compute.Value) (compute.Value, error) { return f.Mul(x, values) }
	for _, c := range []struct {
		name  string
		row   []int // of a matrix
		parts []int // of a row's values
		build build
		want  bool
	}{
		{"one value a row", []int{8}, []int{1}, scaled, true},
		{"the value first", []int{8}, []int{1}, func(f compute.Function, x, values compute.Value) (compute.Value, error) {
			return f.Mul(values, x)
		}, true},
		{"a value for each head", []int{4, 2}, []int{4, 1}, scaled, true},
		{"one value for all heads", []int{4, 2}, []int{1, 1}, scaled, true},
		{"a value for each column", []int{4, 2}, []int{1, 2}, scaled, false},
		{"no value", []int{8}, []int{1}, func(_ compute.Function, x, _ compute.Value) (compute.Value, error) { return x, nil }, true},
		{"a function of the rows", []int{8}, []int{1}, func(f compute.Function, x, _ compute.Value) (compute.Value, error) {
			return f.Tanh(x)
		}, false},
		{"the rows squared", []int{8}, []int{1}, func(f compute.Function, x, _ compute.Value) (compute.Value, error) {
			return f.Mul(x, x)
		}, false},
	} {
		text := explainMessages(t, c.row, c.parts, c.build)
		// Any sum into zeros is a product, but not of gathered rows.
		if got := !strings.Contains(text, "Gather"); got != c.want || !strings.Contains(text, "SparseProduct") {
			t.Errorf("%s: a sparse product of gathered rows: %v, want %v\n%s", c.name, got, c.want, text)
		}
	}
}

// explainMessages describes the program that gathers rows, does something with them
// and their values, and adds them up.
func explainMessages(t *testing.T, row, parts []int, build func(f compute.Function, x, values compute.Value) (compute.Value, error)) string {
	t.Helper()
	const edges, rows = 30, 10
	shape := append([]int{rows}, row...)
	executable := program1(t, newBackend(t, ""), [][]int{shape, append([]int{edges}, parts...)},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			index := make([]int32, edges)
			for i := range index {
				index[i] = int32(i * 7 % rows)
			}
			c := chain{f: f.(*Function)}
			indices := c.do1(f.Constant(index, edges, 1))
			zeros := c.do1(f.BroadcastInDim(c.do1(f.Constant([]float32{0})), shapes.Make(dtypes.Float32, shape...), nil))
			inRow := upTo(1, len(shape))
			x := c.do1(f.Gather(in[0], indices, 1, inRow, []int{0}, []int{0}, append([]int{1}, row...), false))
			x = c.do1(build(f, x, in[1]))
			return []compute.Value{c.do1(f.ScatterSum(zeros, indices, x, 1, inRow, []int{0}, []int{0}, false, false))}, c.err
		})
	text, err := Explain(executable)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestEdgesToNowhere makes sure that sources outside of a matrix are clamped and
// that what is sent outside of the result is lost.
func TestEdgesToNowhere(t *testing.T) {
	b := newBackend(t, "")
	executable := program1(t, b, [][]int{{3, 2}, {5, 1}}, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		c := chain{f: f.(*Function)}
		from := c.do1(f.Constant([]int32{-7, 0, 1, 2, 9}, 5, 1))
		to := c.do1(f.Constant([]int32{1, -1, 2, 2, 1}, 5, 1))
		zeros := c.do1(f.BroadcastInDim(c.do1(f.Constant([]float32{0})), shapes.Make(dtypes.Float32, 2, 2), nil))
		x := c.do1(f.Mul(c.do1(f.Gather(in[0], from, 1, []int{1}, []int{0}, []int{0}, []int{1, 2}, false)), in[1]))
		return []compute.Value{c.do1(f.ScatterSum(zeros, to, x, 1, []int{1}, []int{0}, []int{0}, false, false))}, c.err
	})
	var in []compute.Buffer
	for _, x := range []struct {
		data []float32
		rows int
	}{{[]float32{1, 2, 3, 4, 5, 6}, 3}, {[]float32{1, 10, 100, 1000, 10000}, 5}} {
		buffer, err := b.BufferFromFlatData(0, x.data, shapes.Make(dtypes.Float32, x.rows, len(x.data)/x.rows))
		if err != nil {
			t.Fatal(err)
		}
		in = append(in, buffer)
	}
	results, err := executable.Execute(in, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	flat, err := tensors(results)
	if err != nil {
		t.Fatal(err)
	}
	got := flat[0].flat.([]float32)
	if want := []float32{0, 0, 50001, 60002}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
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
			m := randomMessages(rand.New(rand.NewPCG(1, 1)), 2708, 2708, 13264, 16, 1)
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
