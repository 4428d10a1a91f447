package cgp

import (
	"cmp"
	"fmt"
	"math"
)

// Growth says which pruned weights grow again.
type Growth string

// The ways to grow.
const (
	// Momentum is the size of the step that Adam would take,
	//
	//	|m / (√v + 1e-8)|
	//
	// by its running means of the gradient and of its square, as they are stored.
	Momentum Growth = "momentum"
	// Gradient is that of the loss, |∂L/∂w|, as in RigL (Evci et al., "Rigging the
	// Lottery", ICML 2020).
	Gradient Growth = "gradient"
	// RandomGrowth is by chance, as in SET (Mocanu et al., "Scalable training of
	// artificial neural networks with adaptive sparse connectivity", 2018).
	RandomGrowth Growth = "random"
	// NoGrowth is none: what was pruned stays pruned.
	NoGrowth Growth = "none"
)

// Regrowth is how live weights are exchanged for pruned ones, without changing their
// number. At step t, counted from 1, of a parameter with n live weights
//
//	⌈ρ(t)·n⌉ with ρ(t) = floor + (ρ₀ − floor)·(1 + cos(πt/period))/2
//
// of the smallest magnitude are pruned, and as many grow; one that has just been pruned
// may come back. What grows starts at zero. The zero value is CGP's.
type Regrowth struct {
	Growth Growth  // empty means Momentum
	Rate   float64 // ρ₀; 0 means .1, below 0 none
	Floor  float64 // 0 means .005, or the rate where that is less; below 0 none
	Period int     // 0 means 200 steps
}

func (r Regrowth) withDefaults() Regrowth {
	r.Growth = cmp.Or(r.Growth, Momentum)
	r.Rate = or(r.Rate, .1)
	r.Floor = or(r.Floor, min(.005, r.Rate))
	r.Period = cmp.Or(r.Period, 200)
	return r
}

// Check reports invalid options.
func (r Regrowth) Check() error {
	r = r.withDefaults()
	switch r.Growth {
	case Momentum, Gradient, RandomGrowth, NoGrowth:
	default:
		return fmt.Errorf("no growth is called %q: there are %s, %s, %s and %s", string(r.Growth), Momentum, Gradient, RandomGrowth, NoGrowth)
	}
	if !(r.Rate >= r.Floor && r.Rate <= 1) || r.Period < 1 {
		return fmt.Errorf("regrowth from %v to %v in %d steps: it needs 0 ≤ floor ≤ rate ≤ 1 and a period of at least 1", r.Rate, r.Floor, r.Period)
	}
	return nil
}

// RateAt is ρ(t). After the period it stays at the floor.
func (r Regrowth) RateAt(t int) float64 {
	r = r.withDefaults()
	angle := math.Pi * float64(min(t, r.Period)) / float64(r.Period)
	return r.Floor + (r.Rate-r.Floor)*(1+math.Cos(angle))/2
}

// Count is how many of some live weights are exchanged at step t.
func (r Regrowth) Count(t, live int) int { return int(math.Ceil(r.RateAt(t) * float64(live))) }
