package nn_test

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

	"espalier/nn"
	"espalier/seed"
)

// weightParameter is the weight of a convolution with fan-in 3·3·in/groups.
func weightParameter(in, groups, out int) nn.Parameter {
	return nn.Parameter{Name: "conv.weight", Kind: nn.KindConvolution, Role: nn.Weight, Shape: []int{3, 3, in / groups, out}}
}

func float64s(values []float32) []float64 {
	wide := make([]float64, len(values))
	for i, v := range values {
		wide[i] = float64(v)
	}
	return wide
}

func TestInitializersHaveTheirMoments(t *testing.T) {
	grouped := weightParameter(64, 2, 96)
	fanIn, fanOut := 9.*32, 9.*96
	for initializer, variance := range map[nn.Initializer]float64{
		"":                      2 / (fanIn + fanOut),
		nn.GlorotNormal:         2 / (fanIn + fanOut),
		nn.GlorotUniform:        2 / (fanIn + fanOut),
		nn.KaimingNormal:        2 / fanIn,
		nn.KaimingUniform:       2 / fanIn,
		nn.KaimingNormalFanOut:  2 / fanOut,
		nn.KaimingUniformFanOut: 2 / fanOut,
		nn.SignedConstant:       2 / fanIn,
		nn.FanInUniform:         1. / 3 / fanIn,
		nn.Orthogonal:           1 / fanIn,
	} {
		values := float64s(initializer.Draw(grouped, 3))
		mean, v := stat.MeanVariance(values, nil)
		standardError := math.Sqrt(variance / float64(len(values)))
		if math.Abs(mean) > 4*standardError {
			t.Errorf("%s: mean %g is more than 4 standard errors (%g) from 0", initializer, mean, standardError)
		}
		if math.Abs(v/variance-1) > .05 {
			t.Errorf("%s: variance %g, want %g", initializer, v, variance)
		}
	}
}

// The fourth moment tells the distributions apart: kurtosis 3, 9/5 and 1.
func TestInitializersHaveTheirShapes(t *testing.T) {
	p := weightParameter(64, 1, 64)
	bound := math.Sqrt(6. / float64(p.FanIn()))
	for initializer, kurtosis := range map[nn.Initializer]float64{
		nn.KaimingNormal: 3, nn.KaimingUniform: 9. / 5, nn.SignedConstant: 1,
		nn.GlorotNormal: 3, nn.GlorotUniform: 9. / 5, nn.FanInUniform: 9. / 5,
	} {
		values := float64s(initializer.Draw(p, 5))
		if got := stat.ExKurtosis(values, nil) + 3; math.Abs(got-kurtosis) > .15 {
			t.Errorf("%s: kurtosis %.3f, want %.3f", initializer, got, kurtosis)
		}
	}
	for i, v := range nn.KaimingUniform.Draw(p, 5) {
		if math.Abs(float64(v)) > bound {
			t.Fatalf("kaiming-uniform: value %d is %g, beyond the bound %g", i, v, bound)
		}
	}
	deviation := float32(math.Sqrt(2. / float64(p.FanIn())))
	for i, v := range nn.SignedConstant.Draw(p, 5) {
		if v != deviation && v != -deviation {
			t.Fatalf("signed-constant: value %d is %g, want ±%g", i, v, deviation)
		}
	}
}

func TestOrthogonalIsOrthonormal(t *testing.T) {
	for _, shape := range [][]int{{40, 30}, {30, 40}, {1, 7}, {7, 1}, {3, 3, 4, 20}, {3, 3, 1, 64}} {
		p := nn.Parameter{Name: "weight", Role: nn.Weight, Shape: shape}
		values := float64s(nn.Orthogonal.Draw(p, 1))
		out := shape[len(shape)-1]
		in := p.Size() / out
		at := func(vector, i int) float64 { return values[i*out+vector] }
		vectors, length := out, in
		if in < out {
			at = func(vector, i int) float64 { return values[vector*out+i] }
			vectors, length = in, out
		}
		for a := range vectors {
			for b := range a + 1 {
				product, want := 0., 0.
				for i := range length {
					product += at(a, i) * at(b, i)
				}
				if a == b {
					want = 1
				}
				if math.Abs(product-want) > 1e-5 {
					t.Fatalf("shape %v: vectors %d and %d have product %g, want %g", shape, a, b, product, want)
				}
			}
		}
	}
}

