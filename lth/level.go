package lth

import (
	"fmt"

	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// Level is one trained network of a study: a ticket, or a control's counterpart of
// one.
type Level struct {
	// Method is "tickets" or the control's name.
	Method string
	// Index is how often the ticket was pruned; 0 is the dense network.
	Index int
	Mask  *prune.Mask
	// Remaining is the mask's density: the fraction that lives of all weights that
	// can be pruned, those of spared layers among them.
	Remaining float64
	// Initial are the weights that training began from, pruned ones at 0.
	Initial nn.Weights
	Origin  *Origin
	// Result is the result of the training; its weights are those of the network that
	// Trained returns.
	Result *train.Result
	// Shrunk is the smaller network that was trained in place of the study's, nil
	// where it was the study's.
	Shrunk *nn.Shrunk

	// start is where in the schedule training began.
	start train.Length
	// slowed says that it was trained at a lower rate than the study's.
	slowed bool
}

// withStart returns the level as it starts, before training.
func (l Level) withStart(n *nn.Network, start Start) (Level, error) {
	l.Mask, l.Remaining = start.Mask, start.Mask.Density()
	var err error
	if start.Shrink {
		l.Initial, l.Shrunk, err = shrink(n, start)
	} else {
		l.Initial, err = start.Mask.Apply(start.Weights)
	}
	if err != nil {
		return Level{}, fmt.Errorf("level %d: %w", l.Index, err)
	}
	return l, nil
}

// RewoundTo is the dense level of a study that rewinds to another moment, one of the
// study's Snapshots, at which the dense network's training has kept the weights.
func (l Level) RewoundTo(moment train.Length) (Level, error) {
	weights, ok := l.Result.Snapshots[moment.String()]
	if !ok {
		return Level{}, fmt.Errorf("the training of level %d has kept no weights at %s", l.Index, moment)
	}
	l.Origin = &Origin{Rewound: weights, Trained: l.Origin.Trained}
	return l, nil
}

// shrink returns the start's silenced weights and the network without the channels that
// its mask removes, nil if it removes none.
func shrink(n *nn.Network, start Start) (nn.Weights, *nn.Shrunk, error) {
	initial, err := nn.Silence(n, start.Weights, start.Mask)
	if err != nil {
		return nil, nil, err
	}
	shrunk, err := nn.Shrink(n, start.Weights, start.Mask, nn.Silent)
	if err != nil {
		return nil, nil, err
	}
	if nn.CostOf(shrunk.Network, nil).Parameters == nn.CostOf(n, nil).Parameters {
		return initial, nil, nil
	}
	return initial, shrunk, nil
}

// Trained is the network that was trained in a study of a network, and the mask that it
// was trained under: the network itself, or the level's Shrunk.
func (l Level) Trained(n *nn.Network) (*nn.Network, *prune.Mask) {
	if l.Shrunk == nil {
		return n, l.Mask
	}
	return l.Shrunk.Network, l.Mask.Shrink(l.Shrunk)
}

// startsLike reports whether training another level was the same as training this
// one would be.
func (l Level) startsLike(trained Level) bool {
	return trained.Result != nil && l.start == trained.start && l.slowed == trained.slowed && l.Mask.Equal(trained.Mask) && l.Initial.Equal(trained.Initial)
}

// Start is what a level is trained from.
type Start struct {
	Mask *prune.Mask
	// Weights may be those of the dense network: the mask is applied to them.
	Weights nn.Weights
	// Shrink silences the channels that the mask leaves unused, as nn.Silence does, and
	// trains the network without them. Up to rounding, this gives the same result as
	// training the whole network under the mask, in less time.
	Shrink bool
}

// Origin is what all levels of a study go back to.
type Origin struct {
	// Rewound are the dense weights that levels are rewound to.
	Rewound nn.Weights
	// Trained are those of the dense network at the end of its training.
	Trained nn.Weights
	// FirstTrained are those of level 1 at the end of its training; nil before.
	FirstTrained nn.Weights
}

// Tickets is the Method of a study's tickets.
const Tickets = "tickets"
