package cgp

import (
	"testing"

	"espalier/gnn"
)

// In all options of the package 0 is the paper's value, and below 0 none.
func TestNoneIsNone(t *testing.T) {
	const none = gnn.None
	tickets, bird := TicketOptions{EdgePenalty: none, WeightPenalty: none, WeightDecay: none}, EarlyBirdOptions{Penalty: none, WeightDecay: none}
	for name, c := range map[string]struct{ papers, want, none float64 }{
		"edge penalty of tickets":      {TicketOptions{}.withDefaults().EdgePenalty, .01, tickets.withDefaults().EdgePenalty},
		"weight penalty of tickets":    {TicketOptions{}.withDefaults().WeightPenalty, .01, tickets.withDefaults().WeightPenalty},
		"weight decay of tickets":      {TicketOptions{}.withDefaults().WeightDecay, 8e-5, tickets.withDefaults().WeightDecay},
		"penalty of early birds":       {EarlyBirdOptions{}.withDefaults().Penalty, .001, bird.withDefaults().Penalty},
		"weight decay of early birds":  {EarlyBirdOptions{}.withDefaults().WeightDecay, 5e-4, bird.withDefaults().WeightDecay},
		"exchange of sparse training":  {sparseRate(SparseOptions{}), .5, sparseRate(SparseOptions{Exchanged: none})},
		"weight decay, sparse":         {SparseOptions{}.withDefaults().WeightDecay, 5e-4, SparseOptions{WeightDecay: none}.withDefaults().WeightDecay},
		"weight decay, trained, dense": {TrainPruneOptions{}.withDefaults().WeightDecay, 5e-4, TrainPruneOptions{WeightDecay: none}.withDefaults().WeightDecay},
		"weight decay of CGP":          {Options{}.withDefaults().WeightDecay, 5e-4, Options{WeightDecay: none}.withDefaults().WeightDecay},
	} {
		if c.papers != c.want || c.none != 0 {
			t.Errorf("%s is %v, want %v, and %v where there is to be none", name, c.papers, c.want, c.none)
		}
	}
}

// sparseRate is how much of the live weights changes places at first.
func sparseRate(o SparseOptions) float64 { return o.withDefaults().gradual().Regrowth.RateAt(0) }
