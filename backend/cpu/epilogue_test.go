package cpu

import (
	"fmt"
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

// fusion is a small graph, and how its program must look.
type fusion struct {
	name   string
	inputs [][]int
	build  func(in []*graph.Node) []*graph.Node
	// want are parts of Explain's lines, and absent what no line has.
	want, absent []string
}

func same(x, w *graph.Node) *graph.Node { return graph.Convolve(x, w).PadSame().Done() }

// row puts a vector in the last axis of four.
func row(v *graph.Node) *graph.Node { return graph.ExpandLeftToRank(v, 4) }

func all(nodes ...*graph.Node) []*graph.Node { return nodes }

var fusions = []fusion{
	{name: "bias and ReLU", inputs: [][]int{{3, 9, 9, 5}, {3, 3, 5, 20}, {20}},
		build: func(in []*graph.Node) []*graph.Node {
			return all(rectify(graph.Add(same(in[0], in[1]), row(in[2]))))
		},
		want: []string{"; AddReLU]"}, absent: []string{"fused"}},
	{name: "scale, shift, residual and ReLU", inputs: [][]int{{8, 16, 16, 16}, {3, 3, 16, 16}, {16}, {16}},
		build: func(in []*graph.Node) []*graph.Node {
			y := graph.Add(graph.Mul(same(in[0], in[1]), row(in[2])), row(in[3]))
			return all(rectify(graph.Add(y, in[0])))
		},
		want: []string{"; MulAdd AddReLU]"}, absent: []string{"fused"}},
	{name: "two convolutions meet", inputs: [][]int{{2, 6, 6, 7}, {3, 3, 7, 7}, {1, 1, 7, 7}},
		build: func(in []*graph.Node) []*graph.Node {
			return all(rectify(graph.Add(same(in[0], in[1]), same(in[0], in[2]))))
		},
		want: []string{"; AddReLU]"}, absent: []string{"fused"}},
	{name: "groups", inputs: [][]int{{2, 8, 8, 8}, {3, 3, 2, 68}, {68}},
		build: func(in []*graph.Node) []*graph.Node {
			y := graph.Convolve(in[0], in[1]).PadSame().ChannelGroupCount(4).Done()
			return all(rectify(graph.Add(y, row(in[2]))))
		},
		want: []string{"groups 4; AddReLU]"}, absent: []string{"fused"}},
	{name: "depthwise, stride 2", inputs: [][]int{{2, 9, 9, 6}, {3, 3, 1, 6}, {6}},
		build: func(in []*graph.Node) []*graph.Node {
			y := graph.Convolve(in[0], in[1]).Strides(2).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).ChannelGroupCount(6).Done()
			return all(rectify(graph.Add(y, row(in[2]))))
		},
		want: []string{"groups 6; AddReLU]"}, absent: []string{"fused"}},
	{name: "product of many columns", inputs: [][]int{{70, 600}, {600, 1030}, {1030}},
		build: func(in []*graph.Node) []*graph.Node {
			return all(rectify(graph.Add(graph.DotProduct(in[0], in[1]), graph.ExpandLeftToRank(in[2], 2))))
		},
		want: []string{"; AddReLU]"}, absent: []string{"fused"}},
	{name: "product of few rows and many steps", inputs: [][]int{{4, 4000}, {4000, 10}, {10}},
		build: func(in []*graph.Node) []*graph.Node {
			return all(rectify(graph.Add(graph.DotProduct(in[0], in[1]), graph.ExpandLeftToRank(in[2], 2))))
		},
		want: []string{"; AddReLU]"}, absent: []string{"fused"}},
	{name: "matrix and vector", inputs: [][]int{{40, 30}, {30}, {40}},
		build: func(in []*graph.Node) []*graph.Node {
			return all(rectify(graph.Add(graph.DotProduct(in[0], in[1]), in[2])))
		},
		want: []string{"; AddReLU]"}, absent: []string{"fused"}},
	{name: "greatest of each line", inputs: [][]int{{30, 20}, {20, 10}, {10}},
		build: func(in []*graph.Node) []*graph.Node {
			y := graph.Add(graph.DotProduct(in[0], in[1]), graph.ExpandLeftToRank(in[2], 2))
			return all(graph.ReduceMax(y, 1))
		},
		want: []string{"; Add ReduceMax]"}, absent: []string{"fused"}},
	{name: "sums of rows and of all", inputs: [][]int{{5, 12, 12, 3}, {3, 3, 3, 24}},
		build: func(in []*graph.Node) []*graph.Node {
			y := graph.Tanh(same(in[0], in[1]))
			return all(y, graph.ReduceSum(y, 0, 1, 2), graph.ReduceAllSum(y))
		},
		want: []string{"; Tanh ReduceSum ReduceSum]"}, absent: []string{"fused"}},
	{name: "sum alone", inputs: [][]int{{5, 12, 12, 3}, {3, 3, 3, 24}},
		build: func(in []*graph.Node) []*graph.Node {
			y := same(in[0], in[1])
			return all(y, graph.ReduceSum(y, 0, 1, 2))
		},
		want: []string{"; ReduceSum]"}, absent: []string{"fused"}},
	{name: "read by others too", inputs: [][]int{{2, 6, 6, 4}, {3, 3, 4, 4}, {3, 3, 4, 4}},
		build: func(in []*graph.Node) []*graph.Node {
			y := same(in[0], in[1])
			return all(y, same(graph.Exp(y), in[2]))
		},
		want: []string{"; Exp]"}, absent: []string{"fused"}},
	{name: "a row shorter than that of the result", inputs: [][]int{{4, 12}, {12, 6}, {8}},
		build: func(in []*graph.Node) []*graph.Node {
			y := graph.Reshape(graph.DotProduct(in[0], in[1]), 3, 8)
			return all(graph.Add(y, graph.ExpandLeftToRank(in[2], 2)))
		},
		want: []string{"; Add]"}, absent: []string{"fused"}},
	{name: "batch norm", inputs: [][]int{{6, 10, 10, 3}, {3, 3, 3, 20}, {20}, {20}},
		build: func(in []*graph.Node) []*graph.Node {
			return all(rectify(normalize(same(in[0], in[1]), in[2], in[3])))
		},
		want: []string{"; Moments]", "fused [Sub MulAddReLU]"}, absent: []string{"ReduceSum"}},
	{name: "batch norm of no convolution", inputs: [][]int{{6, 10, 10, 20}, {20}, {20}},
		build: func(in []*graph.Node) []*graph.Node { return all(normalize(graph.Exp(in[0]), in[1], in[2])) },
		want:  []string{"Moments "}, absent: []string{"ReduceSum"}},
	{name: "gradient of batch norm", inputs: [][]int{{6, 10, 10, 3}, {3, 3, 3, 20}, {20}, {20}, {3, 3, 20, 5}},
		build: func(in []*graph.Node) []*graph.Node {
			y := same(rectify(normalize(same(in[0], in[1]), in[2], in[3])), in[4])
			return graph.Gradient(graph.ReduceAllSum(graph.Mul(y, y)), in...)
		},
		want: []string{"; ReLUGradient Mul Sub Mul ReduceSum ReduceSum]", "fused [Sub Mul Add Add Add]"}},
	{name: "gradient along a shortcut and into a batch norm", inputs: [][]int{{4, 8, 8, 16}, {3, 3, 16, 16}, {16}, {16}, {3, 3, 16, 16}},
		build: func(in []*graph.Node) []*graph.Node {
			y := rectify(graph.Add(normalize(same(in[0], in[1]), in[2], in[3]), in[0]))
			y = same(y, in[4])
			return graph.Gradient(graph.ReduceAllSum(graph.Mul(y, y)), in...)
		},
		// The second Mul is the scaling that the step before does not write.
		want: []string{"fused [Sub Mul MulAdd Add Add]"}},
}

