package simd

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestChoose(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	everyVariant(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 7, 8, 15, 16, 17, 33, 64, 200} {
			condition, x, y := random(r, n), random(r, n), random(r, n)
			for i := range n {
				x[i] = special[r.IntN(len(special))]
				if r.IntN(2) == 0 {
					condition[i] = float32(math.Copysign(0, float64(r.IntN(2)-1)))
				}
			}
			dst := newGuarded(n)
			Choose(dst.data, condition, x, y)
			dst.check(t)
			for i, got := range dst.data {
				want := y[i]
				if condition[i] != 0 {
					want = x[i]
				}
				if math.Float32bits(got) != math.Float32bits(want) {
					t.Fatalf("%d of %d: condition %v of %v and %v gave %v", i, n, condition[i], x[i], y[i], got)
				}
			}
		}
	})
}

func TestFromBytes(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for n := range 70 {
			src := make([]byte, n)
			for i := range src {
				src[i] = byte(255 - 37*i)
			}
			dst := newGuarded(n)
			FromBytes(dst.data, src)
			dst.check(t)
			for i, got := range dst.data {
				if got != float32(src[i]) {
					t.Fatalf("%d of %d: %d is %v", i, n, src[i], got)
				}
			}
		}
	})
}
