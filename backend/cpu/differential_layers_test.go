package cpu

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"espalier/seed"
)

// layerRecipe is a random layer: its inputs' dimensions and what it makes of them.
type layerRecipe struct {
	name   string
	inputs [][]int
	build  func(in []*graph.Node) *graph.Node
}

// TestRandomLayers compares layers of networks and their gradients, as GoMLX records
// them, with go:ops_sequential: float32 within 1e-5 of the tensor's greatest magnitude.
func TestRandomLayers(t *testing.T) {
	skipWithoutStockProducts(t)
	reference, err := gobackend.New("ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	CompareRandomLayers(t, Reference{Backend: reference, Captures: true, Folds: true})
}

// CompareRandomLayers compares this backend with another one, on half as many layers
// as graphs.
func CompareRandomLayers(t *testing.T, reference Reference) {
	own := newBackend(t, "workers=3")
	for number := *first; number < *first+(*graphs+1)/2; number++ {
		layer := randomLayer(number, reference.BatchNorm)
		flats := layer.draw(number)
		want, err := layer.run(reference, flats)
		if err != nil {
			t.Fatalf("layer %d, %s, on %s: %v", number, layer.name, reference.Name(), err)
		}
		got, err := layer.run(own, flats)
		if err != nil {
			t.Fatalf("layer %d, %s: %v", number, layer.name, err)
		}
		for i := range want {
			err := agree(want[i], got[i], 1e-5)
			if err != nil {
				err = agree(want[i], got[i], 1e-5+layer.sensitivity(reference, flats, i, want[i]))
			}
			if err != nil {
				t.Fatalf("layer %d (repeat with -first=%d -graphs=1), %s: result %d: %v", number, number, layer.name, i, err)
			}
		}
	}
}

// draw makes the inputs.
func (l layerRecipe) draw(number int) [][]float32 {
	random := seed.Seed(20262).Stream("layer data", number)
	flats := make([][]float32, len(l.inputs))
	for i, dims := range l.inputs {
		flats[i] = make([]float32, shapes.Make(dtypes.Float32, dims...).Size())
		for j := range flats[i] {
			flats[i][j] = float32(random.NormFloat64())
		}
	}
	return flats
}

// sensitivity is that of a random graph.
func (l layerRecipe) sensitivity(b compute.Backend, flats [][]float32, result int, want tensor) float64 {
	return mostChange(want, result, func(random *rand.Rand) ([]tensor, error) {
		moved := make([][]float32, len(flats))
		for i := range flats {
			moved[i] = nudged(random, flats[i]).([]float32)
		}
		return l.run(b, moved)
	})
}

// run returns the layer's output and the gradients by all inputs of the sum of the
// outputs, each times a positive number of its own, so that they do not cancel out.
func (l layerRecipe) run(b compute.Backend, flats [][]float32) ([]tensor, error) {
	g := graph.NewGraph(b, "layer")
	var in []*graph.Node
	var buffers []compute.Buffer
	for i, dims := range l.inputs {
		shape := shapes.Make(dtypes.Float32, dims...)
		buffer, err := b.BufferFromFlatData(0, flats[i], shape)
		if err != nil {
			return nil, err
		}
		in, buffers = append(in, graph.Parameter(g, fmt.Sprint("in", i), shape)), append(buffers, buffer)
	}
	y := l.build(in)
	weights := make([]float32, y.Shape().Size())
	for i := range weights {
		weights[i] = float32(1.25 + math.Sin(float64(i+1)))
	}
	loss := graph.ReduceAllSum(graph.Mul(y, graph.Reshape(graph.Const(g, weights), y.Shape().Dimensions...)))
	outputs := append([]*graph.Node{y}, graph.Gradient(loss, in...)...)
	if err := g.Compile(outputs...); err != nil {
		return nil, err
	}
	results, err := g.Executable().Execute(buffers, nil, 0)
	if err != nil {
		return nil, err
	}
	return tensors(results)
}

func randomLayer(number int, batchNorm bool) layerRecipe {
	r := seed.Seed(20262).Stream("layer", number)
	switch r.IntN(7) {
	case 0, 1, 2:
		return randomConvolution(r)
	case 3:
		return randomPool(r)
	case 4:
		return randomScatter(r)
	default:
		return randomBatchNorm(r, batchNorm && r.IntN(3) > 0)
	}
}

// randomConvolution has an odd kernel: GoMLX's gradient of even ones is wrong.
func randomConvolution(r *rand.Rand) layerRecipe {
	groups := []int{1, 1, 1, 2, 4, 7}[r.IntN(6)]
	in, out := groups*(1+r.IntN(6)), groups*(1+r.IntN(9))
	kernel := []int{1, 3, 3, 3, 5}[r.IntN(5)]
	stride, dilation := 1+r.IntN(2), 1
	if stride == 1 && r.IntN(4) == 0 {
		dilation = 2
	}
	extent := (kernel-1)*dilation + 1
	pad := r.IntN(extent/2 + 1)
	height, width := extent+r.IntN(7), extent+r.IntN(7)
	if stride == 2 {
		// So that the last window ends where the input does.
		height += (height + 2*pad - extent) % 2
		width += (width + 2*pad - extent) % 2
	}
	return layerRecipe{
		name:   fmt.Sprintf("%d×%d convolution of %d×%d×%d to %d, %d groups, stride %d, dilation %d, padding %d", kernel, kernel, height, width, in, out, groups, stride, dilation, pad),
		inputs: [][]int{{1 + r.IntN(4), height, width, in}, {kernel, kernel, in / groups, out}},
		build: func(x []*graph.Node) *graph.Node {
			conv := graph.Convolve(x[0], x[1]).Strides(stride).PaddingPerDim([][2]int{{pad, pad}, {pad, pad}}).ChannelGroupCount(groups)
			if dilation > 1 {
				conv = conv.Dilations(dilation)
			}
			return conv.Done()
		}}
}

// randomPool takes the greatest or the mean of windows, which may overlap.
func randomPool(r *rand.Rand) layerRecipe {
	size := 2 + r.IntN(2)
	stride := 1 + r.IntN(size)
	pool, name := graph.MaxPool, "greatest"
	if r.IntN(2) == 0 {
		pool, name = graph.MeanPool, "mean"
	}
	return layerRecipe{
		name:   fmt.Sprintf("%s of %d×%d, stride %d", name, size, size, stride),
		inputs: [][]int{{1 + r.IntN(3), size + stride*r.IntN(4), size + stride*r.IntN(4), 1 + r.IntN(20)}},
		build:  func(x []*graph.Node) *graph.Node { return pool(x[0]).Window(size).Strides(stride).NoPadding().Done() },
	}
}

// randomScatter gathers rows, weighs them and adds them up elsewhere, as a layer on a
// graph does.
func randomScatter(r *rand.Rand) layerRecipe {
	nodes, edges, heads, width := 2+r.IntN(20), 1+r.IntN(80), 1+r.IntN(4), 1+r.IntN(40)
	from, to := make([]int32, edges), make([]int32, edges)
	for i := range edges {
		from[i], to[i] = int32(r.IntN(nodes)), int32(r.IntN(nodes))
	}
	return layerRecipe{
		name:   fmt.Sprintf("%d edges between %d nodes of %d times %d features", edges, nodes, heads, width),
		inputs: [][]int{{nodes, heads, width}, {edges, heads, 1}},
		build: func(x []*graph.Node) *graph.Node {
			g := x[0].Graph()
			rows := graph.Mul(graph.Gather(x[0], graph.Reshape(graph.Const(g, from), edges, 1)), x[1])
			zero := graph.Zeros(g, x[0].Shape())
			return graph.ScatterSum(zero, graph.Reshape(graph.Const(g, to), edges, 1), rows, false, false)
		}}
}

// randomBatchNorm is one operation of the interface or several.
func randomBatchNorm(r *rand.Rand, whole bool) layerRecipe {
	channels := 1 + r.IntN(40)
	build := func(x []*graph.Node) *graph.Node { return normalize(x[0], x[1], x[2]) }
	if whole {
		build = func(x []*graph.Node) *graph.Node {
			y, _, _ := graph.InternalBatchNormForTraining(x[0], x[1], x[2], 1e-5, 3)
			return y
		}
	}
	return layerRecipe{
		name:   fmt.Sprintf("batch normalization of %d channels, as one operation: %v", channels, whole),
		inputs: [][]int{{2 + r.IntN(4), 2 + r.IntN(6), 2 + r.IntN(6), channels}, {channels}, {channels}},
		build:  build,
	}
}