// A sign taken from R makes a 1×1 orthogonal matrix +1 as often as -1.
func TestOrthogonalTakesBothSigns(t *testing.T) {
	p := nn.Parameter{Name: "weight", Role: nn.Weight, Shape: []int{1, 1}}
	positive := 0
	const draws = 200
	for s := range draws {
		if nn.Orthogonal.Draw(p, seed.Seed(s))[0] > 0 {
			positive++
		}
	}
	if positive < draws/4 || positive > 3*draws/4 {
		t.Errorf("%d of %d draws are positive", positive, draws)
	}
}

func TestInitializeDependsOnNamesAndSeedOnly(t *testing.T) {
	tower := func(layers ...string) *nn.Network {
		c := nn.NewComposer("tower", nn.Vector(16))
		x := nn.Input
		for _, name := range layers {
			x = c.Add(name, nn.Linear{Out: 16}, x)
		}
		network, err := c.Network()
		if err != nil {
			t.Fatal(err)
		}
		return network
	}
	for _, initializer := range nn.Initializers() {
		one := initialize(t, tower("a", "b", "c"), initializer, 1)
		again := initialize(t, tower("c", "x", "a"), initializer, 1)
		other := initialize(t, tower("a"), initializer, 2)
		if fmt.Sprint(one["a.weight"]) != fmt.Sprint(again["a.weight"]) {
			t.Errorf("%s: the values of a changed with the layers around it", initializer)
		}
		if fmt.Sprint(one["a.weight"]) == fmt.Sprint(one["b.weight"]) {
			t.Errorf("%s: a and b have the same values", initializer)
		}
		if fmt.Sprint(one["a.weight"]) == fmt.Sprint(other["a.weight"]) {
			t.Errorf("%s: seeds 1 and 2 gave the same values", initializer)
		}
	}
}

func initialize(t testing.TB, n *nn.Network, initializer nn.Initializer, s seed.Seed) nn.Weights {
	t.Helper()
	weights, err := nn.Initialize(n, initializer, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := weights.Check(n); err != nil {
		t.Fatal(err)
	}
	return weights
}

func TestInitializeFillsEveryRole(t *testing.T) {
	c := nn.NewComposer("block", nn.Shape{Height: 4, Width: 4, Channels: 3})
	x := c.Add("conv", nn.Convolution{Out: 8, Kernel: 3}, nn.Input)
	c.Add("bn", nn.BatchNorm{}, x)
	network, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	weights := initialize(t, network, nn.KaimingNormal, 1)
	for name, want := range map[string]float32{
		"conv.bias": 0, "bn.scale": 1, "bn.offset": 0, "bn.running_mean": 0, "bn.running_variance": 1,
	} {
		for i, v := range weights[name] {
			if v != want {
				t.Errorf("%s[%d] is %g, want %g", name, i, v, want)
			}
		}
	}
}

func TestInitializerUnknown(t *testing.T) {
	network, err := nn.New("lenet-digits", nn.ZooOptions{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = nn.Initialize(network, "xavier", 1)
	want := `no initializer is called "xavier": there are fan-in-uniform, glorot-normal, glorot-uniform, kaiming-normal, ` +
		`kaiming-normal-fan-out, kaiming-uniform, kaiming-uniform-fan-out, orthogonal, signed-constant`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// The values are frozen: every stored result depends on them.
func ExampleInitialize() {
	network, _ := nn.New("lenet300", nn.ZooOptions{})
	weights, _ := nn.Initialize(network, nn.GlorotNormal, 1)
	fmt.Println(weights.Digest()[:16], weights["fc3.bias"][:3])
	fmt.Println(weights["fc1.weight"][:3])
	// Output:
	// 16c9dbc29a35a080 [0 0 0]
	// [0.037241522 0.079775155 -0.02958571]
}
