package cgp

import (
	"fmt"
	"math"

	"espalier/prune"
)

// Ladder is how far UGS prunes round by round: a fraction of the edges and one of the
// weights that are left. The zero value is that of Chen et al., ICML 2021.
type Ladder struct {
	Edges   float64 // of the edges; 0 means .05, below 0 none
	Weights float64 // of the weights, all matrices together; 0 means .2, below 0 none
	Variant prune.Variant
}

func (l Ladder) withDefaults() Ladder {
	l.Edges, l.Weights = or(l.Edges, .05), or(l.Weights, .2)
	return l
}

// Check reports invalid fractions.
func (l Ladder) Check() error {
	l = l.withDefaults()
	if !(l.Edges < 1 && l.Weights < 1) {
		return fmt.Errorf("a round removes %v of the edges and %v of the weights; both must be below 1", l.Edges, l.Weights)
	}
	return l.Variant.Check()
}

// Left are the densities after some rounds, 0 of them before the first.
func (l Ladder) Left(rounds int) Densities {
	l = l.withDefaults()
	return Densities{
		Edges: math.Pow(1-l.Edges, float64(rounds)), Features: 1, Weights: math.Pow(1-l.Weights, float64(rounds)),
	}
}

// Next is the mask of the next round: of n remaining edges, or weights, the ⌊n·p⌋ with
// the smallest scores are removed. The reference takes the score at that place of the
// sorted list and keeps what is strictly above it, one fewer if there are no ties.
func (l Ladder) Next(mask *prune.Mask, scores prune.Values, weights []string) (*prune.Mask, error) {
	l = l.withDefaults()
	for _, pool := range []struct {
		fraction float64
		names    []string
	}{{l.Edges, []string{Edges}}, {l.Weights, weights}} {
		live := 0
		for _, name := range pool.names {
			live += mask.CountOf(name)
		}
		var err error
		if mask, err = removeFraction(mask, scores, l.Variant, pool.fraction, live, pool.names); err != nil {
			return nil, err
		}
	}
	return mask, nil
}

func removeFraction(mask *prune.Mask, scores prune.Values, variant prune.Variant, fraction float64, live int, names []string) (*prune.Mask, error) {
	count := int(float64(live) * fraction)
	if fraction == 0 || live == 0 {
		return mask, nil
	}
	if variant != prune.Reference {
		return mask.Remove(scores, count, names...)
	}
	threshold, err := mask.Smallest(scores, min(count+1, live), names...)
	if err != nil {
		return nil, err
	}
	return mask.RemoveUpTo(scores, threshold, names...)
}
