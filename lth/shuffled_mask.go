package lth

import "context"

func init() { registerControls(ShuffledMask) }

// ShuffledMask permutes the ticket's mask within each layer and trains the weights that
// this keeps from the ticket's rewound weights. At any one level it has the
// distribution of RandomMask; but each level is drawn anew, so masks are not nested.
var ShuffledMask = Control{Name: "shuffled-mask", Start: shuffledMask}

func shuffledMask(_ context.Context, s Study, ticket Level) (Start, error) {
	mask := ticket.Mask.Shuffle(s.streams("shuffled mask", ticket.Index))
	return Start{Mask: mask, Weights: ticket.Origin.Rewound}, nil
}
