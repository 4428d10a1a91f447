package lth

import (
	"context"

	"espalier/prune"
)

func init() { registerControls(RandomFilters) }

// RandomFilters removes as many filters of each layer as the ticket lacks, chosen at
// random, and trains the rest from the rewound weights: does it matter which filters
// live, or only how many in each layer?
var RandomFilters = Control{Name: "random-filters", Start: randomFilters, Reshapes: true}

func randomFilters(_ context.Context, s Study, ticket Level) (Start, error) {
	channels, err := prune.RandomFilters(s.Network, ticket.Mask.RemovedFilters(s.Network), s.streams("random filters", ticket.Index))
	if err != nil {
		return Start{}, err
	}
	mask, err := channels.Mask(s.Network)
	return Start{Mask: mask, Weights: ticket.Origin.Rewound, Shrink: true}, err
}
