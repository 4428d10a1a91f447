package cgp

import (
	"math/bits"
	"strconv"
)

// degreeBins is how many bins DegreeShares has.
const degreeBins = 8

// DegreeBin are the degrees from Least to Greatest.
type DegreeBin struct {
	Least    int
	Greatest int // -1 where there is none
}

// DegreeBins are the bins of DegreeShares: 0, 1, 2–3, 4–7 and so on, and all from 64.
func DegreeBins() []DegreeBin {
	bins := []DegreeBin{{}}
	for i := range degreeBins - 1 {
		bins = append(bins, DegreeBin{1 << i, 1<<(i+1) - 1})
	}
	bins[degreeBins-1].Greatest = -1
	return bins
}

// String writes the bin as "0", "2–3" or "64+".
func (b DegreeBin) String() string {
	least := strconv.Itoa(b.Least)
	switch b.Greatest {
	case b.Least:
		return least
	case -1:
		return least + "+"
	}
	return least + "–" + strconv.Itoa(b.Greatest)
}

// DegreeShares are the shares of nodes whose degrees are in each of the DegreeBins.
func DegreeShares(degrees []int) []float64 {
	shares := make([]float64, degreeBins)
	for _, degree := range degrees {
		shares[min(bits.Len(uint(degree)), degreeBins-1)]++
	}
	for bin := range shares {
		shares[bin] /= max(1, float64(len(degrees)))
	}
	return shares
}
