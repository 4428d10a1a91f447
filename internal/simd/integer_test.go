package simd

import (
	"math/rand/v2"
	"testing"
)

func TestFromIntegers(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	// Numbers that lie between two of float32, some half way.
	special := []uint32{0, 1, 1<<24 - 1, 1<<24 + 1, 1<<24 + 3, 1<<25 + 2, 1<<31 - 1, 1 << 31, 1<<31 + 128, 1<<31 + 129, 1<<32 - 128, 1<<32 - 1}
	everyVariant(t, func(t *testing.T) {
		for n := range 70 {
			unsigned, signed := make([]uint32, n), make([]int32, n)
			for i := range unsigned {
				unsigned[i] = r.Uint32() >> r.IntN(32)
				if r.IntN(3) == 0 {
					unsigned[i] = special[r.IntN(len(special))]
				}
				signed[i] = int32(unsigned[i])
			}
			dst := newGuarded(n)
			FromUint32(dst.data, unsigned)
			dst.check(t)
			for i, got := range dst.data {
				if got != float32(unsigned[i]) {
					t.Fatalf("%d of %d: %d is %v", i, n, unsigned[i], got)
				}
			}
			FromInt32(dst.data, signed)
			dst.check(t)
			for i, got := range dst.data {
				if got != float32(signed[i]) {
					t.Fatalf("%d of %d: %d is %v", i, n, signed[i], got)
				}
			}
		}
	})
}
