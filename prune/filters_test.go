package prune_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

func TestNormFilters(t *testing.T) {
	c := nn.NewComposer("two", nn.Shape{Height: 2, Width: 2, Channels: 2})
	x := c.Add("conv", nn.Convolution{Out: 4, Kernel: 1, NoBias: true}, nn.Input)
	c.Add("last", nn.Convolution{Out: 2, Kernel: 1, NoBias: true}, x)
	n := must[*nn.Network](t)(c.Network())
	// Filters (3, 0), (2, 2), (0, −1), (2, −2).
	weights := nn.Weights{"conv.weight": {3, 2, 0, 2, 0, 2, -1, -2}, "last.weight": make([]float32, 8)}
	for norm, want := range map[prune.Norm][]int{prune.L1: {1, 3}, prune.L2: {0, 3}} {
		channels := must[prune.Channels](t)(prune.NormFilters(n, weights, norm, prune.Removals{"conv": 2}))
		if len(channels) != 1 || !slices.Equal(channels["conv"], want) {
			t.Errorf("norm %d keeps %v, want %v", norm, channels, want)
		}
	}
}

func TestRandomFilters(t *testing.T) {
	n, _ := softNetwork(t, "resnet-digits")
	removals := prune.Removals{"layer1.0.conv1": 8, "layer3.0.conv2": 19}
	chosen := make(map[int]bool)
	for s := range 20 {
		random := func(name string) *rand.Rand { return seed.Seed(s).Stream(name) }
		channels := must[prune.Channels](t)(prune.RandomFilters(n, removals, random))
		mask := must[*prune.Mask](t)(channels.Mask(n))
		if got := mask.RemovedFilters(n); !maps.Equal(got, removals) {
			t.Errorf("removed %v, want %v", got, removals)
		}
		for _, c := range channels["layer1.0.conv1"] {
			chosen[c] = true
		}
	}
	if len(chosen) != 16 {
		t.Errorf("20 draws kept only %d of 16 filters", len(chosen))
	}
}

func TestFiltersRefuse(t *testing.T) {
	n, weights := softNetwork(t, "resnet-digits")
	for _, removals := range []prune.Removals{{"conv1": 16}, {"conv1": -1}, {"bn1": 1}, {"nothing": 1}} {
		if _, err := prune.NormFilters(n, weights, prune.L1, removals); err == nil {
			t.Errorf("%v passes", removals)
		}
	}
	if _, err := (prune.Channels{"conv1": {3, 2}}).Mask(n); err == nil {
		t.Error("channels out of order pass")
	}
}
