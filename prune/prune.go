package prune

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"espalier/nn"
)

// Selection says which of the rated weights are removed.
type Selection struct {
	// Fraction of the live weights to remove, in [0, 1]. At 0 nothing is.
	Fraction float64
	// Allocation is Global where nil.
	Allocation Allocation
	// Count is Round where nil.
	Count Count
	// Spare tells the parameters to leave alone; nil is none.
	Spare Spare
	// Rounds is in how many rounds the fraction is removed: before each, what is
	// left is rated anew. 0 is one round, "one-shot". The number that goes in the
	// end is the same.
	Rounds int
	// Curve says how much is gone after each round; nil is Exponential.
	Curve Curve
}

// Prune returns the input's mask without the lowest rated of its live weights: from
// each pool of the selection's allocation it removes exactly as many as the count says,
// or all there are. Among equal values the one that comes first in the network, and
// within a parameter the one at the lower index, is removed first. A pruned weight
// never comes back. A value that is not a number is an error.
func Prune(ctx context.Context, score Score, in Input, sel Selection) (*Mask, error) {
	if sel.Fraction == 0 {
		return in.mask()
	}
	count := sel.count()
	return prune(ctx, score, in, sel, func(pool Pool, mask *Mask) (int, error) {
		if pool.Fraction == 0 {
			return 0, nil
		}
		return count(pool.Fraction, mask.countOf(pool.Parameters), mask.countOf(pool.Beside)), nil
	})
}

// PruneLike prunes each pool of the selection down to the number of live weights that a
// target mask has there; the selection's fraction and count do not matter. This gives
// one-shot pruning and random masks exactly the size of a ticket. It is an error if the
// target has more live weights than the input's mask.
func PruneLike(ctx context.Context, score Score, in Input, sel Selection, target *Mask) (*Mask, error) {
	if err := target.Fits(in.Network); err != nil {
		return nil, fmt.Errorf("prune: target: %w", err)
	}
	return prune(ctx, score, in, sel, func(pool Pool, mask *Mask) (int, error) {
		live, wanted := mask.countOf(pool.Parameters), target.countOf(pool.Parameters)
		if wanted > live {
			return 0, fmt.Errorf("the target keeps %d weights of %s, of which only %d live: pruning does not bring any back",
				wanted, pool.layers(), live)
		}
		return live - wanted, nil
	})
}

func (in Input) mask() (*Mask, error) {
	if in.Network == nil {
		return nil, errors.New("prune: the input has no network")
	}
	if in.Mask == nil {
		return Ones(in.Network), nil
	}
	if err := in.Mask.Fits(in.Network); err != nil {
		return nil, fmt.Errorf("prune: %w", err)
	}
	return in.Mask, nil
}

func prune(ctx context.Context, score Score, in Input, sel Selection, removed func(Pool, *Mask) (int, error)) (*Mask, error) {
	before, err := in.mask()
	if err != nil {
		return nil, err
	}
	pools, err := sel.pools(in.Network)
	if err != nil {
		return nil, fmt.Errorf("prune: %w", err)
	}
	mask := before
	for round := 1; round <= sel.rounds(); round++ {
		in.Mask = mask
		values, err := score(ctx, in)
		if err != nil {
			return nil, fmt.Errorf("prune: %w", err)
		}
		for _, pool := range pools {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := values.check(pool.Parameters, mask); err != nil {
				return nil, fmt.Errorf("prune: %w", err)
			}
			live := before.countOf(pool.Parameters)
			total, err := removed(pool, before)
			if err != nil {
				return nil, fmt.Errorf("prune: %w", err)
			}
			total = min(max(total, 0), live)
			gone := live - mask.countOf(pool.Parameters)
			mask = mask.removeLowest(pool.Parameters, values, sel.cumulative(total, live, round)-gone)
		}
	}
	return mask, nil
}

// pools asks the allocation, and checks what it says.
func (sel Selection) pools(n *nn.Network) ([]Pool, error) {
	var candidates, spared []nn.Parameter
	for _, p := range n.Prunable() {
		if sel.Spare != nil && sel.Spare(p) {
			spared = append(spared, p)
		} else {
			candidates = append(candidates, p)
		}
	}
	allocation := sel.Allocation
	if allocation == nil {
		allocation = Global
	}
	pools := allocation(n, sel.Fraction, candidates, spared)
	free := make(map[string]bool, len(candidates))
	for _, p := range candidates {
		free[p.Name] = true
	}
	for _, pool := range pools {
		if !(pool.Fraction >= 0 && pool.Fraction <= 1) {
			return nil, fmt.Errorf("the fraction %v to remove is not in [0, 1]", pool.Fraction)
		}
		for _, p := range pool.Parameters {
			if !free[p.Name] {
				return nil, fmt.Errorf("the allocation puts %s into two pools, or it is spared or unknown", p.Name)
			}
			free[p.Name] = false
		}
	}
	return slices.DeleteFunc(pools, func(pool Pool) bool { return len(pool.Parameters) == 0 }), nil
}

func (m *Mask) countOf(parameters []nn.Parameter) int {
	count := 0
	for _, p := range parameters {
		count += m.CountOf(p.Name)
	}
	return count
}

// check reports the first parameter whose live weights are not all rated.
func (v Values) check(parameters []nn.Parameter, mask *Mask) error {
	for _, p := range parameters {
		rated := v[p.Name]
		if len(rated) != p.Size() {
			return fmt.Errorf("the score gave %d values for the %d weights of %s", len(rated), p.Size(), p.Name)
		}
		for i := range mask.Live(p.Name) {
			if math.IsNaN(float64(rated[i])) {
				return fmt.Errorf("the score of weight %d of %s is not a number: has training diverged?", i, p.Name)
			}
		}
	}
	return nil
}
