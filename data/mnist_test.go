package data

import (
	"slices"
	"testing"
)

// known is what is known of a set and not in its definition.
type known struct {
	trainCounts, testCounts []int
	trainDigest, testDigest string // of Images; frozen, because results carry them
	tolerance               float64
}

// expectReal checks the real files of a set.
func expectReal(t *testing.T, name string, want known) {
	t.Helper()
	folder := realFolder(t, name)
	report, err := Check(t.Context(), name, folder)
	if err != nil {
		t.Fatal(err)
	}
	if want.trainDigest != "" && (report.TrainDigest != want.trainDigest || report.TestDigest != want.testDigest) {
		t.Errorf("the images have digests %s and %s, want %s and %s", report.TrainDigest, report.TestDigest, want.trainDigest, want.testDigest)
	}
	set, err := Open(t.Context(), name, folder)
	if err != nil {
		t.Fatal(err)
	}
	if got := set.Train.Counts(); !slices.Equal(got, want.trainCounts) {
		t.Errorf("the training images have counts %v, want %v", got, want.trainCounts)
	}
	if got := set.Test.Counts(); !slices.Equal(got, want.testCounts) {
		t.Errorf("the test images have counts %v, want %v", got, want.testCounts)
	}
	got := set.Train.Normalisation()
	for c := range got.Mean {
		if d := got.Mean[c] - set.Normalisation.Mean[c]; float64(max(d, -d)) > want.tolerance {
			t.Errorf("channel %d has mean %g, the set says %g", c, got.Mean[c], set.Normalisation.Mean[c])
		}
		if d := got.Deviation[c] - set.Normalisation.Deviation[c]; float64(max(d, -d)) > want.tolerance {
			t.Errorf("channel %d has deviation %g, the set says %g", c, got.Deviation[c], set.Normalisation.Deviation[c])
		}
	}
}

func TestRealMNIST(t *testing.T) {
	expectReal(t, "mnist", known{
		trainCounts: []int{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949},
		testCounts:  []int{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009},
		trainDigest: "fe8f96e8fc8f7aa78d81297b0bc374dca8bc256815870e3fdb5075217a43ff44",
		testDigest:  "a3af2765d98a15b56a91b2b5b8356981292375a81a1aefc2193e074ab1810479",
		tolerance:   5e-5,
	})
}
