package prune_test

import (
	"testing"

	"espalier/prune"
)

func TestCounts(t *testing.T) {
	for _, test := range []struct {
		fraction           float64
		live, beside       int
		round, ceilPlusOne int
	}{
		{0.2, 10, 0, 2, 3},
		{0.2, 11, 0, 2, 4},
		{0.2, 13, 0, 3, 4},
		{0.5, 5, 0, 2, 4}, // 2.5 goes to the even 2
		{0.5, 7, 0, 4, 5}, // 3.5 goes to the even 4
		{0.2, 10, 1, 2, 4},
		{0.2, 10, 90, 2, 21},
		{0.1, 15, 0, 2, 3},  // 1.5
		{0.1, 25, 0, 2, 4},  // 2.5
		{0.15, 10, 0, 2, 3}, // 1.5 in float64
		{0.7, 10, 0, 7, 8},
		{0.1, 30, 0, 3, 4},
		{0.07, 100, 0, 7, 9}, // 0.07·100 is 7.000000000000001 in float64
		{1, 10, 0, 10, 11},
		{0.2, 0, 0, 0, 1},
	} {
		if got := prune.Round(test.fraction, test.live, test.beside); got != test.round {
			t.Errorf("Round(%v, %d, %d) = %d, want %d", test.fraction, test.live, test.beside, got, test.round)
		}
		if got := prune.CeilPlusOne(test.fraction, test.live, test.beside); got != test.ceilPlusOne {
			t.Errorf("CeilPlusOne(%v, %d, %d) = %d, want %d", test.fraction, test.live, test.beside, got, test.ceilPlusOne)
		}
	}
}
