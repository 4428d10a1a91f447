package sparse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

// small is a network of the zoo, narrow enough for tests.
func small(t testing.TB, a nn.Architecture) *nn.Network {
	t.Helper()
	o := nn.ZooOptions{Width: .25, Input: a.Input}
	o.Input.Height, o.Input.Width = min(o.Input.Height, 32), min(o.Input.Width, 32)
	n, err := nn.New(a.Name, o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// randomWeights are initial weights with everything random that is not after
// initialisation.
func randomWeights(t testing.TB, n *nn.Network, random *rand.Rand) nn.Weights {
	t.Helper()
	weights, err := nn.Initialize(n, nn.KaimingNormal, seed.Seed(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range n.Parameters() {
		values := weights[p.Name]
		for i := range values {
			switch p.Role {
			case nn.Scale, nn.RunningVariance:
				values[i] = .5 + random.Float32()
			case nn.Bias, nn.Offset, nn.RunningMean:
				values[i] = random.Float32() - .5
			}
		}
	}
	return weights
}

// randomMask prunes a part of all weights, and with it half of the channels of a layer
// but the last; the first third of each layer's channels keeps some.
func randomMask(n *nn.Network, random *rand.Rand, pruned float64) *prune.Mask {
	editor := prune.Ones(n).Edit()
	for _, p := range n.Prunable() {
		out := p.Shape[len(p.Shape)-1]
		dead := make([]bool, out)
		for o := range dead {
			dead[o] = o%3 != 0 && random.Float64() < .3
		}
		for i := range p.Size() {
			if dead[i%out] || random.Float64() < pruned {
				editor.Set(p.Name, i, false)
			}
		}
	}
	return editor.Mask()
}

func noise(random *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	return x
}

// program compiles, and closes when the test ends.
func program(t testing.TB, n *nn.Network, weights nn.Weights, mask nn.WeightMask, o Options) *Program {
	t.Helper()
	p, err := Compile(t.Context(), n, weights, mask, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// agree holds outputs to 1e-5 of the greatest.
func agree(t testing.TB, what string, got, want []float32) {
	t.Helper()
	scale := 0.
	for _, v := range want {
		scale = max(scale, math.Abs(float64(v)))
	}
	if len(got) != len(want) {
		t.Fatalf("%s: %d outputs, not %d", what, len(got), len(want))
	}
	for i, v := range want {
		if !(math.Abs(float64(got[i]-v)) <= 1e-5*scale+1e-6) {
			t.Fatalf("%s: output %d is %g, not %g; outputs are up to %g", what, i, got[i], v, scale)
		}
	}
}

// checkPaths compares what a network computes sparsely with the masked network, for a
// batch and a quarter of one.
func checkPaths(t *testing.T, n *nn.Network, weights nn.Weights, mask nn.WeightMask, batch int, random *rand.Rand) {
	t.Helper()
	images := noise(random, (batch+batch/4)*n.Input.Size())
	var outputs [3][]float32
	for i, path := range []Path{Dense, Sparse, Blocks} {
		p := program(t, n, weights, mask, Options{Batch: batch, Workers: 2, Path: path})
		if p.Path() != path {
			t.Fatalf("path %s, not %s", p.Path(), path)
		}
		var err error
		if outputs[i], err = p.Run(t.Context(), images); err != nil {
			t.Fatal(err)
		}
	}
	agree(t, fmt.Sprintf("batch %d", batch), outputs[1], outputs[0])
	agree(t, fmt.Sprintf("batch %d, in blocks", batch), outputs[2], outputs[0])
}

func TestSparseZooAgreesWithMasked(t *testing.T) {
	if testing.Short() {
		t.Skip("not running the whole zoo, which takes seconds, and minutes under the race detector: -short is set")
	}
	for i, architecture := range nn.Zoo() {
		t.Run(architecture.Name, func(t *testing.T) {
			if architecture.Name == "resnet1202" {
				t.Skip("resnet1202 is resnet110 with more of the same layers, and takes seconds to compile")
			}
			random := rand.New(rand.NewPCG(3, uint64(i)))
			n := small(t, architecture)
			weights, mask := randomWeights(t, n, random), randomMask(n, random, []float64{0, .5, .9}[i%3])
			for _, batch := range []int{1, 16} {
				checkPaths(t, n, weights, mask, batch, random)
			}
		})
	}
}

// branches has what the zoo has not: concatenation, shuffles, grouped and dilated
// convolutions, sums of three, pools with padding and a linear layer behind an image.
func branches(t testing.TB) *nn.Network {
	t.Helper()
	c := nn.NewComposer("branches", nn.Shape{Height: 7, Width: 5, Channels: 3})
	stem := c.Add("stem", nn.Convolution{Out: 12, Kernel: 3, Padding: 2, NoBias: true}, nn.Input)
	norm := c.Add("stem.norm", nn.BatchNorm{}, stem)
	stem = c.Add("stem.relu", nn.ReLU6, norm)
	a := c.Add("grouped", nn.Convolution{Out: 18, Kernel: 3, Padding: 1, Groups: 3}, stem)
	a = c.Add("shuffle", nn.ChannelShuffle{Groups: 3}, a)
	a = c.Add("pool", nn.MeanPool{Window: 3, Stride: 1, Padding: 1}, a)
	a = c.Add("depthwise", nn.Convolution{Out: 36, Kernel: 3, Padding: 2, Dilation: 2, Groups: 18}, a)
	b := c.Add("max", nn.MaxPool{Window: 3, Stride: 1, Padding: 1}, stem)
	b = c.Add("dilated", nn.Convolution{Out: 8, Kernel: 3, Padding: 2, Dilation: 2}, b)
	b = c.Add("dilated.norm", nn.BatchNorm{}, b)
	x := c.Add("concat", nn.Concat{}, a, b, stem, norm)
	x = c.Add("concat.norm", nn.BatchNorm{}, x)
	x = c.Add("relu", nn.ReLU, x)
	y := c.Add("pad", nn.PadShortcut{Out: 71, Stride: 2}, x)
	z := c.Add("pool4", nn.MaxPool{Window: 2}, x)
	z = c.Add("expand", nn.Convolution{Out: 71, Kernel: 2, Padding: 1}, z)
	x = c.Add("strided", nn.Convolution{Out: 71, Kernel: 3, Padding: 1, Stride: 2}, x)
	x = c.Add("sum", nn.Add{}, z, x, y, z)
	x = c.Add("sum.relu", nn.ReLU, x)
	x = c.Add("coarse", nn.Convolution{Out: 9, Kernel: 1, Stride: 3}, x)
	c.Add("fc", nn.Linear{Out: 5, NoBias: true}, x)
	n, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSparseBranchesAgreeWithMasked(t *testing.T) {
	n := branches(t)
	for i := range 12 {
		random := rand.New(rand.NewPCG(4, uint64(i)))
		weights, mask := randomWeights(t, n, random), randomMask(n, random, random.Float64())
		for _, batch := range []int{1, 2, 20} {
			checkPaths(t, n, weights, mask, batch, random)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	n := small(t, nn.Zoo()[0])
	weights := randomWeights(t, n, rand.New(rand.NewPCG(1, 1)))
	for want, compile := range map[string]func() (*Program, error){
		"the mask does not fit": func() (*Program, error) {
			return Compile(t.Context(), n, weights, nn.NonZero{"none.weight": {1}}, Options{})
		},
		"there is no network": func() (*Program, error) { return Compile(t.Context(), nil, weights, nil, Options{}) },
		"is missing":          func() (*Program, error) { return Compile(t.Context(), n, nn.Weights{}, nil, Options{}) },
		"-1 workers":          func() (*Program, error) { return Compile(t.Context(), n, weights, nil, Options{Workers: -1}) },
		`path "quick"`:        func() (*Program, error) { return Compile(t.Context(), n, weights, nil, Options{Path: "quick"}) },
	} {
		_, err := compile()
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("want one line with %q: %v", want, err)
		}
	}
}
