package simd

import (
	"math"
	"slices"
	"testing"
)

// TestPhiloxKnownAnswers has the vectors of Random123's kat_vectors.
func TestPhiloxKnownAnswers(t *testing.T) {
	const ones = math.MaxUint32
	for _, c := range []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{ones, ones, ones, ones}, [2]uint32{ones, ones}, [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		if got := Philox(c.counter, c.key); got != c.want {
			t.Errorf("Philox(%x, %x) = %x, want %x", c.counter, c.key, got, c.want)
		}
	}
}

// TestPhiloxFill compares with one counter after the other, over carries.
func TestPhiloxFill(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for _, start := range [][4]uint32{{}, {math.MaxUint32 - 5, 7, 8, 9}, {math.MaxUint32 - 3, math.MaxUint32, 1, 2}, {math.MaxUint32 - 20, math.MaxUint32, math.MaxUint32, 2}} {
			for _, n := range []int{0, 1, 3, 4, 63, 64, 65, 67, 1000, 3*chunk + 5} {
				key := [2]uint32{0xdeadbeef, 0x12345678}
				var want []uint32
				for i := 0; len(want) < n; i++ {
					words := Philox(advanced(start, uint64(i)), key)
					want = append(want, words[:]...)
				}
				got := make([]uint32, n+1)
				got[n] = 77
				PhiloxFill(workers(2), got[:n], start, key)
				if !slices.Equal(got[:n], want[:n]) || got[n] != 77 {
					t.Fatalf("%d words from %x are wrong", n, start)
				}
			}
		}
	})
}
