package lth_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"espalier/lth"
	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
	"espalier/train"
)

// pruned prunes a network of the zoo once by a variant's rules, its weights equally
// distributed in all layers, and returns how many weights each layer has lost, the output layer under the name
// output.
func pruned(t *testing.T, variant lth.Variant, name string) map[string]int {
	t.Helper()
	network := must(nn.New(name, nn.ZooOptions{}))(t)
	sel := must(variant.Rules(network))(t).Selection
	sel.Fraction = 0.2
	in := prune.Input{Network: network, Random: func(name string) *rand.Rand { return seed.Seed(1).Stream(name) }}
	mask := must(prune.Prune(t.Context(), prune.Random, in, sel))(t)
	lost := make(map[string]int)
	for _, p := range network.Prunable() {
		lost[p.Layer] = p.Size() - mask.CountOf(p.Name)
	}
	lost["output"] = lost[prune.OutputLayer(network)]
	delete(lost, prune.OutputLayer(network))
	return lost
}

func sum(lost map[string]int) int {
	total := 0
	for _, n := range lost {
		total += n
	}
	return total
}

// Figure 2 of Frankle and Carbin: 20 % of hidden linear layers, 10 % of the output,
// 10 % of convolutions in Conv-2 and Conv-4, 15 % in Conv-6.
func TestPaperPrunesSmallNetworksByLayer(t *testing.T) {
	for name, want := range map[string][]int{
		"lenet300": {47040, 6000, 100},
		"conv2":    {173, 3686, 838861, 13107, 256},
		"conv4":    {173, 3686, 7373, 14746, 419430, 13107, 256},
		"conv6":    {259, 5530, 11059, 22118, 44237, 88474, 209715, 13107, 256},
	} {
		network := must(nn.New(name, nn.ZooOptions{}))(t)
		lost := pruned(t, lth.Paper, name)
		var got []int
		for _, p := range network.Prunable() {
			if p.Layer == prune.OutputLayer(network) {
				p.Layer = "output"
			}
			got = append(got, lost[p.Layer])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s loses %v, want %v", name, got, want)
		}
	}
}

func TestPaperPrunesDeepNetworksGlobally(t *testing.T) {
	lost := pruned(t, lth.Paper, "resnet20b")
	if want := 54051; lost["output"] != 0 || sum(lost) != want { // round(0.2 · 270,256)
		t.Errorf("resnet20b loses %d weights, %d of them in the output layer; want %d and 0", sum(lost), lost["output"], want)
	}
}

func TestOpenLTHIgnoresTheOutputOfPlainNetworks(t *testing.T) {
	lost := pruned(t, lth.OpenLTH, "lenet300")
	if want := 53241; lost["output"] != 0 || sum(lost) != want { // ⌈0.2 · 266,200⌉ + 1
		t.Errorf("lenet300 loses %d weights, %d of them in the output layer; want %d and 0", sum(lost), lost["output"], want)
	}
	lost = pruned(t, lth.OpenLTH, "resnet20b")
	if want := 54181; lost["output"] == 0 || sum(lost) != want { // ⌈0.2 · 270,896⌉ + 1
		t.Errorf("resnet20b loses %d weights, %d of them in the output layer; want %d and some", sum(lost), lost["output"], want)
	}
}

func TestStructureLTHSparesConv1AndTheOutput(t *testing.T) {
	lost := pruned(t, lth.StructureLTH, "wrn32x2")
	if want := 370688; lost["conv1"] != 0 || lost["output"] != 0 || sum(lost) != want { // round(0.2 · 1,853,440)
		t.Errorf("wrn32x2 loses %d weights, %d in conv1 and %d in the output layer; want %d, 0 and 0", sum(lost), lost["conv1"], lost["output"], want)
	}
}

func TestUnknownVariant(t *testing.T) {
	_, err := lth.Variant("nobody").Rules(must(nn.New("lenet300", nn.ZooOptions{}))(t))
	if err == nil || !strings.Contains(err.Error(), "nobody") || !strings.Contains(err.Error(), string(lth.OpenLTH)) {
		t.Errorf("error %v", err)
	}
}

// convolutional is a network that every variant can prune, with batch norm.
func convolutional(t *testing.T) *nn.Network {
	t.Helper()
	c := nn.NewComposer("convolutional", nn.Shape{Height: 8, Width: 8, Channels: 1})
	x := c.Add("conv1", nn.Convolution{Out: 4, Kernel: 3, Stride: 2, Padding: 1, NoBias: true}, nn.Input)
	x = c.Add("bn1", nn.BatchNorm{}, x)
	x = c.Add("relu1", nn.ReLU, x)
	x = c.Add("conv2", nn.Convolution{Out: 4, Kernel: 3, Padding: 1}, x)
	x = c.Add("relu2", nn.ReLU, x)
	c.Add("fc", nn.Linear{Out: 10}, x)
	return must(c.Network())(t)
}

// rewindingStudy prunes it twice, rewinding to iteration 20 of 50.
func rewindingStudy(t *testing.T, variant lth.Variant) lth.Study {
	t.Helper()
	study := toyStudy(t)
	study.Network = convolutional(t)
	study.Test = nil
	study.Options.Variant = variant
	study.Options.Levels, study.Options.Fraction = 2, 0.1
	study.Options.Rewind = train.Iterations(20)
	study.Options.Training.BatchSize = 10
	return study
}

