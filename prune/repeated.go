package prune

import (
	"fmt"

	"espalier/nn"
)

// CheckRepeated returns an error if pruning a whole network so many times by the
// selection would leave nothing of one of its pools. This depends only on counts, so it
// is known before anything is trained.
func (sel Selection) CheckRepeated(n *nn.Network, times int) error {
	pools, err := sel.pools(n)
	if err != nil {
		return err
	}
	count, whole := sel.count(), Ones(n)
	live, beside := make([]int, len(pools)), make([]int, len(pools))
	for i, pool := range pools {
		live[i], beside[i] = whole.countOf(pool.Parameters), whole.countOf(pool.Beside)
	}
	for range times {
		for i, pool := range pools {
			if pool.Fraction == 0 {
				continue
			}
			live[i] -= min(max(count(pool.Fraction, live[i], beside[i]), 0), live[i])
			if live[i] == 0 {
				return fmt.Errorf("pruned %d times by %v, none of the %d weights of %s is left: prune less often, or less at a time",
					times, pool.Fraction, whole.countOf(pool.Parameters), pool.layers())
			}
		}
	}
	return nil
}

// count is how the selection counts.
func (sel Selection) count() Count {
	if sel.Count == nil {
		return Round
	}
	return sel.Count
}

// layers names the layers of a pool.
func (p Pool) layers() string {
	first, last := p.Parameters[0].Layer, p.Parameters[len(p.Parameters)-1].Layer
	if first == last {
		return "layer " + first
	}
	return fmt.Sprintf("the layers from %s to %s", first, last)
}
