package prune

import "math"

// Curve says what fraction of the original weights has been removed after each of
// several rounds, counted from 1, if fraction is removed in the end. Its value for the
// last round does not matter.
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
// the fraction removed, not the fraction left, grows exponentially, starting at one per
// cent. So most weights are removed in the last rounds. A fraction below one per cent
// is removed in the first.
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
