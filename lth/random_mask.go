package lth

import (
	"context"

	"espalier/prune"
)

func init() { registerControls(RandomMask) }

// RandomMask prunes random weights, in each layer as many as the ticket lacks, and
// trains the rest from the ticket's rewound weights: does it matter which weights live,
// or only how many in each layer? The order in which weights are pruned is drawn once,
// so the masks of a study's levels are nested, as the tickets' are.
var RandomMask = Control{Name: "random-mask", Start: randomMask}

func randomMask(ctx context.Context, s Study, ticket Level) (Start, error) {
	mask, err := prune.PruneLike(ctx, prune.Random, prune.Input{
		Network: s.Network,
		Random:  s.streams("random mask"),
	}, prune.Selection{Allocation: prune.ByLayer}, ticket.Mask)
	return Start{Mask: mask, Weights: ticket.Origin.Rewound}, err
}
