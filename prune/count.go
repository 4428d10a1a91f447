package prune

import "math"

// Count says how many of a pool's weights are removed. live is the number of weights
// that can be, beside the number of live weights in spared layers, from which nothing
// is removed. Prune never removes more than live.
type Count func(fraction float64, live, beside int) int

// Round removes the rounded fraction of the live weights, halves going to the even
// number: round(fraction × live) in Python, as PyTorch's torch.nn.utils.prune and
// with it Structure-LTH count. Weights of spared layers do not enter.
func Round(fraction float64, live, _ int) int {
	return int(math.RoundToEven(fraction * float64(live)))
}

// CeilPlusOne removes ⌈fraction × R⌉ + 1 weights, where R are the live weights of
// the whole network, those of spared layers among them. This is what OpenLTH's
// sparse_global does (its threshold is the element with index ⌈fraction × R⌉ of the
// sorted magnitudes, and it keeps what is larger), as long as no two magnitudes
// are equal; where they are, OpenLTH removes all that equal the threshold, while
// the count here is always exact.
func CeilPlusOne(fraction float64, live, beside int) int {
	return int(math.Ceil(fraction*float64(live+beside))) + 1
}