func TestVariantsTrainAsDocumented(t *testing.T) {
	for variant, want := range map[lth.Variant]struct {
		steps   []int // of each training
		weights []int // of each level
	}{
		// 36 + 144 + 640 weights; paper prunes the two convolutions' 180
		lth.Paper: {steps: []int{50, 30, 30}, weights: []int{820, 802, 786}},
		// conv1 and conv2, but the fraction is of all 820: 83 and then 75 go
		lth.OpenLTH: {steps: []int{20, 30, 30, 30}, weights: []int{820, 737, 662}},
		// conv2 alone
		lth.StructureLTH: {steps: []int{50, 50, 50}, weights: []int{820, 806, 793}},
	} {
		study := rewindingStudy(t, variant)
		recorder := new(recorder)
		study.Progress = recorder
		levels := collect(t, study.Tickets(t.Context()))
		if got := recorder.steps(); !slices.Equal(got, want.steps) {
			t.Errorf("%s: trainings of %v steps, want %v", variant, got, want.steps)
		}
		var weights []int
		for _, level := range levels {
			weights = append(weights, level.Mask.Count())
			if got := level.Result.Final().Iteration; got != 50 {
				t.Errorf("%s: level %d ends at iteration %d, want 50", variant, level.Index, got)
			}
			if want := must(level.Mask.Apply(level.Origin.Rewound))(t); level.Index > 0 && !level.Initial.Equal(want) {
				t.Errorf("%s: level %d does not start from the rewound weights", variant, level.Index)
			}
		}
		if !slices.Equal(weights, want.weights) {
			t.Errorf("%s: %v weights live, want %v", variant, weights, want.weights)
		}
	}
}

// All variants rewind to the same weights, running statistics among them, because
// a training of its own that stops at the rewind point is the first part of the
// whole one.
func TestVariantsRewindToTheSameWeights(t *testing.T) {
	for _, schedule := range []train.Schedule{nil, train.Cosine{}} {
		var rewound []nn.Weights
		for _, variant := range lth.Variants() {
			study := rewindingStudy(t, variant)
			study.Options.Levels = 0
			study.Options.Training.Schedule = schedule
			rewound = append(rewound, collect(t, study.Tickets(t.Context()))[0].Origin.Rewound)
		}
		initial := must(nn.Initialize(convolutional(t), "", toyStudy(t).Seed.Derive("initial weights")))(t)
		for i, weights := range rewound {
			if !weights.Equal(rewound[0]) {
				t.Errorf("schedule %v: %s rewinds to other weights than %s", schedule, lth.Variants()[i], lth.Variants()[0])
			}
			for _, name := range []string{"conv1.weight", "bn1.running_mean", "bn1.running_variance"} {
				if slices.Equal(weights[name], initial[name]) {
					t.Errorf("%s: %s has not been trained", lth.Variants()[i], name)
				}
			}
		}
	}
}

// Without rewinding, level 0 of all variants is one and the same training.
func TestVariantsAgreeOnTheDenseNetwork(t *testing.T) {
	seen := make(map[string]bool)
	for _, variant := range lth.Variants() {
		study := rewindingStudy(t, variant)
		study.Options.Levels, study.Options.Rewind = 0, train.Length{}
		seen[collect(t, study.Tickets(t.Context()))[0].Result.Weights.Digest()] = true
	}
	if len(seen) != 1 {
		t.Errorf("%d different dense networks: %v", len(seen), slices.Collect(maps.Keys(seen)))
	}
}

func TestStudyWithAnotherScore(t *testing.T) {
	study := toyStudy(t)
	study.Options.Levels = 1
	magnitude := collect(t, study.Tickets(t.Context()))
	study.Options.Score = prune.Elementwise(func(weight, initial float32) float32 { return weight * initial })
	signed := collect(t, study.Tickets(t.Context()))
	oneShot := collect(t, study.Control(t.Context(), lth.OneShot, sequence(signed)))
	if signed[1].Mask.Equal(magnitude[1].Mask) {
		t.Error("another score gave the mask of magnitude")
	}
	if !oneShot[1].Mask.Equal(signed[1].Mask) {
		t.Error("one-shot pruning does not use the study's score")
	}
}

// LeNet-300-100, two levels on real images.
func TestLeNetOnMNIST(t *testing.T) {
	mnist := openOrSkip(t, "mnist")
	few := must(mnist.Train.Balanced(60, seed.Seed(1)))(t)
	rest, validation, err := few.Split(100, seed.Seed(2))
	if err != nil {
		t.Fatal(err)
	}
	study := toyStudy(t)
	study.Network = must(nn.New("lenet300", nn.ZooOptions{}))(t)
	study.Train, study.Validation, study.Test = rest, validation, nil
	study.Options.Levels = 2
	study.Options.Training.Length = train.Iterations(5)
	study.Options.Training.Normalisation = mnist.Normalisation
	var counts []int
	for _, level := range collect(t, study.Tickets(t.Context())) {
		counts = append(counts, level.Mask.Count())
	}
	if want := []int{266200, 213060, 170538}; !slices.Equal(counts, want) {
		t.Errorf("%v weights live, want %v", counts, want)
	}
}
