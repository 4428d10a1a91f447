package cgp_test

import (
	"math"
	"testing"

	"espalier/cgp"
	"espalier/gnn"
)

// The rates of CGP's notes.
func TestRegrowthRates(t *testing.T) {
	for _, c := range []struct {
		rate float64
		step int
		want float64
	}{
		{.1, 10, .0994}, {.1, 100, .0525}, {.3, 10, .2982}, {.3, 100, .1525}, {.1, 200, .005}, {.1, 300, .005},
	} {
		if got := (cgp.Regrowth{Rate: c.rate}).RateAt(c.step); !near(got, c.want, 4) {
			t.Errorf("rate %g at step %d is %.5f, want %.4f", c.rate, c.step, got, c.want)
		}
	}
}

func TestRegrowthCounts(t *testing.T) {
	for _, c := range []struct{ step, live, want int }{
		{10, 1000, 100}, // ⌈99.42⌉
		{100, 1000, 53}, // ⌈52.5⌉
		{200, 1000, 5},
		{200, 1, 1},
		{10, 0, 0},
	} {
		if got := (cgp.Regrowth{}).Count(c.step, c.live); got != c.want {
			t.Errorf("%d of %d at step %d, want %d", got, c.live, c.step, c.want)
		}
	}
}

func TestRegrowthRefuses(t *testing.T) {
	for _, r := range []cgp.Regrowth{{Growth: "other"}, {Rate: 2}, {Rate: .1, Floor: .2}, {Rate: gnn.None, Floor: .1}, {Period: -1}, {Rate: math.NaN()}} {
		if r.Check() == nil {
			t.Errorf("%+v passes", r)
		}
	}
	for _, r := range []cgp.Regrowth{{}, {Rate: .001}, {Rate: gnn.None}, {Floor: gnn.None}} {
		if err := r.Check(); err != nil {
			t.Errorf("%+v: %v", r, err)
		}
	}
}

// A rate below the paper's floor is its own floor, and none is none from the first step on.
func TestRegrowthEnds(t *testing.T) {
	for _, c := range []struct {
		regrowth    cgp.Regrowth
		first, last float64
	}{
		{cgp.Regrowth{}, .1, .005},
		{cgp.Regrowth{Rate: .001}, .001, .001},
		{cgp.Regrowth{Floor: gnn.None}, .1, 0},
		{cgp.Regrowth{Rate: gnn.None}, 0, 0},
	} {
		if first, last := c.regrowth.RateAt(0), c.regrowth.RateAt(200); !near(first, c.first, 9) || !near(last, c.last, 9) {
			t.Errorf("%+v goes from %v to %v, want %v to %v", c.regrowth, first, last, c.first, c.last)
		}
	}
}
