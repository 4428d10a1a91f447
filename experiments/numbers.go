package experiments

import (
	"fmt"
	"strconv"
	"strings"
)

// densities are numbers from 0 to 1, with commas between.
type densities []float64

// at is number i, or the last where there are fewer.
func (d densities) at(i int) float64 { return d[min(i, len(d)-1)] }

// MarshalText writes the numbers.
func (d densities) MarshalText() ([]byte, error) {
	texts := make([]string, len(d))
	for i, x := range d {
		texts[i] = strconv.FormatFloat(x, 'g', -1, 64)
	}
	return []byte(strings.Join(texts, ",")), nil
}

// UnmarshalText reads numbers above 0 and up to 1.
func (d *densities) UnmarshalText(text []byte) error {
	*d = nil
	for word := range strings.SplitSeq(string(text), ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil || !(x > 0 && x <= 1) {
			return fmt.Errorf("%q is not a number above 0 and up to 1", word)
		}
		*d = append(*d, x)
	}
	return nil
}

// counts are whole numbers above 0, with commas between.
type counts []int

// MarshalText writes the numbers.
func (c counts) MarshalText() ([]byte, error) {
	texts := make([]string, len(c))
	for i, n := range c {
		texts[i] = strconv.Itoa(n)
	}
	return []byte(strings.Join(texts, ",")), nil
}

// UnmarshalText reads whole numbers above 0.
func (c *counts) UnmarshalText(text []byte) error {
	*c = nil
	for word := range strings.SplitSeq(string(text), ",") {
		n, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || n < 1 {
			return fmt.Errorf("%q is not a whole number above 0", word)
		}
		*c = append(*c, n)
	}
	return nil
}
