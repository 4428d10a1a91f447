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
	Result  *train.Result

	// start is where in the schedule training began.
	start train.Length
}

// from returns the level as it starts, before training.
func (l Level) from(start Start) (Level, error) {
	initial, err := start.Mask.Apply(start.Weights)
	if err != nil {
		return Level{}, fmt.Errorf("level %d: %w", l.Index, err)
	}
	l.Mask, l.Remaining, l.Initial = start.Mask, start.Mask.Density(), initial
	return l, nil
}

// RewoundTo is the dense level of a study that rewinds to another moment, of which its
// training has kept the weights: the study's Snapshots say of which it does.
func (l Level) RewoundTo(moment train.Length) (Level, error) {
	weights, ok := l.Result.Snapshots[moment.String()]
	if !ok {
		return Level{}, fmt.Errorf("the training of level %d has kept no weights at %s", l.Index, moment)
	}
	l.Origin = &Origin{Rewound: weights, Trained: l.Origin.Trained}
	return l, nil
}

// startsLike reports whether training another level was the same as training this
// one would be.
func (l Level) startsLike(trained Level) bool {
	return trained.Result != nil && l.start == trained.start && l.Mask.Equal(trained.Mask) && l.Initial.Equal(trained.Initial)
}

// Start is what a level is trained from.
type Start struct {
	Mask *prune.Mask
	// Weights may be those of the dense network: the mask is applied to them.
	Weights nn.Weights
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
