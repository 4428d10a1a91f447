package prune_test

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"espalier/nn"
	"espalier/prune"
)

// thinned is the network without the filters of a published configuration.
func thinned(t *testing.T, network, configuration string) (whole, thin *nn.Network) {
	t.Helper()
	n, weights := softNetwork(t, network)
	fractions := must[prune.StageFractions](t)(prune.ParseStageFractions(n, configuration))
	removals := must[prune.Removals](t)(fractions.Removals(n))
	channels := must[prune.Channels](t)(prune.NormFilters(n, weights, prune.L1, removals))
	mask := must[*nn.ChannelMask](t)(nn.KeepChannels(n, channels))
	return n, must[*nn.Shrunk](t)(nn.Shrink(n, weights, mask, nn.Silent)).Network
}

// The convolutions of VGG-16-A have 32, 64, 128, 128, 256 × 3, 256 × 3 and 256 × 3
// filters; with the authors' two linear layers 5.4 M parameters and 206 M multiply-accumulates.
func TestVGG16A(t *testing.T) {
	_, thin := thinned(t, "vgg16-fc512", "A")
	var widths []int
	for _, node := range thin.Nodes {
		if node.Layer.Kind() == nn.KindConvolution {
			widths = append(widths, node.Shape.Channels)
		}
	}
	if want := []int{32, 64, 128, 128, 256, 256, 256, 256, 256, 256, 256, 256, 256}; !slices.Equal(widths, want) {
		t.Errorf("widths %v, want %v", widths, want)
	}
	cost := nn.CostOf(thin, nil)
	if math.Abs(float64(cost.Parameters)/1e6-5.4) > 0.05 || math.Abs(float64(cost.MACs)/1e6-206) > 0.5 {
		t.Errorf("%d parameters and %d multiply-accumulates, want 5.4 M and 206 M", cost.Parameters, cost.MACs)
	}
}

// ResNet-56-B saves 27.6 %.
func TestResNet56B(t *testing.T) {
	whole, thin := thinned(t, "resnet56", "B")
	saved := 100 * (1 - float64(nn.CostOf(thin, nil).MACs)/float64(nn.CostOf(whole, nil).MACs))
	if math.Abs(saved-27.6) > 0.05 {
		t.Errorf("%.2f %% of the multiply-accumulates are saved, want 27.6", saved)
	}
}

// Convolutions that the published code skips keep all filters; ⌊C·(1 − p)⌋ stay of the
// others.
func TestPublishedConfigurations(t *testing.T) {
	for _, c := range []struct {
		network, configuration string
		removed                map[string]int
	}{
		{"resnet56", "A", map[string]int{
			"layer1.0.conv1": 2, "layer1.6.conv1": 2, "layer1.7.conv1": 0, "layer1.8.conv1": 2,
			"layer2.0.conv1": 0, "layer2.1.conv1": 4, "layer3.0.conv1": 0, "layer3.1.conv1": 7, "layer3.8.conv1": 0,
		}},
		{"resnet56", "B", map[string]int{
			"layer1.0.conv1": 10, "layer1.8.conv1": 0, "layer2.0.conv1": 0, "layer2.1.conv1": 10, "layer3.7.conv1": 7, "layer3.8.conv1": 0,
		}},
		{"resnet110", "A", map[string]int{"layer1.0.conv1": 8, "layer1.17.conv1": 0, "layer2.3.conv1": 0, "layer3.17.conv1": 0}},
		{"resnet110", "B", map[string]int{
			"layer1.0.conv1": 8, "layer1.17.conv1": 0, "layer2.0.conv1": 0, "layer2.1.conv1": 13, "layer3.0.conv1": 0, "layer3.1.conv1": 20,
		}},
	} {
		n := must[*nn.Network](t)(nn.New(c.network, nn.ZooOptions{}))
		fractions := must[prune.StageFractions](t)(prune.ParseStageFractions(n, c.configuration))
		removals := must[prune.Removals](t)(fractions.Removals(n))
		for layer, want := range c.removed {
			if removals[layer] != want {
				t.Errorf("%s-%s: %d filters of %s go, want %d", c.network, c.configuration, removals[layer], layer, want)
			}
		}
	}
}

func TestStageFractionsInNumbers(t *testing.T) {
	n := must[*nn.Network](t)(nn.New("resnet-digits", nn.ZooOptions{}))
	for text, want := range map[string]prune.Removals{
		"0.5":       {"layer1.0.conv1": 8, "layer2.0.conv1": 16, "layer3.0.conv1": 32},
		"0.3/0/0.9": {"layer1.0.conv1": 5, "layer2.0.conv1": 0, "layer3.0.conv1": 58},
		"0.99":      {"layer1.0.conv1": 15, "layer2.0.conv1": 31, "layer3.0.conv1": 63},
	} {
		fractions := must[prune.StageFractions](t)(prune.ParseStageFractions(n, text))
		if got := must[prune.Removals](t)(fractions.Removals(n)); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{"", "A", "1", "-0.1", "0.1,0.2", "NaN", "0.1/0.1/0.1/0.1", "0.1/0.1"} {
		fractions, err := prune.ParseStageFractions(n, text)
		if err == nil {
			_, err = fractions.Removals(n)
		}
		if err == nil {
			t.Errorf("%q passes", text)
		}
	}
	for _, fractions := range [][]float64{nil, {1}, {-0.1}, {0.1, math.NaN(), 0.1}} {
		if _, err := (prune.StageFractions{Fractions: fractions}).Removals(n); err == nil || !strings.Contains(err.Error(), "each is in [0, 1)") {
			t.Errorf("%v: error %v", fractions, err)
		}
	}
}
