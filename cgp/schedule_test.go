package cgp_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"espalier/cgp"
	"espalier/prune"
)

func every(step, from, to int) []int {
	var steps []int
	for t := from; t <= to; t += step {
		steps = append(steps, t)
	}
	return steps
}

// The table of how far CGP's code gets, with the densities at the end for three
// targets.
func TestScheduleOfTheReference(t *testing.T) {
	for _, c := range []struct {
		end, every int
		steps      []int
		reached    float64
		densities  [3]float64 // for targets .01, .1 and .5
	}{
		{50, 10, every(10, 10, 40), .9920, [3]float64{.0179, .1072, .5040}},
		{50, 20, []int{20}, .8750, [3]float64{.1338, .2125, .5625}},
		{50, 30, nil, 0, [3]float64{1, 1, 1}},
		{100, 10, every(10, 10, 90), .9990, [3]float64{.0110, .1009, .5005}},
		{100, 20, every(20, 20, 80), .9920, [3]float64{.0179, .1072, .5040}},
		{100, 30, []int{30, 60}, .9630, [3]float64{.0467, .1333, .5185}},
		{150, 10, every(10, 10, 140), .9997, [3]float64{.0103, .1003, .5001}},
		{150, 20, every(20, 20, 120), .9971, [3]float64{.0129, .1026, .5015}},
		{150, 30, every(30, 30, 120), .9920, [3]float64{.0179, .1072, .5040}},
	} {
		s := cgp.Schedule{End: c.end, Every: c.every, Variant: prune.Reference}
		if got := slices.Collect(s.Steps()); !slices.Equal(got, c.steps) {
			t.Errorf("(%d, %d) prunes at %v, want %v", c.end, c.every, got, c.steps)
		}
		if got := s.Reached(); !near(got, c.reached, 4) {
			t.Errorf("(%d, %d) reaches %.5f, want %.4f", c.end, c.every, got, c.reached)
		}
		for i, target := range []float64{.01, .1, .5} {
			got := 1.0
			if last := s.Last(); last > 0 {
				got = s.Density(last, 1, target)
			}
			if !near(got, c.densities[i], 4) {
				t.Errorf("(%d, %d) to %g ends at %.5f, want %.4f", c.end, c.every, target, got, c.densities[i])
			}
		}
	}
}

// near reports whether a number rounds to another, which has some decimals; a tie may
// go either way.
func near(got, want float64, decimals int) bool {
	return math.Abs(got-want) <= .5*math.Pow(10, -float64(decimals))*(1+1e-6)
}

func TestScheduleFractionsByStep(t *testing.T) {
	s := cgp.Schedule{Variant: prune.Reference}
	for i, want := range []float64{.271, .488, .657, .784, .875, .936, .973, .992, .999} {
		if got := s.Fraction(10 * (i + 1)); !near(got, want, 3) {
			t.Errorf("step %d is %.4f of the way, want %.3f", 10*(i+1), got, want)
		}
	}
}

// The corrected schedule gets there, at the last multiple of the interval.
func TestScheduleOfThePaper(t *testing.T) {
	for _, c := range []struct{ end, every, last, steps int }{
		{50, 10, 50, 5}, {50, 20, 40, 2}, {50, 30, 30, 1}, {100, 10, 100, 10}, {100, 30, 90, 3}, {150, 20, 140, 7},
	} {
		s := cgp.Schedule{End: c.end, Every: c.every}
		if s.Last() != c.last || len(s.Preview(1, .1)) != c.steps || s.Reached() != 1 {
			t.Errorf("(%d, %d) prunes %d times up to step %d and reaches %g", c.end, c.every, len(s.Preview(1, .1)), s.Last(), s.Reached())
		}
		if got := s.Density(c.last, 1, .1); math.Abs(got-.1) > 1e-15 {
			t.Errorf("(%d, %d) ends at %v", c.end, c.every, got)
		}
	}
}

func TestUniformScheduleOfTheReference(t *testing.T) {
	for _, c := range []struct {
		end, every int
		steps      []int
		reached    float64
	}{
		{100, 10, every(10, 10, 100), 1},
		{50, 30, []int{30}, 1 - math.Pow(1-30./50, 3)},
	} {
		s := cgp.Schedule{End: c.end, Every: c.every, Variant: prune.Reference, Uniform: true}
		if got := slices.Collect(s.Steps()); !slices.Equal(got, c.steps) || math.Abs(s.Reached()-c.reached) > 1e-12 {
			t.Errorf("(%d, %d) prunes at %v and reaches %v, want %v and %v", c.end, c.every, got, s.Reached(), c.steps, c.reached)
		}
	}
}

func TestScheduleFromLater(t *testing.T) {
	s := cgp.Schedule{Start: 20, Every: 10, End: 60}
	if got := slices.Collect(s.Steps()); !slices.Equal(got, every(10, 20, 60)) {
		t.Errorf("prunes at %v", got)
	}
	if s.Fraction(20) != 0 || s.Fraction(60) != 1 {
		t.Errorf("begins at %v, ends at %v", s.Fraction(20), s.Fraction(60))
	}
}

func TestScheduleRefuses(t *testing.T) {
	for _, s := range []cgp.Schedule{{Start: -1}, {Every: -1}, {Start: 50, End: 20}, {Variant: "other"}} {
		if s.Check() == nil {
			t.Errorf("%+v passes", s)
		}
	}
	if err := (cgp.Schedule{}).Check(); err != nil {
		t.Error(err)
	}
}

func ExampleSchedule_Preview() {
	for _, p := range (cgp.Schedule{Every: 25}).Preview(1, .1) {
		fmt.Printf("after step %3d: %.3f\n", p.Step, p.Density)
	}
	// Output:
	// after step  25: 0.480
	// after step  50: 0.213
	// after step  75: 0.114
	// after step 100: 0.100
}