// run builds the graph on a backend and computes it for inputs that the name fixes.
func (f *fusion) run(t *testing.T, b compute.Backend) ([]tensor, compute.Executable) {
	t.Helper()
	g := graph.NewGraph(b, f.name)
	random := seed.Seed(5).Stream(f.name)
	var in []*graph.Node
	var buffers []compute.Buffer
	for i, dims := range f.inputs {
		shape := shapes.Make(dtypes.Float32, dims...)
		in = append(in, graph.Parameter(g, fmt.Sprint("p", i), shape))
		flat := make([]float32, shape.Size())
		for j := range flat {
			flat[j] = float32(random.NormFloat64() / 4)
		}
		buffer, err := b.BufferFromFlatData(0, flat, shape)
		if err != nil {
			t.Fatal(err)
		}
		buffers = append(buffers, buffer)
	}
	if err := g.Compile(f.build(in)...); err != nil {
		t.Fatalf("%s: %v", f.name, err)
	}
	results, err := g.Executable().Execute(buffers, nil, 0)
	if err != nil {
		t.Fatalf("%s: %v", f.name, err)
	}
	out, err := tensors(results)
	if err != nil {
		t.Fatal(err)
	}
	return out, g.Executable()
}

// TestEpilogues compares with the stock backend, wants what is written at fusions
// in the program, and the same bits for any number of workers.
func TestEpilogues(t *testing.T) {
	skipWithoutStockProducts(t)
	stock, err := gobackend.New("ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fusions {
		t.Run(f.name, func(t *testing.T) {
			want, _ := f.run(t, stock)
			var first []tensor
			for _, workers := range []int{1, 2, 3, 8} {
				got, executable := f.run(t, newBackend(t, fmt.Sprint("workers=", workers)))
				if first == nil {
					first = got
					f.check(t, want, got, executable)
				}
				for i := range got {
					if !slices.Equal(first[i].flat.([]float32), got[i].flat.([]float32)) {
						t.Errorf("result %d differs with %d workers", i, workers)
					}
				}
			}
		})
	}
}

