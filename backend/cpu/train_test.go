package cpu

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"espalier/seed"
)

// model is a network to train in tests and benchmarks: a function of its
// parameters and a batch.
type model struct {
	name       string
	input      []int
	classes    int
	parameters [][]int
	forward    func(x *graph.Node, w []*graph.Node) *graph.Node
}

// lenet300 is LeNet-300-100 at batch 60.
var lenet300 = model{name: "lenet300/b60", input: []int{60, 784}, classes: 10,
	parameters: [][]int{{784, 300}, {300}, {300, 100}, {100}, {100, 10}, {10}},
	forward: func(x *graph.Node, w []*graph.Node) *graph.Node {
		for i := 0; i < len(w); i += 2 {
			x = graph.Add(graph.DotProduct(x, w[i]), graph.ExpandLeftToRank(w[i+1], 2))
			if i+2 < len(w) {
				x = graph.MaxScalar(x, 0)
			}
		}
		return x
	}}

// cnn has three 3×3 convolutions, each halved by pooling.
var cnn = model{name: "cnn3/b64", input: []int{64, 32, 32, 3}, classes: 10,
	parameters: [][]int{{3, 3, 3, 16}, {16}, {3, 3, 16, 32}, {32}, {3, 3, 32, 64}, {64}, {1024, 10}, {10}},
	forward: func(x *graph.Node, w []*graph.Node) *graph.Node {
		for i := range 3 {
			x = graph.Convolve(x, w[2*i]).PadSame().Done()
			x = graph.MaxScalar(graph.Add(x, graph.ExpandLeftToRank(w[2*i+1], 4)), 0)
			x = graph.MaxPool(x).Window(2).Done()
		}
		x = graph.Reshape(x, x.Shape().Dimensions[0], -1)
		return graph.Add(graph.DotProduct(x, w[6]), graph.ExpandLeftToRank(w[7], 2))
	}}

// resnet is a residual network for images of 32×32 (K. He et al., arXiv:1512.03385,
// §4.2) of three stages of blocks, whose shortcuts subsample and pad with zeros;
// 3 blocks a stage are ResNet-20.
func resnet(name string, blocks, batch, image int) model {
	m := model{name: name, input: []int{batch, image, image, 3}, classes: 10}
	conv := func(in, out int) {
		m.parameters = append(m.parameters, []int{3, 3, in, out}, []int{out}, []int{out})
	}
	conv(3, 16)
	for stage := range 3 {
		for block := range blocks {
			in, out := 16<<stage, 16<<stage
			if stage > 0 && block == 0 {
				in /= 2
			}
			conv(in, out)
			conv(out, out)
		}
	}
	m.parameters = append(m.parameters, []int{64, 10}, []int{10})
	m.forward = func(x *graph.Node, w []*graph.Node) *graph.Node {
		next := func(x *graph.Node, stride int) *graph.Node {
			x = graph.Convolve(x, w[0]).Strides(stride).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).Done()
			x = normalize(x, w[1], w[2])
			w = w[3:]
			return x
		}
		x = rectify(next(x, 1))
		for stage := range 3 {
			for block := range blocks {
				stride, short := 1, x
				if stage > 0 && block == 0 {
					stride = 2
					short = graph.Slice(x, graph.AxisRange(), graph.AxisRange().Stride(2), graph.AxisRange().Stride(2))
					extra := 8 << stage / 2
					short = graph.Pad(short, graph.ScalarZero(x.Graph(), x.DType()), graph.PadAxis{}, graph.PadAxis{}, graph.PadAxis{},
						graph.PadAxis{Start: extra, End: extra})
				}
				x = rectify(graph.Add(next(rectify(next(x, stride)), 1), short))
			}
		}
		return graph.Add(graph.DotProduct(graph.ReduceMean(x, 1, 2), w[0]), graph.ExpandLeftToRank(w[1], 2))
	}
	return m
}

