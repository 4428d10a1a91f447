package lth

import (
	"context"

	"espalier/prune"
)

func init() { registerControls(OneShot) }

// OneShot prunes the trained dense network at once to the ticket's density, by the
// study's score, and rewinds what is left (Frankle and Carbin, section 2). Where the
// variant prunes layer by layer, each layer has the ticket's density; where it prunes
// globally, the whole network.
var OneShot = Control{Name: "one-shot", Start: oneShot}

func oneShot(ctx context.Context, s Study, ticket Level) (Start, error) {
	rules, err := s.Options.rules(s.Network)
	if err != nil {
		return Start{}, err
	}
	d := s.derivatives()
	defer d.Close()
	mask, err := prune.PruneLike(ctx, s.Options.score(), prune.Input{
		Network:     s.Network,
		Weights:     ticket.Origin.Trained,
		Initial:     ticket.Origin.Rewound,
		Random:      s.streams("one-shot score"),
		Derivatives: d,
	}, rules.Selection, ticket.Mask)
	return Start{Mask: mask, Weights: ticket.Origin.Rewound}, err
}
