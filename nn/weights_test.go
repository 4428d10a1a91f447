package nn_test

import (
	"math"
	"slices"
	"testing"

	"espalier/nn"
)

func TestWeightsEqualAndDigest(t *testing.T) {
	weights := initialize(t, small(t), nn.KaimingNormal, 1)
	clone := weights.Clone()
	if !weights.Equal(clone) || weights.Digest() != clone.Digest() {
		t.Error("a clone differs")
	}
	changes := map[string]func(w nn.Weights){
		"a value":       func(w nn.Weights) { w["conv1.weight"][3]++ },
		"a sign of 0":   func(w nn.Weights) { w["fc.bias"][0] = float32(math.Copysign(0, -1)) },
		"a length":      func(w nn.Weights) { w["fc.bias"] = w["fc.bias"][:3] },
		"a name":        func(w nn.Weights) { w["other"] = w["fc.bias"]; delete(w, "fc.bias") },
		"two swapped":   func(w nn.Weights) { w["bn1.scale"], w["bn1.offset"] = w["bn1.offset"], w["bn1.scale"] },
		"one that left": func(w nn.Weights) { delete(w, "fc.bias") },
	}
	for what, change := range changes {
		changed := weights.Clone()
		change(changed)
		if weights.Equal(changed) || weights.Digest() == changed.Digest() {
			t.Errorf("%s changed and the weights count as equal", what)
		}
	}
	if !weights.Equal(clone) {
		t.Error("a change of a clone reached the original")
	}
	nan := nn.Weights{"a": {float32(math.NaN())}}
	if !nan.Equal(nan.Clone()) {
		t.Error("NaN does not equal itself bit for bit")
	}
}

func TestWeightsNames(t *testing.T) {
	weights := nn.Weights{"b": nil, "a": nil, "c": nil}
	if got := weights.Names(); !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("got %v", got)
	}
}

func TestWeightsCheck(t *testing.T) {
	network := small(t)
	for want, change := range map[string]func(w nn.Weights){
		"weights for network small: fc.bias is missing":                                   func(w nn.Weights) { delete(w, "fc.bias") },
		"weights for network small: conv1.weight has 2 values, want 72 (shape [3 3 1 8])": func(w nn.Weights) { w["conv1.weight"] = make([]float32, 2) },
		"weights for network small: fc.scale is not a parameter of it":                    func(w nn.Weights) { w["fc.scale"] = nil },
	} {
		weights := initialize(t, network, nn.KaimingNormal, 1)
		change(weights)
		if err := weights.Check(network); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func TestMaskedWeights(t *testing.T) {
	weights := nn.Weights{"a": {1, float32(math.NaN()), float32(math.Inf(1)), -1}, "b": {2}}
	masked, err := weights.Masked(nn.NonZero{"a": {1, 0, 0, 0}})
	if err != nil || !masked.Equal(nn.Weights{"a": {1, 0, 0, 0}, "b": {2}}) {
		t.Errorf("masked weights are %v, %v", masked, err)
	}
	if weights["a"][3] != -1 {
		t.Error("the weights given were changed")
	}
	for _, bad := range []nn.NonZero{{"c": {1}}, {"b": {1, 0}}} {
		if _, err := weights.Masked(bad); err == nil {
			t.Errorf("a mask %v passes", bad)
		}
	}
}
