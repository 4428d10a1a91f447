package lth

import (
	"context"

	"espalier/nn"
	"espalier/prune"
)

func init() {
	for _, control := range []Control{Refill, RefillPlus, ReferenceRefill, ReferenceRefillPlus} {
		registerControls(control, Reinitialized(control))
	}
}

// refillPlus is the share ρ of Refill+. The paper gives none; its VGG-16 that has
// 46.41 % of its weights left where Refill has 32.84 % fits 0.2.
const refillPlus = 0.2

// The channel-wise tickets of Chen et al., "Coarsening the Granularity: Towards
// Structurally Sparse Lottery Tickets" (ICML 2022), by the norm of weights; see
// NewRefill for other criteria.
var (
	Refill              = NewRefill("refill", prune.RefillOptions{})
	RefillPlus          = NewRefill("refill-plus", prune.RefillOptions{Extra: refillPlus})
	ReferenceRefill     = NewRefill("refill-reference", prune.RefillOptions{Variant: prune.Reference})
	ReferenceRefillPlus = NewRefill("refill-plus-reference", prune.RefillOptions{Variant: prune.Reference, Extra: refillPlus})
)

// NewRefill is a control that keeps in each layer as many whole output channels as the
// ticket's weights would fill, and trains them; see prune.Refill. The options' Spare is
// the study's, with the output layer.
//
// As Paper, channels are rated by the ticket's own trained weights, all weights are
// rewound, and the network without the removed channels is trained. As Reference they
// are rated by the trained weights of the first pruned level, whatever the level but 0,
// since the authors' command passes its checkpoint for every round; and only the weights
// of the layers that are refilled are rewound: all other parameters, the first
// convolution, biases, batch norm and the output layer among them, begin as that
// level's training left them, and running statistics have seen one batch more. There
// the whole network is trained, under the mask: removed channels keep emitting what
// batch norm adds.
func NewRefill(name string, o prune.RefillOptions) Control {
	return structural(name, func(ctx context.Context, s Study, ticket Level, spare prune.Spare) (Start, error) {
		options := o
		options.Spare = spare
		rated := ticket.Result.Weights
		// Level 0 has its own: whether level 1 has been trained by then depends on how the
		// tickets are read.
		if o.Variant == prune.Reference && ticket.Index > 0 && ticket.Origin.FirstTrained != nil {
			rated = ticket.Origin.FirstTrained
		}
		d := s.derivatives()
		defer d.Close()
		mask, err := prune.Refill(ctx, prune.Input{
			Network: s.Network, Weights: rated, Initial: ticket.Initial, Mask: ticket.Mask,
			Random: s.streams("refill", ticket.Index), Features: d.features(rated),
		}, options)
		if err != nil || o.Variant != prune.Reference {
			return Start{Mask: mask, Weights: ticket.Origin.Rewound, Shrink: true}, err
		}
		weights, err := d.halfRewound(ctx, rated, ticket.Origin.Rewound, spare)
		return Start{Mask: mask, Weights: weights}, err
	})
}

// halfRewound are trained weights after one more batch for the running statistics, with
// the prunable weights that are not spared rewound.
func (d *derivatives) halfRewound(ctx context.Context, trained, rewound nn.Weights, spare prune.Spare) (nn.Weights, error) {
	of, err := d.open()
	if err != nil {
		return nil, err
	}
	maps, err := of.FeatureMaps(ctx, trained)
	if err != nil {
		return nil, err
	}
	weights := maps.Weights
	for _, p := range d.study.Network.Prunable() {
		if !spare(p) {
			weights[p.Name] = rewound[p.Name]
		}
	}
	return weights, nil
}