// normalize is batch normalization.
func normalize(x, scale, offset *graph.Node) *graph.Node {
	mean := graph.ReduceAndKeep(x, graph.ReduceMean, 0, 1, 2)
	centered := graph.Sub(x, mean)
	variance := graph.ReduceAndKeep(graph.Square(centered), graph.ReduceMean, 0, 1, 2)
	factor := graph.Div(graph.ExpandLeftToRank(scale, 4), graph.Sqrt(graph.AddScalar(variance, 1e-5)))
	return graph.Add(graph.Mul(centered, factor), graph.ExpandLeftToRank(offset, 4))
}

// rectify is max(x, 0) with gradient 0 at 0.
func rectify(x *graph.Node) *graph.Node {
	zero := graph.ScalarZero(x.Graph(), x.DType())
	return graph.Where(graph.LessOrEqual(x, zero), zero, x)
}

// grouped has a convolution with four groups and, in steps of two, a depthwise one.
var grouped = model{name: "grouped/b4", input: []int{4, 8, 8, 3}, classes: 10,
	parameters: [][]int{{3, 3, 3, 16}, {3, 3, 4, 32}, {3, 3, 1, 32}, {32, 10}},
	forward: func(x *graph.Node, w []*graph.Node) *graph.Node {
		x = rectify(graph.Convolve(x, w[0]).PadSame().Done())
		x = rectify(graph.Convolve(x, w[1]).PadSame().ChannelGroupCount(4).Done())
		x = rectify(graph.Convolve(x, w[2]).Strides(2).PaddingPerDim([][2]int{{1, 1}, {1, 1}}).ChannelGroupCount(32).Done())
		return graph.DotProduct(graph.ReduceMean(x, 1, 2), w[3])
	}}

var (
	residual = resnet("residual/b8", 1, 8, 16)
	resnet20 = resnet("resnet20/b128", 3, 128, 32)
)

// trainer is a compiled training step of stochastic gradient descent with momentum.
type trainer struct {
	backend    compute.Backend
	executable compute.Executable
	// state are the parameters and then their momenta.
	state  []compute.Buffer
	x, y   compute.Buffer
	donate []bool
}

// build records the step and draws the same parameters and batch for any backend.
func (m model) build(b compute.Backend) (*trainer, error) {
	g := graph.NewGraph(b, m.name)
	x := graph.Parameter(g, "x", shapes.Make(dtypes.Float32, m.input...))
	y := graph.Parameter(g, "y", shapes.Make(dtypes.Int32, m.input[0], 1))
	var w, momenta []*graph.Node
	for i, dims := range m.parameters {
		w = append(w, graph.Parameter(g, fmt.Sprint("w", i), shapes.Make(dtypes.Float32, dims...)))
	}
	for i, dims := range m.parameters {
		momenta = append(momenta, graph.Parameter(g, fmt.Sprint("m", i), shapes.Make(dtypes.Float32, dims...)))
	}
	logits := m.forward(x, w)
	target := graph.OneHot(graph.Squeeze(y, 1), m.classes, dtypes.Float32)
	loss := graph.Neg(graph.ReduceAllMean(graph.ReduceSum(graph.Mul(target, graph.LogSoftmax(logits)), -1)))
	gradients := graph.Gradient(loss, w...)
	outputs := []*graph.Node{loss}
	var next []*graph.Node
	for i := range w {
		decayed := graph.Add(gradients[i], graph.MulScalar(w[i], 1e-4))
		momentum := graph.Add(graph.MulScalar(momenta[i], 0.9), decayed)
		next = append(next, momentum)
		outputs = append(outputs, graph.Sub(w[i], graph.MulScalar(momentum, 0.05)))
	}
	if err := g.Compile(append(outputs, next...)...); err != nil {
		return nil, err
	}
	t := &trainer{backend: b, executable: g.Executable()}
	return t, t.fill(m)
}

