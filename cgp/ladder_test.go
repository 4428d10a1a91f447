package cgp_test

import (
	"math"
	"testing"

	"espalier/cgp"
	"espalier/gnn"
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

// A ladder of edges alone leaves all weights, and one of weights alone all edges.
func TestLadderOfOne(t *testing.T) {
	for _, variant := range []prune.Variant{prune.Paper, prune.Reference} {
		for _, c := range []struct {
			ladder cgp.Ladder
			left   cgp.Densities
		}{
			{cgp.Ladder{Edges: gnn.None, Weights: .5}, cgp.Densities{Edges: 1, Features: 1, Weights: .25}},
			{cgp.Ladder{Edges: .5, Weights: gnn.None}, cgp.Densities{Edges: .25, Features: 1, Weights: 1}},
		} {
			c.ladder.Variant = variant
			if got := c.ladder.Left(2); c.ladder.Check() != nil || got != c.left {
				t.Errorf("%+v leaves %v, want %v; %v", c.ladder, got, c.left, c.ladder.Check())
			}
			m := training(1, 0)
			mask := m.Mask
			for range 2 {
				var err error
				if mask, err = c.ladder.Next(mask, m.Scores, []string{"first", "second"}); err != nil {
					t.Fatal(err)
				}
			}
			weights, all := mask.CountOf("first")+mask.CountOf("second"), 440
			if (mask.CountOf(cgp.Edges) == 300) != (c.left.Edges == 1) || (weights == all) != (c.left.Weights == 1) {
				t.Errorf("%+v leaves %d of 300 edges and %d of %d weights", c.ladder, mask.CountOf(cgp.Edges), weights, all)
			}
		}
	}
}

func TestLadderRefuses(t *testing.T) {
	for _, l := range []cgp.Ladder{{Edges: 1}, {Weights: 1}, {Edges: math.NaN()}, {Variant: "other"}} {
		if l.Check() == nil {
			t.Errorf("%+v passes", l)
		}
	}
}
