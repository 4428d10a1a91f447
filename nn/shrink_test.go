package nn_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

// randomWeights are initial weights with everything random that is not after
// initialisation.
func randomWeights(t testing.TB, n *nn.Network, random *rand.Rand) nn.Weights {
	t.Helper()
	weights := initialize(t, n, nn.KaimingNormal, 1)
	gain := float32(1)
	if len(n.Nodes) > 1000 { // hundreds of residual branches at full strength overflow
		gain = .1
	}
	for _, p := range n.Parameters() {
		values := weights[p.Name]
		for i := range values {
			switch p.Role {
			case nn.Scale:
				values[i] = gain * (.5 + random.Float32())
			case nn.RunningVariance:
				values[i] = .5 + random.Float32()
			case nn.Bias, nn.Offset, nn.RunningMean:
				values[i] = random.Float32() - .5
			}
		}
	}
	return weights
}

// randomMask prunes whole outputs and inputs of weights and single values. A third
// of each layer's outputs stays untouched, so that none loses all.
func randomMask(n *nn.Network, random *rand.Rand) *prune.Mask {
	editor := prune.Ones(n).Edit()
	for _, p := range n.Prunable() {
		out, in := p.Shape[len(p.Shape)-1], p.Shape[len(p.Shape)-2]
		outputs, inputs := draw(random, out, .5), draw(random, in, .2)
		for i := range p.Size() {
			pruned := outputs[i%out] || inputs[i/out%in] || random.Float64() < .2
			if i%out%3 != 0 {
				editor.Set(p.Name, i, !pruned)
			}
		}
	}
	return editor.Mask()
}

func draw(random *rand.Rand, n int, probability float64) []bool {
	drawn := make([]bool, n)
	for i := range drawn {
		drawn[i] = random.Float64() < probability
	}
	return drawn
}

// load is a store with a network's weights.
func load(t testing.TB, n *nn.Network, weights nn.Weights) *model.Store {
	t.Helper()
	store := model.NewStore()
	if err := n.LoadInto(store, weights); err != nil {
		t.Fatal(err)
	}
	return store
}

// outputs runs a network on two images.
func outputs(t testing.TB, n *nn.Network, weights nn.Weights, phase nn.Phase) []float32 {
	t.Helper()
	return run(t, openBackend(t), n, load(t, n, weights), phase, images(2, n.Input))
}

// sameOutputs holds two outputs to 1e-5 of their greatest value.
func sameOutputs(t testing.TB, what string, got, want []float32) {
	t.Helper()
	scale, off := 1., 0.
	for i := range want {
		scale = max(scale, math.Abs(float64(want[i])))
		off = max(off, math.Abs(float64(got[i]-want[i])))
	}
	if len(got) != len(want) || !(off <= 1e-5*scale) {
		t.Errorf("%s: outputs of the shrunk network are off by %g, of values up to %g", what, off, scale)
	}
}

// checkShrink shrinks under a mask in both ways, and compares outputs.
func checkShrink(t *testing.T, n *nn.Network, weights nn.Weights, mask nn.WeightMask) *nn.Shrunk {
	t.Helper()
	masked, err := nn.Silence(n, weights, mask)
	if err != nil {
		t.Fatal(err)
	}
	shrunk, err := nn.Shrink(n, weights, mask, nn.Silent)
	if err != nil {
		t.Fatal(err)
	}
	sameOutputs(t, "silent", outputs(t, shrunk.Network, shrunk.Weights, nn.Inference), outputs(t, n, masked, nn.Inference))

	pruned := weights.Clone()
	for _, name := range mask.Names() {
		clear(pruned[name])
		for i := range mask.Live(name) {
			pruned[name][i] = weights[name][i]
		}
	}
	constant, err := nn.Shrink(n, weights, mask, nn.Constant)
	if err != nil {
		t.Fatal(err)
	}
	sameOutputs(t, "constant", outputs(t, constant.Network, constant.Weights, nn.Inference), outputs(t, n, pruned, nn.Inference))
	return shrunk
}

