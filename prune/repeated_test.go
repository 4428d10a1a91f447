package prune_test

import (
	"strings"
	"testing"

	"espalier/prune"
)

// Layers of 70 and 30 weights, pruned until nothing is left.
func TestCheckRepeated(t *testing.T) {
	n := perceptron(t)
	for _, c := range []struct {
		name  string
		sel   prune.Selection
		times int // that are possible
		want  string
	}{
		// 100 → 10 → 1 → 0
		{"global", prune.Selection{Fraction: 0.9}, 2, "pruned 3 times by 0.9, none of the 100 weights of the layers from fc1 to fc2 is left"},
		// 30 → 3 → 0, a layer of which the other one would have had weights
		{"by layer", prune.Selection{Fraction: 0.9, Allocation: prune.ByLayer}, 1, "pruned 2 times by 0.9, none of the 30 weights of layer fc2 is left"},
		// 30 − (⌈0.2 · 100⌉ + 1) = 9, of which ⌈0.2 · 79⌉ + 1 go
		{"beside spared weights", prune.Selection{Fraction: 0.2, Count: prune.CeilPlusOne, Spare: prune.SpareLayers("fc1")}, 1, "none of the 30 weights of layer fc2"},
	} {
		if err := c.sel.CheckRepeated(n, c.times); err != nil {
			t.Errorf("%s: %d times: %v", c.name, c.times, err)
		}
		if err := c.sel.CheckRepeated(n, c.times+1); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %d times: error %v, want one line with %q", c.name, c.times+1, err, c.want)
		}
	}
	if err := (prune.Selection{}).CheckRepeated(n, 99); err != nil {
		t.Errorf("pruning nothing: %v", err)
	}
	if err := (prune.Selection{Fraction: 2}).CheckRepeated(n, 1); err == nil {
		t.Error("a fraction of 2 is taken")
	}
}

// The counts are those that pruning has.
func TestCheckRepeatedAgreesWithPruning(t *testing.T) {
	in := input(t, perceptron(t), 1)
	sel := prune.Selection{Fraction: 0.7, Allocation: prune.ByLayer}
	times := 0
	for emptied := false; !emptied; times++ {
		in.Mask = must[*prune.Mask](t)(prune.Prune(t.Context(), prune.Magnitude, in, sel))
		for _, name := range in.Mask.Names() {
			emptied = emptied || in.Mask.CountOf(name) == 0
		}
	}
	if err := sel.CheckRepeated(in.Network, times-1); err != nil {
		t.Errorf("%d times: %v", times-1, err)
	}
	if sel.CheckRepeated(in.Network, times) == nil {
		t.Errorf("%d times, which empty a layer, are taken", times)
	}
}
