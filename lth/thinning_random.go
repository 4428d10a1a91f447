package lth

import (
	"context"

	"espalier/nn"
	"espalier/prune"
)

func init() { registerThinning(RandomThinning) }

// RandomThinning removes as many filters of each layer as L1Filters does for the same
// amount, chosen at random: is it worth rating them?
var RandomThinning = Thinning{Name: "random-filters", Choose: func(_ context.Context, s Study, _ nn.Weights, amount string) (prune.Channels, error) {
	removals, err := stageRemovals(s.Network, amount)
	if err != nil {
		return nil, err
	}
	return prune.RandomFilters(s.Network, removals, s.streams("random thinning"))
}}
