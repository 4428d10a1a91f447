package cgp_test

import (
	"math"
	"testing"

	"espalier/cgp"
	"espalier/nn"
	"espalier/prune"
)

// flipped are masks of 100 values, each of which differs from the one before by some.
func flipped(counts ...int) []*prune.Mask {
	mask := prune.OnesOf([]nn.Parameter{{Name: "a", Shape: []int{100}}})
	masks := []*prune.Mask{mask}
	for _, count := range counts {
		editor := mask.Edit()
		for i := range count {
			editor.Set("a", i, !mask.Lives("a", i))
		}
		mask = editor.Mask()
		masks = append(masks, mask)
	}
	return masks
}

func TestEarlyBirdStops(t *testing.T) {
	for _, c := range []struct {
		name      string
		first     []int // values that an epoch's mask changes
		second    []int // of a second part
		found     int   // after so many epochs, counted from 0; −1 for never
		distances []float64
	}{
		// Masks go back and forth between the same values, so that the largest distance of
		// three is the largest change in them.
		{"a share of the first distance", []int{50, 0, 0, 0, 4, 0, 0}, nil, 4, []float64{1, 0}},
		{"the threshold itself is not below it", []int{50, 0, 0, 5, 0, 0, 4}, nil, 7, []float64{1, .1, .1, .1, .08}},
		{"the largest of those to three masks before", []int{20, 20, 20, 0, 0, 0}, nil, 6, []float64{1, 1, 1, 0}},
		{"what has not moved may begin to", []int{0, 0, 0, 0, 40, 0, 0, 0}, nil, 8, []float64{1, 1, 1, 1, 1, 0}},
		{"the mean of the parts", []int{50, 0, 0, 0, 0, 0}, []int{50, 0, 0, 9, 0, 0}, 4, []float64{1, .09}},
		{"one part too far", []int{50, 0, 0, 0, 0, 0}, []int{50, 0, 0, 11, 0, 0}, -1, []float64{1, .11, .11, .11}},
	} {
		watch, found := cgp.EarlyBird{}.Watch(), -1
		first, second := flipped(c.first...), flipped(c.second...)
		for epoch := range first {
			parts := []*prune.Mask{first[epoch]}
			if c.second != nil {
				parts = append(parts, second[epoch])
			}
			stop, err := watch.See(parts...)
			if err != nil {
				t.Fatal(err)
			}
			if stop && found < 0 {
				found = epoch
			}
		}
		if found != c.found {
			t.Errorf("%s: found at %d, want %d; distances %v", c.name, found, c.found, watch.Distances())
		}
		for i, want := range c.distances {
			if got := watch.Distances()[i]; math.Abs(got-want) > 1e-12 {
				t.Errorf("%s: distance %d is %v, want %v", c.name, i, got, want)
			}
		}
	}
}

func TestWatchTakesTheSameParts(t *testing.T) {
	watch := cgp.EarlyBird{}.Watch()
	if _, err := watch.See(flipped()...); err != nil {
		t.Fatal(err)
	}
	if _, err := watch.See(); err == nil {
		t.Error("other parts pass")
	}
}

func TestNothingToPruneIsFoundAtOnce(t *testing.T) {
	watch := cgp.EarlyBird{}.Watch()
	for epoch := range 5 {
		if found, err := watch.See(); err != nil || found != (epoch >= 3) {
			t.Errorf("epoch %d: found %t, %v", epoch, found, err)
		}
	}
}
