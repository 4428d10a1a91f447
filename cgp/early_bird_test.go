package cgp_test

import (
	"slices"
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
		name   string
		first  []int
		second []int // of a second part
		found  int   // after so many epochs, counted from 0; −1 for never
	}{
		{"three small distances in a row", []int{50, 9, 9, 9, 9}, nil, 4},
		{"the threshold itself is not below it", []int{10, 10, 10, 10}, nil, -1},
		{"a large one begins the count anew", []int{9, 9, 30, 9, 9, 9}, nil, 6},
		{"no sooner than three", []int{0, 0, 0}, nil, 3},
		{"joint distances add up", []int{5, 5, 5, 4, 4, 4}, []int{5, 5, 5, 5, 5, 5}, 6},
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
	}
}

func TestWatchKeepsDistances(t *testing.T) {
	watch := cgp.EarlyBird{}.Watch()
	for _, mask := range flipped(50, 7) {
		if _, err := watch.See(mask); err != nil {
			t.Fatal(err)
		}
	}
	if got := watch.Distances(); !slices.Equal(got, []float64{.5, .07}) {
		t.Errorf("%v", got)
	}
	if _, err := watch.See(); err == nil {
		t.Error("other parts pass")
	}
}
