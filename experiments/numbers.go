package experiments

import (
	"fmt"
	"strconv"
)

// densities are numbers above 0 and up to 1, with commas between.
type densities []float64

// at is number i, or the last where there are fewer.
func (d densities) at(i int) float64 { return d[min(i, len(d)-1)] }

// MarshalText writes the numbers.
func (d densities) MarshalText() ([]byte, error) { return listText(d, shortest), nil }

// UnmarshalText reads numbers above 0 and up to 1.
func (d *densities) UnmarshalText(text []byte) error {
	return splitList(d, text, func(word string) (float64, error) {
		x, err := strconv.ParseFloat(word, 64)
		if err != nil || !(x > 0 && x <= 1) {
			return 0, fmt.Errorf("%q is not a number above 0 and up to 1", word)
		}
		return x, nil
	})
}

// counts are whole numbers above 0, with commas between.
type counts []int

// MarshalText writes the numbers.
func (c counts) MarshalText() ([]byte, error) { return listText(c, strconv.Itoa), nil }

// UnmarshalText reads whole numbers above 0.
func (c *counts) UnmarshalText(text []byte) error {
	return splitList(c, text, func(word string) (int, error) {
		n, err := strconv.Atoi(word)
		if err != nil || n < 1 {
			return 0, fmt.Errorf("%q is not a whole number above 0", word)
		}
		return n, nil
	})
}
