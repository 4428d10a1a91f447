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
		digest string // frozen, because results carry it
	}{
		{
			set.Train, []int{376, 389, 380, 389, 387, 376, 377, 387, 380, 382},
			"3c62e27d8ff61dcd29caa1b8a895222295d9603686d0e9ee82323c5afe4e953e",
		},
		{
			set.Test, []int{178, 182, 177, 183, 181, 182, 181, 179, 174, 180},
			"6bfc12f283ca5e7da0e2a9463ea539c5834783f5e5133e555e0d95b0f88c62bb",
		},
	} {
		if got := test.images.Digest(); got != test.digest {
			t.Errorf("%s has digest %s, want %s", test.images.Name(), got, test.digest)
		}
		if got := test.images.Counts(); !slices.Equal(got, test.counts) {
			t.Errorf("%s has counts %v, want %v", test.images.Name(), got, test.counts)
		}
	}
	if got, want := set.Train.Normalisation(), set.Normalisation; !slices.Equal(got.Mean, want.Mean) || !slices.Equal(got.Deviation, want.Deviation) {
		t.Errorf("the training images have normalisation %v, the set says %v", got, want)
	}
}