func (f *fusion) check(t *testing.T, want, got []tensor, executable compute.Executable) {
	t.Helper()
	for i := range want {
		if err := agree(want[i], got[i], 2e-4); err != nil {
			t.Errorf("result %d: %v", i, err)
		}
	}
	text, err := Explain(executable)
	if err != nil {
		t.Fatal(err)
	}
	_, steps, _ := strings.Cut(text, "steps\n")
	for _, part := range f.want {
		if !strings.Contains(steps, part) {
			t.Errorf("no %q in\n%s", part, text)
		}
	}
	for _, part := range f.absent {
		if strings.Contains(steps, part) {
			t.Errorf("%q in\n%s", part, text)
		}
	}
}

// TestVarianceFarFromZero wants a variance of values far from zero as exact as
// their differences are.
func TestVarianceFarFromZero(t *testing.T) {
	f := fusion{name: "far", inputs: [][]int{{4000, 3}}, build: func(in []*graph.Node) []*graph.Node {
		x := graph.AddScalar(in[0], 3000)
		centred := graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, 0))
		return all(x, graph.ReduceMean(graph.Square(centred), 0))
	}}
	got, executable := f.run(t, newBackend(t, ""))
	text, err := Explain(executable)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text, "Moments") {
		t.Errorf("no moments in\n%s", text)
	}
	x, variances := got[0].flat.([]float32), got[1].flat.([]float32)
	for j, variance := range variances {
		var mean, want float64
		for i := j; i < len(x); i += 3 {
			mean += float64(x[i]) / 4000
		}
		for i := j; i < len(x); i += 3 {
			want += (float64(x[i]) - mean) * (float64(x[i]) - mean) / 4000
		}
		if d := float64(variance)/want - 1; !(d > -1e-5 && d < 1e-5) {
			t.Errorf("variance of column %d is %g, want %g", j, variance, want)
		}
	}
}
