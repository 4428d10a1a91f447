package cgp_test

import (
	"math"
	"slices"
	"testing"
	"testing/quick"

	"espalier/cgp"
)

func TestDegreeShares(t *testing.T) {
	var names []string
	for _, bin := range cgp.DegreeBins() {
		names = append(names, bin.String())
	}
	if want := []string{"0", "1", "2–3", "4–7", "8–15", "16–31", "32–63", "64+"}; !slices.Equal(names, want) {
		t.Errorf("bins %v, want %v", names, want)
	}
	got := cgp.DegreeShares([]int{0, 0, 1, 2, 3, 7, 64, 9000})
	if want := []float64{.25, .125, .25, .125, 0, 0, 0, .25}; !slices.Equal(got, want) {
		t.Errorf("shares %v, want %v", got, want)
	}
}

// Each node is in the one bin that its degree lies in.
func TestDegreeSharesAreOfAllNodes(t *testing.T) {
	if err := quick.Check(func(given []uint16) bool {
		counted := make([]float64, len(cgp.DegreeBins()))
		degrees := make([]int, len(given))
		for i, degree := range given {
			degrees[i] = int(degree) >> (i % 16)
			for b, bin := range cgp.DegreeBins() {
				if degrees[i] >= bin.Least && (degrees[i] <= bin.Greatest || bin.Greatest < 0) {
					counted[b]++
				}
			}
		}
		for b, share := range cgp.DegreeShares(degrees) {
			if math.Abs(share*float64(len(given))-counted[b]) > 1e-6 {
				return false
			}
		}
		return true
	}, nil); err != nil {
		t.Error(err)
	}
}
