package lth

import (
	"context"

	"espalier/prune"
)

func init() {
	for _, control := range []Control{Regroup, ReferenceRegroup} {
		registerControls(control, Reinitialized(control))
	}
}

// The group-wise tickets of Chen et al., "Coarsening the Granularity: Towards
// Structurally Sparse Lottery Tickets" (ICML 2022).
var (
	Regroup          = NewRegroup("regroup", prune.RegroupOptions{})
	ReferenceRegroup = NewRegroup("regroup-reference", prune.RegroupOptions{Variant: prune.Reference})
)

// NewRegroup is a control that makes dense blocks of the ticket's mask and trains them
// from the rewound weights, those of refilled positions too; see prune.Regroup. The
// options' Spare is the study's, with the output layer. As Paper, channels that are in
// no block are removed from the network that is trained, as NewRefill does.
func NewRegroup(name string, o prune.RegroupOptions) Control {
	return structural(name, func(ctx context.Context, s Study, ticket Level, spare prune.Spare) (Start, error) {
		options := o
		options.Spare = spare
		mask, _, err := prune.Regroup(ctx, prune.Input{
			Network: s.Network, Mask: ticket.Mask, Random: s.streams("regroup", ticket.Index),
		}, options)
		return Start{Mask: mask, Weights: ticket.Origin.Rewound, Shrink: o.Variant != prune.Reference}, err
	})
}
