package lth

import (
	"context"

	"espalier/prune"
)

// HardFilters removes, from the trained dense network, as many filters of each layer as
// the ticket lacks, those with the least L2 norm, for good, and trains what is left from
// its trained weights: what is it worth that softly pruned filters can recover?
var HardFilters = Control{Name: "hard-filters", Start: hardFilters, Reshapes: true}

func hardFilters(_ context.Context, s Study, ticket Level) (Start, error) {
	channels, err := prune.NormFilters(s.Network, ticket.Origin.Trained, prune.L2, ticket.Mask.RemovedFilters(s.Network))
	if err != nil {
		return Start{}, err
	}
	mask, err := channels.Mask(s.Network)
	return Start{Mask: mask, Weights: ticket.Origin.Trained, Shrink: true}, err
}
