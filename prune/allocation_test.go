package prune_test

import (
	"context"
	"maps"
	"testing"

	"espalier/nn"
	"espalier/prune"
)

// The masks that package nn counts costs under.
var _ nn.Mask = (*prune.Mask)(nil)

// mixed has a convolution of 36 weights, a hidden linear layer of 640 and an output
// layer of 100.
func mixed(t testing.TB) *nn.Network {
	t.Helper()
	c := nn.NewComposer("mixed", nn.Shape{Height: 4, Width: 4, Channels: 1})
	x := c.Add("conv", nn.Convolution{Out: 4, Kernel: 3, Padding: 1}, nn.Input)
	x = c.Add("hidden", nn.Linear{Out: 10}, x)
	c.Add("output", nn.Linear{Out: 10}, x)
	return must[*nn.Network](t)(c.Network())
}

func TestAllocations(t *testing.T) {
	network := mixed(t)
	for name, test := range map[string]struct {
		sel  prune.Selection
		lost map[string]int
	}{
		"by layer":        {prune.Selection{Allocation: prune.ByLayer}, map[string]int{"conv": 7, "hidden": 128, "output": 20}},
		"by layer, spare": {prune.Selection{Allocation: prune.ByLayer, Spare: prune.SpareLayers("hidden")}, map[string]int{"conv": 7, "output": 20}},
		"by layer, ceil":  {prune.Selection{Allocation: prune.ByLayer, Count: prune.CeilPlusOne}, map[string]int{"conv": 9, "hidden": 129, "output": 21}},
		"by kind":         {prune.Selection{Allocation: prune.ByKind(prune.Rates{})}, map[string]int{"conv": 4, "hidden": 128, "output": 10}},
		"by kind, rates": {prune.Selection{Allocation: prune.ByKind(prune.Rates{Convolution: 0.5, Output: 0.25})},
			map[string]int{"conv": 18, "hidden": 128, "output": 25}},
		"global, one layer":      {prune.Selection{Spare: prune.SpareKinds(nn.KindLinear)}, map[string]int{"conv": 7}},
		"global, beside the one": {prune.Selection{Count: prune.CeilPlusOne, Spare: prune.SpareKinds(nn.KindLinear)}, map[string]int{"conv": 36}},
		"global, two layers spared": {prune.Selection{Spare: prune.SpareAny(prune.SpareLayers(prune.OutputLayer(network)), prune.SpareKinds(nn.KindConvolution))},
			map[string]int{"hidden": 128}},
	} {
		test.sel.Fraction = 0.2
		m := must[*prune.Mask](t)(prune.Prune(context.Background(), prune.Magnitude, input(t, network, 1), test.sel))
		lost := make(map[string]int)
		for _, p := range network.Prunable() {
			if live := m.CountOf(p.Name); live < p.Size() {
				lost[p.Layer] = p.Size() - live
			}
		}
		if !maps.Equal(lost, test.lost) {
			t.Errorf("%s: layers lose %v, want %v", name, lost, test.lost)
		}
	}
}

// Pruned globally, a layer with small weights loses more.
func TestGlobalFollowsTheWeights(t *testing.T) {
	in := input(t, mixed(t), 1)
	for i := range in.Weights["hidden.weight"] {
		in.Weights["hidden.weight"][i] = 1e-6
	}
	m := must[*prune.Mask](t)(prune.Prune(context.Background(), prune.Magnitude, in, prune.Selection{Fraction: 0.5}))
	if live := m.CountOf("hidden.weight"); live != 640-388 || m.Count() != 388 {
		t.Errorf("%d of 640 small weights live, and %d of all; want 252 and 388", live, m.Count())
	}
}

func TestOutputLayer(t *testing.T) {
	c := nn.NewComposer("nothing to prune", nn.Vector(3))
	c.Add("relu", nn.ReLU, nn.Input)
	if got := prune.OutputLayer(must[*nn.Network](t)(c.Network())); got != "" {
		t.Errorf("a network without weights has output layer %q", got)
	}
	if got := prune.OutputLayer(mixed(t)); got != "output" {
		t.Errorf("output layer %q", got)
	}
}

func BenchmarkPruneResNet18(b *testing.B) {
	network := must[*nn.Network](b)(nn.New("resnet18", nn.ZooOptions{}))
	in := input(b, network, 1)
	for b.Loop() {
		if _, err := prune.Prune(context.Background(), prune.Magnitude, in, prune.Selection{Fraction: 0.2}); err != nil {
			b.Fatal(err)
		}
	}
}