func TestShrunkZooAgreesWithMasked(t *testing.T) {
	for _, architecture := range nn.Zoo() {
		t.Run(architecture.Name, func(t *testing.T) {
			if architecture.Name == "resnet1202" && !*slow {
				t.Skip("resnet1202 has 4,207 layers, which take seconds to compile: -slow runs it")
			}
			input := architecture.Input
			input.Height, input.Width = min(input.Height, 64), min(input.Width, 64)
			n := newNetwork(t, architecture.Name, nn.ZooOptions{Input: input, Width: .25})
			random := seed.Seed(3).Stream("shrink " + n.Name)
			mask := randomMask(n, random)
			shrunk := checkShrink(t, n, randomWeights(t, n, random), mask)
			if got, whole := nn.CostOf(shrunk.Network, nil), nn.CostOf(n, nil); got.MACs >= whole.MACs*9/10 || got.Parameters >= whole.Parameters*9/10 {
				t.Errorf("%d of %d MACs and %d of %d parameters are left", got.MACs, whole.MACs, got.Parameters, whole.Parameters)
			}
		})
	}
}

// branches has what the zoo has not: concatenation, shuffles, grouped convolutions,
// pools with padding and a linear layer behind an image.
func branches(t testing.TB) *nn.Network {
	t.Helper()
	c := nn.NewComposer("branches", nn.Shape{Height: 7, Width: 6, Channels: 3})
	stem := c.Add("stem", nn.Convolution{Out: 12, Kernel: 3, Padding: 2, NoBias: true}, nn.Input)
	norm := c.Add("stem.norm", nn.BatchNorm{}, stem)
	stem = c.Add("stem.relu", nn.ReLU6, norm)
	a := c.Add("grouped", nn.Convolution{Out: 18, Kernel: 3, Padding: 1, Groups: 3}, stem)
	a = c.Add("shuffle", nn.ChannelShuffle{Groups: 3}, a)
	a = c.Add("pool", nn.MeanPool{Window: 3, Stride: 1, Padding: 1}, a)
	a = c.Add("depthwise", nn.Convolution{Out: 36, Kernel: 3, Padding: 2, Dilation: 2, Groups: 18}, a)
	b := c.Add("max", nn.MaxPool{Window: 3, Stride: 1, Padding: 1}, norm)
	b = c.Add("dilated", nn.Convolution{Out: 8, Kernel: 3, Padding: 2, Dilation: 2}, b)
	b = c.Add("dilated.norm", nn.BatchNorm{}, b)
	x := c.Add("concat", nn.Concat{}, a, b, stem)
	x = c.Add("relu", nn.ReLU, x)
	y := c.Add("pad", nn.PadShortcut{Out: 61, Stride: 2}, x)
	x = c.Add("strided", nn.Convolution{Out: 61, Kernel: 3, Padding: 1, Stride: 2}, x)
	x = c.Add("sum", nn.Add{}, x, y)
	x = c.Add("sum.relu", nn.ReLU, x)
	c.Add("fc", nn.Linear{Out: 5, NoBias: true}, x)
	network, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	return network
}

// The shrunk network also trains as the masked one: silent channels do nothing in
// the training phase either.
func TestShrunkBranchesAgreeWithMasked(t *testing.T) {
	n := branches(t)
	kinds := make(map[nn.Kind]bool)
	for i := range 40 {
		random := seed.Seed(i).Stream("branches")
		weights, mask := randomWeights(t, n, random), randomMask(n, random)
		shrunk := checkShrink(t, n, weights, mask)
		masked, err := nn.Silence(n, weights, mask)
		if err != nil {
			t.Fatal(err)
		}
		sameOutputs(t, "training", outputs(t, shrunk.Network, shrunk.Weights, nn.Training), outputs(t, n, masked, nn.Training))
		constant, err := nn.Shrink(n, weights, mask, nn.Constant)
		if err != nil {
			t.Fatal(err)
		}
		for _, node := range constant.Network.Nodes {
			kinds[node.Layer.Kind()] = true
		}
	}
	for _, kind := range []nn.Kind{nn.KindSelectChannels, nn.KindBiasMap, nn.KindPadShortcut, nn.KindConcat} {
		if !kinds[kind] {
			t.Errorf("no shrunk network has a layer of kind %s", kind)
		}
	}
}

