package prune

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The share of columns in the block of one cluster of 32 rows of a random mask with
// 2,304 columns, by its density, as a simulation of the authors' code and of what it
// means has it. Masks differ, so the shares are within 0.02.
func TestDenseColumnsOfRandomMasks(t *testing.T) {
	const rows, columns = 32, 2304
	cluster := make([]int, rows)
	for i := range cluster {
		cluster[i] = i
	}
	for _, c := range []struct{ density, reference, intended float64 }{
		{.80, 0, .542},
		{.70, 0, .497},
		{.66, 0, .490},
		{.60, .921, .458},
		{.50, .776, .414},
		{.40, .628, .361},
		{.33, .522, .317},
		{.20, .312, .220},
		{.13, .227, .166},
		{.10, .171, .134},
		{.05, .090, .072},
	} {
		random := rand.New(rand.NewPCG(1, 2))
		live := make([][]bool, rows)
		for i := range live {
			live[i] = make([]bool, columns)
			for j := range live[i] {
				live[i][j] = random.Float64() < c.density
			}
		}
		for variant, want := range map[Variant]float64{Reference: c.reference, Paper: c.intended} {
			o := RegroupOptions{Variant: variant, Ratio: 1.5}
			got := float64(len(o.denseColumns(live, cluster))) / columns
			if math.Abs(got-want) > 0.02 {
				t.Errorf("%s, density %v: %.3f of the columns, want %.3f", variant, c.density, got, want)
			}
		}
	}
}

// A column is where PyTorch has it, a place where the parameter has it.
func TestRowsColumnsAndPlaces(t *testing.T) {
	r := rowsOf([]int{2, 3, 5, 7})
	if r.count != 7 || r.columns != 30 {
		t.Fatalf("%d rows of %d columns", r.count, r.columns)
	}
	for input := range 5 {
		for i := range 2 {
			for j := range 3 {
				column, place := input*6+i*3+j, (i*3+j)*5+input
				if r.place(column) != place || r.column(place) != column {
					t.Errorf("column %d is at place %d, place %d at column %d", column, r.place(column), place, r.column(place))
				}
			}
		}
	}
}
