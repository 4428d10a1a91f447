package cgp

import (
	"fmt"
	"iter"
	"slices"

	"espalier/prune"
)

// Schedule says at which steps of a training something is pruned, and how far the
// densities have come then. Every interval Δt = Every, from step t0 = Start, counted
// from 1, to t1, the last multiple of Δt up to End,
//
//	density(t) = final + (initial − final)·(1 − (t − t0)/(t1 − t0))³
//
// which is the cubic schedule of Zhu and Gupta, "To prune, or not to prune", 2017,
// with t0 rounded down to a multiple of Δt.
//
// CGP's code skips the last of these steps, so it never reaches the final density: this
// is the Reference variant. Its "uniform" methods do not round t0 and t1 and get as far
// as the last multiple of Δt.
type Schedule struct {
	Start   int // 0 means from the first interval on
	Every   int // 0 means 10
	End     int // 0 means 100
	Variant prune.Variant
	// Uniform is the counting of the reference's uniform methods, which rank each
	// tensor for itself; the Paper variant does not look at it.
	Uniform bool
}

func (s Schedule) withDefaults() Schedule {
	if s.Every == 0 {
		s.Every = 10
	}
	if s.End == 0 {
		s.End = 100
	}
	return s
}

// Check reports an invalid schedule.
func (s Schedule) Check() error {
	s = s.withDefaults()
	if s.Start < 0 || s.Every < 1 || s.End < s.Start {
		return fmt.Errorf("prune every %d steps from step %d to %d: it needs 0 ≤ start ≤ end and an interval of at least 1", s.Every, s.Start, s.End)
	}
	return s.Variant.Check()
}

// Due reports whether something is pruned after step t.
func (s Schedule) Due(t int) bool {
	s = s.withDefaults()
	if t < 1 || t%s.Every != 0 || t < s.Start {
		return false
	}
	interval := float64(t / s.Every)
	first, last := s.bounds()
	if s.Variant == prune.Reference && !s.Uniform {
		last--
	}
	return interval >= first && interval <= last
}

// bounds are t0 and t1 in intervals.
func (s Schedule) bounds() (first, last float64) {
	if s.Variant == prune.Reference && s.Uniform {
		return float64(s.Start) / float64(s.Every), float64(s.End) / float64(s.Every)
	}
	return float64(s.Start / s.Every), float64(s.End / s.Every)
}

// Steps are the steps after which something is pruned.
func (s Schedule) Steps() iter.Seq[int] {
	end := s.withDefaults().End
	return func(yield func(int) bool) {
		for t := 1; t <= end; t++ {
			if s.Due(t) && !yield(t) {
				return
			}
		}
	}
}

// Last is the last step after which something is pruned, 0 if there is none.
func (s Schedule) Last() int {
	last := 0
	for t := range s.Steps() {
		last = t
	}
	return last
}

// Fraction is how far the densities have come from the initial to the final ones after
// the pruning at step t, which has to be due.
func (s Schedule) Fraction(t int) float64 {
	s = s.withDefaults()
	first, last := s.bounds()
	if last <= first {
		return 1
	}
	left := 1 - (float64(t/s.Every)-first)/(last-first)
	return 1 - left*left*left
}

// Reached is the fraction of the way to the final density that the whole schedule
// goes.
func (s Schedule) Reached() float64 {
	if last := s.Last(); last > 0 {
		return s.Fraction(last)
	}
	return 0
}

// Density is the target density after the pruning at step t, from an initial to a final
// one.
func (s Schedule) Density(t int, initial, final float64) float64 {
	return initial - (initial-final)*s.Fraction(t)
}

// Point is a density at a step.
type Point struct {
	Step    int     `json:"step"`
	Density float64 `json:"density"`
}

// Preview returns the target densities at each step at which something is pruned.
func (s Schedule) Preview(initial, final float64) []Point {
	return slices.Collect(func(yield func(Point) bool) {
		for t := range s.Steps() {
			if !yield(Point{t, s.Density(t, initial, final)}) {
				return
			}
		}
	})
}
