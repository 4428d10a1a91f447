package cgp_test

import (
	"math"
	"slices"
	"testing"

	"espalier/cgp"
)

// Weights that are trained on a loss with its minimum at given numbers end at those of
// them that are largest, the others at zero.
func TestSLRFindsTheLargest(t *testing.T) {
	optimum := []float32{3, -2, .5, .25, -.125, 1}
	loss := func(w []float32) float64 {
		sum := 0.0
		for i := range w {
			d := float64(w[i] - optimum[i])
			sum += d * d / 2
		}
		return sum
	}
	weights := slices.Clone(optimum)
	r, err := cgp.SLR{Penalty: 1, Step: .1}.Relax(weights, 3)
	if err != nil {
		t.Fatal(err)
	}
	before := loss(weights)
	for range 200 {
		for range 100 {
			for i := range weights {
				gradient := weights[i] - optimum[i] + r.Multipliers()[i] + float32(r.Penalty())*(weights[i]-r.Target()[i])
				weights[i] -= .1 * gradient
			}
		}
		now := loss(weights)
		if err := r.Update(weights, now, before); err != nil {
			t.Fatal(err)
		}
		before = now
	}
	for i, want := range []float32{3, -2, 0, 0, 0, 1} {
		if got := weights[i]; math.Abs(float64(got-want)) > .05 {
			t.Errorf("weight %d is %v, want %v; target %v", i, got, want, r.Target())
		}
	}
}

func TestSLRRefuses(t *testing.T) {
	for _, o := range []cgp.SLR{{Penalty: -1}, {Step: -1}, {M: 1}, {Exponent: 1}, {Exponent: -1}} {
		if o.Check() == nil {
			t.Errorf("%+v passes", o)
		}
	}
	if err := (cgp.SLR{}).Check(); err != nil {
		t.Error(err)
	}
	if _, err := (cgp.SLR{}).Relax([]float32{1, float32(math.NaN())}, 1); err == nil {
		t.Error("weights that are no numbers pass")
	}
}
