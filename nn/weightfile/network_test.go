package weightfile_test

import (
	"slices"
	"strings"
	"testing"

	"espalier/nn"
	"espalier/nn/weightfile"
)

// small has every kind of parameter: a grouped convolution, batch norm, and a
// linear layer behind an image.
func small(t *testing.T) *nn.Network {
	t.Helper()
	c := nn.NewComposer("small", nn.Shape{Height: 2, Width: 3, Channels: 4})
	x := c.Add("conv", nn.Convolution{Out: 6, Kernel: 3, Padding: 1, Groups: 2, NoBias: true}, nn.Input)
	x = c.Add("bn", nn.BatchNorm{}, x)
	c.Add("fc", nn.Linear{Out: 2}, x)
	network, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	return network
}

func smallArrays() []array {
	return []array{
		counting("conv.weight", 0, 6, 2, 3, 3), counting("bn.weight", 100, 6), counting("bn.bias", 200, 6),
		counting("bn.running_mean", 300, 6), counting("bn.running_var", 400, 6), counting("bn.num_batches_tracked", 0),
		counting("fc.weight", 0, 2, 36), counting("fc.bias", 500, 2),
	}
}

func TestWeightsAreArranged(t *testing.T) {
	file, err := weightfile.Decode(legacy(smallArrays()))
	if err != nil {
		t.Fatal(err)
	}
	weights, err := file.Weights(small(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, first := range map[string]float32{"bn.scale": 100, "bn.offset": 200, "bn.running_mean": 300, "bn.running_variance": 400, "fc.bias": 500} {
		if weights[name][0] != first {
			t.Errorf("%s begins with %g, want %g", name, weights[name][0], first)
		}
	}
	for i, value := range weights["conv.weight"] {
		out, in, x, y := i%6, i/6%2, i/12%3, i/36
		if want := float32(((out*2+in)*3+y)*3 + x); value != want {
			t.Errorf("conv.weight[%d,%d,%d,%d] is %g, want %g", y, x, in, out, value, want)
		}
	}
	for i, value := range weights["fc.weight"] {
		out, channel, x, y := i%2, i/2%6, i/12%3, i/36
		if want := float32(out*36 + (channel*2+y)*3 + x); value != want {
			t.Errorf("fc.weight of row %d, column %d, channel %d, output %d is %g, want %g", y, x, channel, out, value, want)
		}
	}
}

func TestWeightsThatDoNotFit(t *testing.T) {
	for want, change := range map[string]func([]array) []array{
		"has no fc.bias":        func(a []array) []array { return a[:len(a)-1] },
		"shape [2 35]":          func(a []array) []array { a[6] = counting("fc.weight", 0, 2, 35); return a },
		`"extra", which`:        func(a []array) []array { return append(a, counting("extra", 0, 1)) },
		"shape [6 4 3 3]":       func(a []array) []array { a[0] = counting("conv.weight", 0, 6, 4, 3, 3); return a },
		"has no bn.running_var": func(a []array) []array { return slices.Delete(a, 4, 5) },
	} {
		file, err := weightfile.Decode(legacy(change(smallArrays())))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.Weights(small(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}
