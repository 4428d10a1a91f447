package nn

import (
	"iter"
	"maps"
	"slices"
)

// NonZero is the mask that keeps nonzero values: of pruned weights, of a gradient, or
// of numbers that are 0 and 1. It masks the parameters for which it has values.
type NonZero map[string][]float32

// NonZeroWeights is the mask of a network's weights that are not zero.
func NonZeroWeights(n *Network, weights Weights) NonZero {
	mask := make(NonZero)
	for _, p := range n.Prunable() {
		mask[p.Name] = weights[p.Name]
	}
	return mask
}

// Names lists the masked parameters in alphabetical order.
func (m NonZero) Names() []string { return slices.Sorted(maps.Keys(m)) }

// SizeOf is the number of values of a masked parameter, 0 where it is not masked.
func (m NonZero) SizeOf(parameter string) int { return len(m[parameter]) }

// CountOf is the number of living values of a masked parameter.
func (m NonZero) CountOf(parameter string) int {
	count := 0
	for range m.Live(parameter) {
		count++
	}
	return count
}

// Live yields the flat indices of a masked parameter's living values.
func (m NonZero) Live(parameter string) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i, v := range m[parameter] {
			if v != 0 && !yield(i) {
				return
			}
		}
	}
}
