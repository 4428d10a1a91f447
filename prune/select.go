package prune

import (
	"math"
	"slices"

	"espalier/nn"
)

// removeLowest returns the mask less the count live weights of the parameters with
// the smallest values, ties in order of position.
func (m *Mask) removeLowest(parameters []nn.Parameter, values Values, count int) *Mask {
	if count <= 0 {
		return m
	}
	last, ties := m.lowest(parameters, values, count)
	tensors := slices.Clone(m.tensors)
	for _, p := range parameters {
		t, rated := m.tensors[m.index[p.Name]], values[p.Name]
		kept := slices.Clone(t.bits)
		for i := range t.all() {
			k := key(rated[i])
			if k > last || k == last && ties == 0 {
				continue
			}
			if k == last {
				ties--
			}
			kept[i/wordBits] &^= 1 << (i % wordBits)
		}
		t.bits, t.live = kept, popCount(kept)
		tensors[m.index[p.Name]] = t
	}
	return newMask(tensors)
}

// The leading bits of a key select its bucket.
const (
	bucketBits = 13
	tailBits   = 32 - bucketBits
)

// lowest returns the largest key among the count smallest ones, and how many of
// the values with that key are among them. Instead of sorting all keys it counts
// them in buckets and sorts the one bucket in which the count is reached.
func (m *Mask) lowest(parameters []nn.Parameter, values Values, count int) (last uint32, ties int) {
	var sizes [1 << bucketBits]int
	for _, p := range parameters {
		rated := values[p.Name]
		for i := range m.Live(p.Name) {
			sizes[key(rated[i])>>tailBits]++
		}
	}
	bucket := 0
	for count > sizes[bucket] {
		count -= sizes[bucket]
		bucket++
	}
	keys := make([]uint32, 0, sizes[bucket])
	for _, p := range parameters {
		rated := values[p.Name]
		for i := range m.Live(p.Name) {
			if k := key(rated[i]); int(k>>tailBits) == bucket {
				keys = append(keys, k)
			}
		}
	}
	slices.Sort(keys)
	last = keys[count-1]
	first, _ := slices.BinarySearch(keys, last)
	return last, count - first
}

// key maps a number to an integer of the same order; -0 is 0.
func key(value float32) uint32 {
	bits := math.Float32bits(value + 0)
	if bits>>31 == 1 {
		return ^bits
	}
	return bits | 1<<31
}

// number is the inverse of key.
func number(key uint32) float32 {
	if key>>31 == 1 {
		return math.Float32frombits(key &^ (1 << 31))
	}
	return math.Float32frombits(^key)
}
