package lth

import (
	"context"

	"espalier/prune"
)

func init() { registerControls(HardFilters) }

// HardFilters removes from each layer of the trained dense network, for good, as many
// filters as the ticket lacks, those with the smallest L2 norm, and trains what is left
// from its trained weights: is it worth letting softly pruned filters recover?
var HardFilters = Control{Name: "hard-filters", Start: hardFilters, Reshapes: true}

func hardFilters(_ context.Context, s Study, ticket Level) (Start, error) {
	channels, err := prune.NormFilters(s.Network, ticket.Origin.Trained, prune.L2, ticket.Mask.RemovedFilters(s.Network))
	if err != nil {
		return Start{}, err
	}
	mask, err := channels.Mask(s.Network)
	return Start{Mask: mask, Weights: ticket.Origin.Trained, Shrink: true}, err
}
