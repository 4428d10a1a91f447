package prune

import (
	"math"
	"slices"

	"espalier/nn"
)

// removeLowest returns the mask less the count live weights of the parameters with
// the smallest values, ties in order of position. It is a radix selection: two
// passes count the halves of the values' order-preserving keys and so find the
// largest key to be removed, a third removes. No sorting, no copy of the values.
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

const (
	half     = 16
	halfMask = 1<<half - 1
)

// lowest returns the largest key among the count smallest ones, and how many of
// the values with that key are among them.
func (m *Mask) lowest(parameters []nn.Parameter, values Values, count int) (last uint32, ties int) {
	var counts [1 << half]int
	for _, p := range parameters {
		rated := values[p.Name]
		for i := range m.Live(p.Name) {
			counts[key(rated[i])>>half]++
		}
	}
	high, count := reach(&counts, count)
	clear(counts[:])
	for _, p := range parameters {
		rated := values[p.Name]
		for i := range m.Live(p.Name) {
			if k := key(rated[i]); k>>half == high {
				counts[k&halfMask]++
			}
		}
	}
	low, ties := reach(&counts, count)
	return high<<half | low, ties
}

// reach returns the bucket in which the count-th value lies, and which of that
// bucket's values it is, counted from 1.
func reach(counts *[1 << half]int, count int) (bucket uint32, rest int) {
	for i, n := range counts {
		if count <= n {
			return uint32(i), count
		}
		count -= n
	}
	return halfMask, 0
}

// key maps a number to an integer of the same order; -0 is 0.
func key(value float32) uint32 {
	bits := math.Float32bits(value + 0)
	if bits>>31 == 1 {
		return ^bits
	}
	return bits | 1<<31
}
