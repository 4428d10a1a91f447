package lth

import (
	"context"

	"espalier/prune"
)

func init() { registerControls(Dense) }

// Dense is the whole network, trained from the weights that the ticket was rewound
// to. Rewound to the beginning, it is level 0.
var Dense = Control{Name: "dense", Start: dense}

func dense(_ context.Context, s Study, ticket Level) (Start, error) {
	return Start{Mask: prune.Ones(s.Network), Weights: ticket.Origin.Rewound}, nil
}
