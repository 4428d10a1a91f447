package prune_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"espalier/nn"
	"espalier/prune"
)

// matrix is a network of one layer with as many inputs and outputs.
func matrix(t testing.TB, inputs, outputs int) *nn.Network {
	t.Helper()
	c := nn.NewComposer("matrix", nn.Vector(inputs))
	c.Add("fc", nn.Linear{Out: outputs, NoBias: true}, nn.Input)
	return must[*nn.Network](t)(c.Network())
}

const fc = "fc.weight"

// keptChannels counts channels that live wholly and those that live in part.
func keptChannels(m *prune.Mask, name string) (whole, part int) {
	shape := m.Shape(name)
	counts := make([]int, shape[len(shape)-1])
	for i := range m.Live(name) {
		counts[i%len(counts)]++
	}
	for _, count := range counts {
		switch {
		case count == m.SizeOf(name)/len(counts):
			whole++
		case count > 0:
			part++
		}
	}
	return whole, part
}

// The numbers of channels that the authors' code keeps of a layer of a density, and
// those that the paper means.
func TestRefillKeepsChannels(t *testing.T) {
	const inputs = 1000
	for _, c := range []struct {
		density   float64
		reference [4]int
	}{
		{0.8, [4]int{52, 103, 205, 410}},
		{0.64, [4]int{41, 82, 164, 328}},
		{0.512, [4]int{33, 66, 132, 263}},
		{0.4096, [4]int{27, 53, 105, 210}},
		{0.32768, [4]int{21, 42, 84, 168}},
		{0.262144, [4]int{17, 34, 68, 135}},
	} {
		for i, channels := range []int{64, 128, 256, 512} {
			in := input(t, matrix(t, inputs, channels), 3)
			in.Mask = must[*prune.Mask](t)(prune.Prune(t.Context(), prune.Random, in, prune.Selection{Fraction: 1 - c.density}))
			for variant, want := range map[prune.Variant]int{
				prune.Reference: c.reference[i],
				prune.Paper:     int(math.Ceil(float64(in.Mask.CountOf(fc)) / inputs)),
			} {
				refilled := must[*prune.Mask](t)(prune.Refill(t.Context(), in, prune.RefillOptions{Variant: variant}))
				if whole, part := keptChannels(refilled, fc); whole != want || part != 0 {
					t.Errorf("%s, density %v: of %d channels %d live and %d in part, want %d", variant, c.density, channels, whole, part, want)
				}
			}
		}
	}
}

func TestRefillPlusKeepsMore(t *testing.T) {
	in := input(t, matrix(t, 100, 10), 3)
	in.Mask = must[*prune.Mask](t)(prune.Prune(t.Context(), prune.Random, in, prune.Selection{Fraction: 0.7}))
	for _, c := range []struct {
		extra            float64
		paper, reference int
	}{
		{0, 3, 4}, {0.2, 5, 5}, {0.5, 7, 7}, {1, 10, 10},
	} {
		for variant, want := range map[prune.Variant]int{prune.Paper: c.paper, prune.Reference: c.reference} {
			refilled := must[*prune.Mask](t)(prune.Refill(t.Context(), in, prune.RefillOptions{Variant: variant, Extra: c.extra}))
			if whole, part := keptChannels(refilled, fc); whole != want || part != 0 {
				t.Errorf("%s, extra %v: %d channels live and %d in part, want %d", variant, c.extra, whole, part, want)
			}
		}
	}
}

// weights of a matrix are given by input and output.
func matrixWeights(rows ...[]float32) nn.Weights {
	var flat []float32
	for _, row := range rows {
		flat = append(flat, row...)
	}
	return nn.Weights{fc: flat}
}

// Each criterion rates another of four channels highest; one of four is kept.
func TestCriteria(t *testing.T) {
	in := input(t, matrix(t, 4, 4), 3)
	editor := prune.Ones(in.Network).Edit()
	for i := range 16 {
		editor.Set(fc, i, i%4 == 0 && i < 8 || i == 1 || i == 2)
	}
	in.Mask = editor.Mask() // channel 0 has two live weights, channels 1 and 2 have one
	in.Weights = matrixWeights(
		[]float32{1, -5, 1, 9},
		[]float32{1, 9, 9, 9},
		[]float32{9, 9, 9, 9},
		[]float32{9, 9, 99, 9})
	in.Features = func(context.Context) (*prune.FeatureMaps, error) {
		return &prune.FeatureMaps{
			L1:       map[string][]float32{fc: {0, 0, 1, 0}},
			L2:       map[string][]float32{fc: {0, 0, 0, 1}},
			Saliency: map[string][]float32{fc: {2, 0, 1, 0}},
			// Two images of two channels: in the order image, channel, cut in four.
			First: prune.FeatureMap{Shape: [4]int{2, 1, 1, 2}, Values: []float32{1, -3, 2, 2}, Gradients: []float32{5, 1, 1, 4}},
		}, nil
	}
	for _, c := range []struct {
		criterion        prune.Criterion
		paper, reference int
	}{
		{"", 1, 2},
		{prune.WeightNorm, 1, 2},
		{prune.Surviving, 0, 0},
		{prune.FeatureL1, 2, 1},
		{prune.FeatureL2, 3, 1},
		{prune.Saliency, 0, 3},
	} {
		for variant, want := range map[prune.Variant]int{prune.Paper: c.paper, prune.Reference: c.reference} {
			// Density ¼ keeps one channel of the paper's. The code keeps one above
			// its threshold, and one at it.
			refilled := must[*prune.Mask](t)(prune.Refill(t.Context(), in, prune.RefillOptions{Variant: variant, Criterion: c.criterion}))
			channels := refilled.Channels(fc)
			if whole, _ := keptChannels(refilled, fc); !channels[want] || variant == prune.Paper && whole != 1 {
				t.Errorf("%s, %q: channels %v live, want %d among them", variant, c.criterion, channels, want)
			}
		}
	}
}

