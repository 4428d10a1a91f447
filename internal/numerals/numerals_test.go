package numerals_test

import (
	"math"
	"testing"

	"espalier/internal/numerals"
)

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 75002: "75,002", 1234567: "1,234,567", -123456: "-123,456", -1234: "-1,234"} {
		if got := numerals.Count(n); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
}

func TestFixed(t *testing.T) {
	for _, c := range []struct {
		x        float64
		decimals int
		want     string
	}{
		{0.25, 2, "0.25"}, {1234.5, 1, "1,234.5"}, {-1234567, 0, "−1,234,567"}, {-123.4, 1, "−123.4"},
		{math.Copysign(0, -1), 0, "0"}, {12345.678, 2, "12,345.68"},
	} {
		if got := numerals.Fixed(c.x, c.decimals); got != c.want {
			t.Errorf("%v with %d decimals is written %s, want %s", c.x, c.decimals, got, c.want)
		}
	}
}
