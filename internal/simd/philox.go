package simd

import (
	"math"
	"unsafe"
)

// Philox 4×32-10, the counter-based generator of J. Salmon, M. Moraes, R. Dror and
// D. Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011): ten rounds turn
// a counter of four words and a key of two into four random words.
const (
	philoxRounds = 10
	philoxM0     = 0xD2511F53
	philoxM1     = 0xCD9E8D57
	philoxW0     = 0x9E3779B9 // golden ratio
	philoxW1     = 0xBB67AE85 // √3 − 1
)

// Philox returns the four random words for a counter and a key.
func Philox(counter [4]uint32, key [2]uint32) [4]uint32 {
	x, k := counter, key
	for range philoxRounds {
		p0, p1 := philoxM0*uint64(x[0]), philoxM1*uint64(x[2])
		x = [4]uint32{uint32(p1>>32) ^ x[1] ^ k[0], uint32(p1), uint32(p0>>32) ^ x[3] ^ k[1], uint32(p0)}
		k[0] += philoxW0
		k[1] += philoxW1
	}
	return x
}

// PhiloxFill fills dst with the words for counter and the counters after it. Counters are
// numbers of 128 bits, low word first.
func PhiloxFill(p Parallel, dst []uint32, counter [4]uint32, key [2]uint32) {
	if len(dst) == 0 {
		return
	}
	p(ceilDiv(len(dst), chunk), func(task int) {
		part := dst[task*chunk : min(len(dst), (task+1)*chunk)]
		philoxFill(part, advanced(counter, uint64(task*chunk/4)), key)
	})
}

// advanced is the counter n steps on.
func advanced(c [4]uint32, n uint64) [4]uint32 {
	low, high := uint64(c[1])<<32|uint64(c[0]), uint64(c[3])<<32|uint64(c[2])
	sum := low + n
	if sum < low {
		high++
	}
	return [4]uint32{uint32(sum), uint32(sum >> 32), uint32(high), uint32(high >> 32)}
}

// philoxFill fills dst with the words of the counters from c on. The kernel, which adds to
// the counters' first word alone, computes whole vectors; counters at the end and around a
// carry into the second word are computed one by one.
func philoxFill(dst []uint32, c [4]uint32, key [2]uint32) {
	words := 4 * active.philoxLanes
	for len(dst) > 0 {
		vectors := min(len(dst)/words, int((math.MaxUint32-uint64(c[0]))/uint64(active.philoxLanes)))
		if vectors > 0 {
			active.philox(&dst[0], vectors, &c, &key)
			dst, c = dst[vectors*words:], advanced(c, uint64(vectors*active.philoxLanes))
			continue
		}
		block := Philox(c, key)
		dst, c = dst[copy(dst, block[:]):], advanced(c, 1)
	}
}

// philoxVectorsGo writes the words of a number of counters, which differ from the first
// one in their first word only: dst[4·i + j] = word j for counter c + i.
func philoxVectorsGo(dst *uint32, vectors int, counter *[4]uint32, key *[2]uint32) {
	c := *counter
	for i := range vectors {
		block := Philox(c, *key)
		copy(unsafe.Slice(dst, 4*vectors)[4*i:], block[:])
		c[0]++
	}
}
