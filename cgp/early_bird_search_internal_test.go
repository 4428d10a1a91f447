package cgp

import (
	"math"
	"testing"

	"espalier/prune"
)

func birdOf(t *testing.T, o EarlyBirdOptions) *EarlyBirdTicket {
	t.Helper()
	bird, err := FindEarlyBird(t.Context(), plantedProblem(t, ""), o)
	if err != nil {
		t.Fatal(err)
	}
	return bird
}

func TestEarlyBirdIsFound(t *testing.T) {
	g, _ := planted(t)
	reverse := reversed(g)
	for name, o := range map[string]EarlyBirdOptions{
		"graph": {Edges: .6}, "joint": {Edges: .6, Weights: .3}, "to the end": {Edges: .6, WholeSearch: true},
	} {
		o.Epochs = 60
		bird := birdOf(t, o)
		if o.WholeSearch != (bird.Found == 60) || !bird.Still || len(bird.Distances) != bird.Found-3 {
			t.Errorf("%s: found at %d after %d distances, still %t", name, bird.Found, len(bird.Distances), bird.Still)
		}
		for i, d := range bird.Distances {
			if last := i == len(bird.Distances)-1; !o.WholeSearch && last != (d < .1) {
				t.Errorf("%s: distance %d of %d is %v", name, i, len(bird.Distances), d)
			}
		}
		if !within(bird.Left.Edges, .6, .01) {
			t.Errorf("%s: %v of the edges left", name, bird.Left.Edges)
		}
		for entry, other := range reverse {
			if bird.Mask.Lives(Edges, entry) != bird.Mask.Lives(Edges, int(other)) {
				t.Fatalf("%s: one direction of an edge lives", name)
			}
		}
		if o.Weights > 0 {
			if !within(bird.Left.Weights, .3, .01) {
				t.Errorf("%s: %v of the weights left", name, bird.Left.Weights)
			}
			for i, x := range bird.Weights["convolution1.weight"] {
				if !bird.Mask.Lives("convolution1.weight", i) && math.Float32bits(x) != 0 {
					t.Fatalf("%s: weight %d is pruned and %v", name, i, x)
				}
			}
		}
	}
}

func TestEarlyBirdRepeats(t *testing.T) {
	o := EarlyBirdOptions{Edges: .6, Weights: .3, Epochs: 40}
	first, again := birdOf(t, o), birdOf(t, o)
	if first.Found != again.Found || !first.Mask.Equal(again.Mask) || first.Weights.Digest() != again.Weights.Digest() {
		t.Error("the search ends elsewhere")
	}
}

func TestEarlyBirdRefuses(t *testing.T) {
	p := plantedProblem(t, "")
	for _, o := range []EarlyBirdOptions{{Edges: 2}, {Weights: -1}, {Epochs: -1}, {Rule: EarlyBird{Window: -1}}} {
		if _, err := FindEarlyBird(t.Context(), p, o); err == nil {
			t.Errorf("%+v passes", o)
		}
	}
	var err error
	keep := bools(prune.OnesOf(nil), Edges)
	for i := range p.Graph.Counts().Entries {
		keep = append(keep, i > 0)
	}
	if p.Graph, err = p.Graph.KeepEdges(keep); err != nil {
		t.Fatal(err)
	}
	if _, err := FindEarlyBird(t.Context(), p, EarlyBirdOptions{}); err == nil {
		t.Error("a directed graph passes")
	}
}
