package data

import (
	"slices"
	"testing"
)

// The counts of the classes are those the UCI repository publishes.
func TestDigitsAreBuiltIn(t *testing.T) {
	set, err := Open(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		images *Images
		counts []int
	}{
		{set.Train, []int{376, 389, 380, 389, 387, 376, 377, 387, 380, 382}},
		{set.Test, []int{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}},
	} {
		if got := test.images.Counts(); !slices.Equal(got, test.counts) {
			t.Errorf("%s has counts %v, want %v", test.images.Name(), got, test.counts)
		}
	}
	if got, want := set.Train.Normalisation(), set.Normalisation; !slices.Equal(got.Mean, want.Mean) || !slices.Equal(got.Deviation, want.Deviation) {
		t.Errorf("the training images have normalisation %v, the set says %v", got, want)
	}
}
