package prune_test

import (
	"math"
	"slices"
	"testing"
	"testing/quick"

	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

func softNetwork(t *testing.T, name string) (*nn.Network, nn.Weights) {
	t.Helper()
	n := must[*nn.Network](t)(nn.New(name, nn.ZooOptions{}))
	return n, must[nn.Weights](t)(nn.Initialize(n, nn.KaimingNormalFanOut, 3))
}

// The authors' int(C·(1 − kept)) for the widths of their networks.
func TestSoftFiltersZeroWholeFilters(t *testing.T) {
	n, weights := softNetwork(t, "resnet20")
	for _, c := range []struct {
		rate   float64
		zeroed map[int]int
	}{
		{0, map[int]int{16: 0, 32: 0, 64: 0}},
		{0.1, map[int]int{16: 1, 32: 3, 64: 6}},
		{0.2, map[int]int{16: 3, 32: 6, 64: 12}},
		{0.3, map[int]int{16: 4, 32: 9, 64: 19}},
		{0.4, map[int]int{16: 6, 32: 12, 64: 25}},
	} {
		soft := prune.SoftFilters{Rate: c.rate, Spare: []string{"layer1.0.conv2"}}
		projected := must[nn.Weights](t)(soft.Project(n, weights))
		for _, p := range n.Parameters() {
			filters := p.Shape[len(p.Shape)-1]
			want := c.zeroed[filters]
			if p.Kind != nn.KindConvolution || p.Layer == "layer1.0.conv2" {
				want = 0
			}
			if p.Role == nn.Offset || p.Role == nn.Bias || p.Role == nn.RunningMean {
				continue // they are zero to begin with
			}
			if got := zeroFilters(projected[p.Name], filters); got != want {
				t.Errorf("rate %v: %d of %d filters of %s are zero, want %d", c.rate, got, filters, p.Name, want)
			}
		}
	}
}

func zeroFilters(values []float32, filters int) int {
	sums := make([]float64, filters)
	for i, w := range values {
		sums[i%filters] += math.Abs(float64(w))
	}
	zero := 0
	for _, sum := range sums {
		if sum == 0 {
			zero++
		}
	}
	return zero
}

func TestSoftFiltersZeroTheLeastNorm(t *testing.T) {
	c := nn.NewComposer("one", nn.Shape{Height: 2, Width: 2, Channels: 2})
	c.Add("conv", nn.Convolution{Out: 4, Kernel: 1, NoBias: true}, nn.Input)
	n := must[*nn.Network](t)(c.Network())
	// Filters (3, 0), (2, 2), (0, −1), (2, 2): L2 norms 3, 2.83, 1, 2.83; by L1 the
	// first would go before the second.
	weights := nn.Weights{"conv.weight": {3, 2, 0, 2, 0, 2, -1, 2}}
	projected := must[nn.Weights](t)(prune.SoftFilters{Rate: 0.5}.Project(n, weights))
	if want := []float32{3, 0, 0, 2, 0, 0, 0, 2}; !slices.Equal(projected["conv.weight"], want) {
		t.Errorf("projected to %v, want %v", projected["conv.weight"], want)
	}
	if weights["conv.weight"][1] != 2 {
		t.Error("the weights given were changed")
	}
}

func TestSoftFiltersAreAProjection(t *testing.T) {
	n, _ := softNetwork(t, "resnet-digits")
	property := func(s uint64, rate uint8) bool {
		weights := must[nn.Weights](t)(nn.Initialize(n, nn.SignedConstant, seed.Seed(s))) // many equal norms
		soft := prune.SoftFilters{Rate: float64(rate) / 256}
		once := must[nn.Weights](t)(soft.Project(n, weights))
		return must[nn.Weights](t)(soft.Project(n, once)).Equal(once)
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 20}); err != nil {
		t.Error(err)
	}
}

// The reductions that the formula of the authors' script gives, in percent.
func TestSoftFilterMACs(t *testing.T) {
	for _, c := range []struct {
		network string
		dense   float64
		saved   [4]float64 // at 10, 20, 30 and 40 %
	}{
		{"resnet20", 4.055e7, [4]float64{15.2, 29.3, 42.2, 54.0}},
		{"resnet32", 6.886e7, [4]float64{14.9, 28.8, 41.5, 53.2}},
		{"resnet56", 1.255e8, [4]float64{14.7, 28.4, 41.1, 52.6}},
		{"resnet110", 2.529e8, [4]float64{14.6, 28.2, 40.8, 52.3}},
	} {
		n := must[*nn.Network](t)(nn.New(c.network, nn.ZooOptions{}))
		dense := prune.SoftFilters{}.MACs(n)
		if math.Abs(dense/c.dense-1) > 5e-4 {
			t.Errorf("%s has %v multiply-accumulates, want %v", c.network, dense, c.dense)
		}
		for i, want := range c.saved {
			rate := float64(i+1) / 10
			if saved := 100 * (1 - prune.SoftFilters{Rate: rate}.MACs(n)/dense); math.Abs(saved-want) > 0.051 {
				t.Errorf("%s at %v: %.2f %% saved, want %v", c.network, rate, saved, want)
			}
		}
	}
}

func TestSoftFiltersRefuse(t *testing.T) {
	n, weights := softNetwork(t, "resnet-digits")
	for _, rate := range []float64{-0.1, 1, math.NaN()} {
		if _, err := (prune.SoftFilters{Rate: rate}).Project(n, weights); err == nil {
			t.Errorf("rate %v passes", rate)
		}
	}
	weights["conv1.weight"][3] = float32(math.NaN())
	if _, err := (prune.SoftFilters{Rate: 0.5}).Project(n, weights); err == nil {
		t.Error("a weight that is not a number passes")
	}
	delete(weights, "conv1.weight")
	if _, err := (prune.SoftFilters{Rate: 0.5}).Project(n, weights); err == nil {
		t.Error("missing weights pass")
	}
}
