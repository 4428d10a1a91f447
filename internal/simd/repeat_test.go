package simd

import (
	"math/rand/v2"
	"testing"
)

func TestRepeat(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	everyVariant(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 2, 50} {
			for _, times := range []int{0, 1, 2, 7, 8, 9, 16, 17, 33, 64} {
				x, dst := random(r, n), newGuarded(n*times)
				Repeat(dst.data, x, times)
				dst.check(t)
				for i, got := range dst.data {
					if got != x[i/times] {
						t.Fatalf("%d numbers %d times: number %d is %v, want %v", n, times, i, got, x[i/times])
					}
				}
			}
		}
	})
}