// A channel that nothing reads goes, and one that only dead layers read.
func TestShrinkFollowsReaders(t *testing.T) {
	n := newNetwork(t, "lenet300", nn.ZooOptions{})
	editor := prune.Ones(n).Edit()
	for i := range 300 {
		editor.Set("fc2.weight", i*100+7, false) // unit 7 of fc2 reads nothing
	}
	for o := range 100 {
		editor.Set("fc2.weight", 3*100+o, false) // nothing reads unit 3 of fc1
	}
	for o := range 10 {
		editor.Set("fc3.weight", 50*10+o, false) // nothing reads unit 50 of fc2,
	}
	for o := range 100 {
		editor.Set("fc2.weight", 9*100+o, o == 50) // which alone reads unit 9 of fc1
	}
	weights := randomWeights(t, n, seed.Seed(1).Stream("readers"))
	shrunk := checkShrink(t, n, weights, editor.Mask())
	for i, want := range map[int]int{0: 298, 2: 98, 4: 10} {
		if got := shrunk.Network.Nodes[i].Shape.Channels; got != want {
			t.Errorf("layer %s has %d units, want %d", shrunk.Network.Nodes[i].Name, got, want)
		}
	}
	origins := shrunk.Origins("fc2.bias")
	if len(origins) != 98 || origins[7] != 8 || origins[97] != 99 {
		t.Errorf("fc2.bias comes from %v", origins)
	}
	if got := shrunk.Cut("fc2.bias", weights["fc2.bias"]); !slices.Equal(got, shrunk.Weights["fc2.bias"]) {
		t.Error("cutting the whole network's bias gives another than the shrunk network's")
	}
	if shrunk.Origins("fc9.bias") != nil {
		t.Error("a parameter that does not exist has origins")
	}
}

// A network that has lost nothing is the network it was.
func TestShrinkByNothing(t *testing.T) {
	for _, n := range []*nn.Network{
		branches(t), newNetwork(t, "resnet20", nn.ZooOptions{}), newNetwork(t, "mobilenetv2", nn.ZooOptions{}),
	} {
		weights := initialize(t, n, nn.KaimingNormal, 1)
		shrunk, err := nn.Shrink(n, weights, prune.Ones(n), nn.Silent)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := fmt.Sprintf("%+v", shrunk.Network.Nodes), fmt.Sprintf("%+v", n.Nodes); got != want {
			t.Errorf("network %s changed to\n%s\nfrom\n%s", n.Name, got, want)
		}
		if !shrunk.Weights.Equal(weights) {
			t.Errorf("the weights of network %s changed", n.Name)
		}
	}
}

// first lists the first of n channels from a start.
func first(n, from int) []int {
	channels := make([]int, n)
	for i := range channels {
		channels[i] = from + i
	}
	return channels
}

// The pruned CIFAR ResNets with shortcut A of the literature's counting: channels
// that blocks share by stage, and those between the two convolutions of a block.
func TestShrunkResNetCosts(t *testing.T) {
	whole := [3]int{16, 32, 64}
	for _, row := range []struct {
		name             string
		shared, inner    [3]int
		parameters, macs int
	}{
		{"resnet20", [3]int{8, 16, 32}, [3]int{8, 16, 32}, 68_050, 10_248_512},
		{"resnet20", [3]int{11, 22, 44}, [3]int{11, 22, 44}, 128_017, 19_261_880},
		{"resnet20", [3]int{16, 24, 48}, [3]int{16, 24, 48}, 159_258, 29_417_952},
		{"resnet20", whole, [3]int{8, 16, 32}, 135_754, 20_497_024},
		{"resnet20", whole, [3]int{4, 9, 19}, 79_882, 11_483_776},
		{"resnet56", [3]int{8, 16, 32}, [3]int{8, 16, 32}, 214_546, 31_482_176},
		{"resnet56", [3]int{11, 22, 44}, [3]int{11, 22, 44}, 404_293, 59_406_776},
		{"resnet56", [3]int{16, 24, 48}, [3]int{16, 24, 48}, 500_058, 89_580_000},
		{"resnet56", whole, [3]int{8, 16, 32}, 428_074, 62_964_352},
		{"resnet56", whole, [3]int{3, 6, 12}, 162_484, 23_888_512},
		{"resnet110", [3]int{8, 16, 32}, [3]int{8, 16, 32}, 434_290, 63_332_672},
		{"resnet110", [3]int{11, 22, 44}, [3]int{11, 22, 44}, 818_707, 119_624_120},
		{"resnet110", whole, [3]int{8, 16, 32}, 866_554, 126_665_344},
	} {
		n := newNetwork(t, row.name, nn.ZooOptions{})
		mask, err := nn.KeepChannels(n, resNetChannels(n, row.shared, row.inner))
		if err != nil {
			t.Fatal(err)
		}
		shrunk, err := nn.Shrink(n, nil, mask, nn.Silent)
		if err != nil {
			t.Fatal(err)
		}
		cost := nn.CostOf(shrunk.Network, nil)
		if cost.Parameters != row.parameters || cost.MACs != row.macs {
			t.Errorf("%s with %v shared and %v inner channels: %d parameters, %d MACs, want %d and %d",
				row.name, row.shared, row.inner, cost.Parameters, cost.MACs, row.parameters, row.macs)
		}
	}
}

