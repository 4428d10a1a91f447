package cgp_test

import (
	"testing"

	"espalier/cgp"
	"espalier/prune"
)

func TestLadderPrunes(t *testing.T) {
	weights := []string{"first", "second"}
	for _, c := range []struct {
		variant        prune.Variant
		edges, weights [2]int // after one round and after two
	}{
		// 300 edges: ⌊.05·300⌋ = 15, then ⌊.05·285⌋ = 14; 440 weights: 88, then 70.
		{prune.Paper, [2]int{285, 271}, [2]int{352, 282}},
		// One more each time.
		{prune.Reference, [2]int{284, 269}, [2]int{351, 280}},
	} {
		m := training(1, 0)
		mask := m.Mask
		for round := range 2 {
			next, err := cgp.Ladder{Variant: c.variant}.Next(mask, m.Scores, weights)
			if err != nil {
				t.Fatal(err)
			}
			if !next.Subset(mask) {
				t.Error("a round brings something back")
			}
			mask = next
			if e, w := mask.CountOf(cgp.Edges), mask.CountOf("first")+mask.CountOf("second"); e != c.edges[round] || w != c.weights[round] {
				t.Errorf("%s round %d: %d edges and %d weights left, want %d and %d", c.variant, round+1, e, w, c.edges[round], c.weights[round])
			}
		}
		if mask.CountOf(cgp.Features) != 50 {
			t.Error("a round removes features")
		}
	}
}

func TestLadderRefuses(t *testing.T) {
	for _, l := range []cgp.Ladder{{Edges: 1}, {Weights: -1}, {Variant: "other"}} {
		if l.Check() == nil {
			t.Errorf("%+v passes", l)
		}
	}
}
