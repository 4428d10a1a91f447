package lth

import (
	"context"

	"espalier/nn"
	"espalier/prune"
)

func init() { registerThinning(L1Filters) }

// L1Filters removes the filters of inner convolutions with the smallest L1 norm (Li et
// al., "Pruning filters for efficient ConvNets", ICLR 2017). An amount is as
// prune.ParseStageFractions reads it: A, or 0.6/0.3/0.1.
var L1Filters = Thinning{Name: "l1-filters", Choose: func(_ context.Context, s Study, trained nn.Weights, amount string) (prune.Channels, error) {
	removals, err := stageRemovals(s.Network, amount)
	if err != nil {
		return nil, err
	}
	return prune.NormFilters(s.Network, trained, prune.L1, removals)
}}

func stageRemovals(n *nn.Network, amount string) (prune.Removals, error) {
	fractions, err := prune.ParseStageFractions(n, amount)
	if err != nil {
		return nil, err
	}
	return fractions.Removals(n)
}