// fill draws He-normal weights, zero biases and momenta, and a batch.
func (t *trainer) fill(m model) error {
	random := seed.Seed(7).Stream(m.name)
	t.donate = append(t.donate, false, false)
	draw := func(dims []int, scale float64) (compute.Buffer, error) {
		shape := shapes.Make(dtypes.Float32, dims...)
		data := make([]float32, shape.Size())
		for i := range data {
			data[i] = float32(random.NormFloat64() * scale)
		}
		return t.backend.BufferFromFlatData(0, data, shape)
	}
	var err error
	if t.x, err = draw(m.input, 1); err != nil {
		return err
	}
	labels := make([]int32, m.input[0])
	for i := range labels {
		labels[i] = int32(random.IntN(m.classes))
	}
	if t.y, err = t.backend.BufferFromFlatData(0, labels, shapes.Make(dtypes.Int32, m.input[0], 1)); err != nil {
		return err
	}
	for round, zero := range []float64{1, 0} {
		for _, dims := range m.parameters {
			fanIn := 1
			for _, d := range dims[:len(dims)-1] {
				fanIn *= d
			}
			scale := math.Sqrt(2/float64(fanIn)) * zero
			if len(dims) == 1 && round == 0 {
				scale = 0.1
			}
			buffer, err := draw(dims, scale)
			if err != nil {
				return err
			}
			t.state, t.donate = append(t.state, buffer), append(t.donate, true)
		}
	}
	return nil
}

// step trains once and returns the loss.
func (t *trainer) step() (float32, error) {
	results, err := t.executable.Execute(append([]compute.Buffer{t.x, t.y}, t.state...), t.donate, 0)
	if err != nil {
		return 0, err
	}
	loss := make([]float32, 1)
	if err := results[0].ToFlatData(loss); err != nil {
		return 0, err
	}
	t.state = results[1:]
	return loss[0], results[0].Finalize()
}

// losses trains for some steps.
func (m model) losses(t testing.TB, b compute.Backend, steps int) ([]float32, *trainer) {
	t.Helper()
	tr, err := m.build(b)
	if err != nil {
		t.Fatal(err)
	}
	out := make([]float32, steps)
	for i := range out {
		if out[i], err = tr.step(); err != nil {
			t.Fatal(err)
		}
	}
	return out, tr
}

func TestTrainingAgreesWithStock(t *testing.T) {
	skipWithoutStockProducts(t)
	stock, err := gobackend.New("ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range []model{lenet300, residual, grouped} {
		want, _ := m.losses(t, stock, 3)
		got, _ := m.losses(t, newBackend(t, ""), 3)
		for i := range want {
			if d := math.Abs(float64(want[i] - got[i])); !(d < 2e-4*math.Abs(float64(want[i]))) {
				t.Errorf("%s: losses %v, want %v", m.name, got, want)
				break
			}
		}
	}
}

func TestTrainingIsTheSameForAnyNumberOfWorkers(t *testing.T) {
	for _, m := range []model{lenet300, cnn, residual, grouped} {
		var first []tensor
		for _, workers := range []int{1, 2, 3, 8} {
			_, tr := m.losses(t, newBackend(t, fmt.Sprint("workers=", workers)), 2)
			got, err := tensors(tr.state)
			if err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = got
			}
			for i := range got {
				if !slices.Equal(first[i].flat.([]float32), got[i].flat.([]float32)) {
					t.Errorf("%s: parameter %d differs with %d workers", m.name, i, workers)
				}
			}
		}
	}
}

func BenchmarkTrain(b *testing.B) {
	for _, m := range []model{lenet300, cnn, resnet20} {
		for _, name := range []string{"cpu", "go:ops_sequential"} {
			b.Run(m.name+"/"+name, func(b *testing.B) {
				if name != Name && m.name == resnet20.name {
					b.Skip("a step takes the stock backend minutes")
				}
				backend, err := compute.NewWithConfig(name)
				if err != nil {
					b.Fatal(err)
				}
				tr, err := m.build(backend)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportAllocs()
				for b.Loop() {
					if _, err := tr.step(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
