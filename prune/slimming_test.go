package prune_test

import (
	"math"
	"slices"
	"testing"

	"espalier/nn"
	"espalier/prune"
)

// slimNetwork has two convolutions of four filters with batch norm behind them.
func slimNetwork(t *testing.T) *nn.Network {
	t.Helper()
	c := nn.NewComposer("slim", nn.Shape{Height: 4, Width: 4, Channels: 1})
	x := c.Add("bn1", nn.BatchNorm{}, c.Add("conv1", nn.Convolution{Out: 4, Kernel: 3, Padding: 1, NoBias: true}, nn.Input))
	x = c.Add("bn2", nn.BatchNorm{}, c.Add("conv2", nn.Convolution{Out: 4, Kernel: 3, Padding: 1, NoBias: true}, x))
	c.Add("fc", nn.Linear{Out: 2}, c.Add("pool", nn.GlobalMeanPool{}, x))
	return must[*nn.Network](t)(c.Network())
}

func TestSlimFilters(t *testing.T) {
	n := slimNetwork(t)
	weights := must[nn.Weights](t)(nn.Initialize(n, nn.KaimingNormal, 1))
	weights["bn1.scale"] = []float32{0.5, -0.9, 0.1, 0.2}
	weights["bn2.scale"] = []float32{-0.05, 0.01, 0.3, 0.02}
	for _, c := range []struct {
		fraction     float64
		conv1, conv2 []int
	}{
		// In order: .01 .02 .05 .1 .2 .3 .5 .9
		{0, []int{0, 1, 2, 3}, []int{0, 2, 3}},
		{0.25, []int{0, 1, 2, 3}, []int{2}},
		{0.5, []int{0, 1}, []int{2}},
		{0.7, []int{0, 1}, []int{2}}, // the larger ones are all conv1's: conv2 keeps its largest
		{0.8, []int{1}, []int{2}},
		{0.99, []int{1}, []int{2}},
		{math.Nextafter(1, 0), []int{1}, []int{2}},
	} {
		channels := must[prune.Channels](t)(prune.SlimFilters(n, weights, c.fraction))
		if !slices.Equal(channels["conv1"], c.conv1) || !slices.Equal(channels["conv2"], c.conv2) {
			t.Errorf("fraction %v keeps %v, want %v and %v", c.fraction, channels, c.conv1, c.conv2)
		}
	}
}

func TestSlimFiltersRefuse(t *testing.T) {
	n := slimNetwork(t)
	weights := must[nn.Weights](t)(nn.Initialize(n, nn.KaimingNormal, 1))
	for _, fraction := range []float64{-0.1, 1, math.NaN()} {
		if _, err := prune.SlimFilters(n, weights, fraction); err == nil {
			t.Errorf("fraction %v passes", fraction)
		}
	}
	weights["bn1.scale"] = []float32{1, 1, float32(math.NaN()), 1}
	if _, err := prune.SlimFilters(n, weights, 0.5); err == nil {
		t.Error("a scale that is not a number passes")
	}
	delete(weights, "bn1.scale")
	if _, err := prune.SlimFilters(n, weights, 0.5); err == nil {
		t.Error("missing scales pass")
	}
	plain := perceptron(t)
	if _, err := prune.SlimFilters(plain, must[nn.Weights](t)(nn.Initialize(plain, nn.KaimingNormal, 1)), 0.5); err == nil {
		t.Error("a network without batch norm passes")
	}
	c := nn.NewComposer("preactivation", nn.Shape{Height: 4, Width: 4, Channels: 3})
	c.Add("fc", nn.Linear{Out: 2}, c.Add("bn", nn.BatchNorm{}, nn.Input))
	first := must[*nn.Network](t)(c.Network())
	if _, err := prune.SlimFilters(first, must[nn.Weights](t)(nn.Initialize(first, nn.KaimingNormal, 1)), 0.5); err == nil {
		t.Error("a batch norm that follows no convolution passes")
	}
}
