package lth

import (
	"context"

	"espalier/nn"
)

func init() { registerControls(RandomReinitialization) }

// RandomReinitialization trains the ticket's mask from new initial weights: does the
// ticket owe its accuracy to its structure alone (Frankle and Carbin, section 2)?
// Where tickets are rewound to a later moment, it starts at that moment of the
// schedule too, as OpenLTH's branch randomly_reinitialize does.
var RandomReinitialization = Control{Name: "random-reinitialization", Start: randomReinitialization}

func randomReinitialization(_ context.Context, s Study, ticket Level) (Start, error) {
	weights, err := nn.Initialize(s.Network, s.Initializer, s.Seed.Derive("random reinitialization", ticket.Index))
	return Start{Mask: ticket.Mask, Weights: weights}, err
}