// resNetChannels keeps so many channels of each stage. Shared ones of a stage that
// shortcut A brings to the next stay there: they move by a quarter of its channels.
func resNetChannels(n *nn.Network, shared, inner [3]int) map[string][]int {
	starts := [3]int{0, 8, 24}
	kept := map[string][]int{"conv1": first(shared[0], 0)}
	for _, p := range n.Prunable() {
		if !strings.HasPrefix(p.Layer, "layer") {
			continue
		}
		stage := int(p.Layer[len("layer")] - '1')
		if strings.HasSuffix(p.Layer, "conv1") {
			kept[p.Layer] = first(inner[stage], 0)
		} else {
			kept[p.Layer] = first(shared[stage], min(starts[stage], p.Shape[3]-shared[stage]))
		}
	}
	return kept
}

func TestShrinkErrors(t *testing.T) {
	n := small(t)
	weights := initialize(t, n, nn.KaimingNormal, 1)
	dead := prune.Ones(n).Edit()
	for i := range 72 {
		dead.Set("conv1.weight", i, false)
	}
	unread := prune.Ones(n).Edit()
	for i := range 160 {
		unread.Set("fc.weight", i, false)
	}
	const lost = "layer conv1 would lose all of its 8 channels: the mask leaves none that is both fed and read; keep at least one"
	for _, bad := range []struct {
		mask nn.WeightMask
		want string
	}{
		{dead.Mask(), lost},
		{unread.Mask(), lost},
		{prune.Ones(newNetwork(t, "lenet300", nn.ZooOptions{})), "the mask does not fit: it has fc1.weight, which is no weight of the network"},
		{prune.Ones(newNetwork(t, "resnet20", nn.ZooOptions{})), "the mask does not fit: it has 432 values for conv1.weight, the network 72 (shape [3 3 1 8])"},
	} {
		_, err := nn.Shrink(n, weights, bad.mask, nn.Silent)
		if err == nil || err.Error() != "shrink network small: "+bad.want {
			t.Errorf("got  %v\nwant %s", err, bad.want)
		}
		if gone := new(nn.LostLayerError); errors.As(err, &gone) != (bad.want == lost) || bad.want == lost && *gone != (nn.LostLayerError{Layer: "conv1", Channels: 8}) {
			t.Errorf("as a lost layer: %+v", gone)
		}
		if _, err := nn.Silence(n, weights, bad.mask); bad.want != lost && (err == nil || err.Error() != "silence network small: "+bad.want) {
			t.Errorf("got  %v\nwant %s", err, bad.want)
		}
	}
	if _, err := nn.Shrink(n, nil, prune.Ones(n), nn.Constant); err == nil || !strings.Contains(err.Error(), "without weights") {
		t.Errorf("got %v", err)
	}
	delete(weights, "fc.bias")
	if _, err := nn.Shrink(n, weights, prune.Ones(n), nn.Silent); err == nil || !strings.Contains(err.Error(), "fc.bias is missing") {
		t.Errorf("got %v", err)
	}
}

func TestKeepChannels(t *testing.T) {
	n := small(t)
	mask, err := nn.KeepChannels(n, map[string][]int{"conv1": {1, 6}})
	if err != nil {
		t.Fatal(err)
	}
	if got := slices.Collect(mask.Live("conv1.weight")); len(got) != 18 || got[0] != 1 || got[1] != 6 || got[2] != 9 {
		t.Errorf("living weights are %v", got)
	}
	if mask.CountOf("conv1.weight") != 18 || mask.SizeOf("conv1.weight") != 72 || mask.SizeOf("fc.weight") != 0 || mask.CountOf("fc.weight") != 0 {
		t.Error("sizes or counts are wrong")
	}
	for want, kept := range map[string]map[string][]int{
		"layer conv1: it would lose all of its 8 channels: keep at least one":            {"conv1": nil},
		"layer conv1: there is no channel 8 of 8":                                        {"conv1": {8}},
		"layer conv1: there is no channel -1 of 8":                                       {"conv1": {-1}},
		"layer conv1: channel 2 comes after 2: list channels in rising order, each once": {"conv1": {2, 2}},
		"bn1 is no layer with a weight":                                                  {"bn1": {0}, "conv1": {0}},
	} {
		if _, err := nn.KeepChannels(n, kept); err == nil || err.Error() != "channels of network small: "+want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
