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

func TestKeep(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	everyVariant(t, func(t *testing.T) {
		for _, n := range []int{0, 1, 15, 16, 33, 255, 256, 257, 1000} {
			x, keep := newGuarded(n), make([]byte, n)
			want := make([]float32, n)
			for i := range n {
				x.data[i] = special[r.IntN(len(special))]
				if keep[i] = byte(r.IntN(2)); keep[i] != 0 {
					want[i] = x.data[i]
				}
			}
			Keep(x.data, keep)
			x.check(t)
			for i, got := range x.data {
				if math.Float32bits(got) != math.Float32bits(want[i]) {
					t.Fatalf("%d of %d: %v, want %v", i, n, got, want[i])
				}
			}
		}
	})
}
