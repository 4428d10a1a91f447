package prune

import "math"

// Curve says how far a pruning in several rounds is after each: the fraction of the
// weights there were that has gone after a round, counted from 1, when in the end
// fraction has. What it says of the last round does not matter.
type Curve func(fraction float64, round, rounds int) float64

// Exponential removes the same fraction of what is left in each round,
//
//	1 − (1 − fraction)^(round/rounds),
//
// as SynFlow's paper does.
func Exponential(fraction float64, round, rounds int) float64 {
	return 1 - math.Pow(1-fraction, float64(round)/float64(rounds))
}

// Linear removes the same number in each round.
func Linear(fraction float64, round, rounds int) float64 {
	return fraction * float64(round) / float64(rounds)
}

// ReferenceSynFlow is the curve of the code of Structure-LTH,
//
//	(100 · fraction)^(round/rounds) / 100:
//
// the fraction that has gone, not the one that is left, runs exponentially, from one
// per cent on. So most weights go in the last rounds. A fraction below one per cent
// goes in the first.
func ReferenceSynFlow(fraction float64, round, rounds int) float64 {
	return math.Pow(100*fraction, float64(round)/float64(rounds)) / 100
}

// cumulative is how many of live weights are gone after a round when all of them
// removed in the end are total.
func (sel Selection) cumulative(total, live, round int) int {
	rounds := sel.rounds()
	if round == rounds || live == 0 {
		return total
	}
	curve := sel.Curve
	if curve == nil {
		curve = Exponential
	}
	gone := curve(float64(total)/float64(live), round, rounds) * float64(live)
	if !(gone > 0) {
		return 0
	}
	return int(math.RoundToEven(min(gone, float64(total))))
}

func (sel Selection) rounds() int { return max(sel.Rounds, 1) }