// In the authors' code all channels with as many survivors as the threshold but one,
// drawn at random, keep their unstructured mask.
func TestReferenceRefillLeavesTies(t *testing.T) {
	in := input(t, matrix(t, 10, 6), 3)
	editor := prune.Ones(in.Network).Edit()
	for i := range 60 {
		editor.Set(fc, i, i/6 < 5 && i%6 < 5 || i/6 < 8 && i%6 == 5)
	}
	in.Mask = editor.Mask() // five channels with 5 weights of 10, the last with 8: 3.3 channels
	o := prune.RefillOptions{Variant: prune.Reference, Criterion: prune.Surviving}
	refilled := must[*prune.Mask](t)(prune.Refill(t.Context(), in, o))
	if whole, part := keptChannels(refilled, fc); whole != 2 || part != 4 {
		t.Errorf("%d channels live and %d in part, want 2 and 4", whole, part)
	}
	if again := must[*prune.Mask](t)(prune.Refill(t.Context(), in, o)); !again.Equal(refilled) {
		t.Error("the same streams drew another channel")
	}
	o.Variant = prune.Paper
	if whole, part := keptChannels(must[*prune.Mask](t)(prune.Refill(t.Context(), in, o)), fc); whole != 4 || part != 0 {
		t.Errorf("as the paper means it %d channels live and %d in part, want 4 and none", whole, part)
	}
}

func TestReferenceRefillOfADenseLayer(t *testing.T) {
	in := input(t, matrix(t, 10, 6), 3)
	in.Features = func(context.Context) (*prune.FeatureMaps, error) {
		return &prune.FeatureMaps{First: prune.FeatureMap{Shape: [4]int{6, 1, 1, 1}, Values: make([]float32, 6), Gradients: make([]float32, 6)}}, nil
	}
	for criterion, fails := range map[prune.Criterion]bool{"": false, prune.WeightNorm: false, prune.Surviving: false, prune.FeatureL1: true} {
		mask, err := prune.Refill(t.Context(), in, prune.RefillOptions{Variant: prune.Reference, Criterion: criterion})
		if (err != nil) != fails || err == nil && mask.Density() != 1 {
			t.Errorf("%q: mask %v, error %v", criterion, mask, err)
		}
	}
}

func TestRefillSparesAndRefuses(t *testing.T) {
	in := input(t, perceptron(t), 3)
	in.Mask = drawn(in.Network, 5)
	refilled := must[*prune.Mask](t)(prune.Refill(t.Context(), in, prune.RefillOptions{Spare: prune.SpareLayers("fc2")}))
	if !slices.Equal(refilled.Float32("fc2.weight"), in.Mask.Float32("fc2.weight")) {
		t.Error("the spared layer has changed")
	}
	empty := in
	empty.Mask = prune.Ones(in.Network).Not()
	broken := in
	broken.Weights = in.Weights.Clone()
	broken.Weights["fc1.weight"][slices.Collect(in.Mask.Live("fc1.weight"))[0]] = float32(math.NaN())
	for reason, c := range map[string]struct {
		in prune.Input
		o  prune.RefillOptions
	}{
		"lose all channels":      {empty, prune.RefillOptions{}},
		"no weight of layer fc1": {empty, prune.RefillOptions{Variant: prune.Reference}},
		"not a number":           {broken, prune.RefillOptions{}},
		"no criterion is called": {in, prune.RefillOptions{Criterion: "beauty"}},
		"no variant is called":   {in, prune.RefillOptions{Variant: "mine"}},
		"not in [0, 1]":          {in, prune.RefillOptions{Extra: 1.5}},
		"no feature maps":        {in, prune.RefillOptions{Criterion: prune.Saliency}},
	} {
		if _, err := prune.Refill(t.Context(), c.in, c.o); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("error %v, want one with %q", err, reason)
		}
	}
}
