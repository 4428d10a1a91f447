// Package prune decides which weights of a network live. A Mask says so, one bit
// for each weight that can be pruned; a Score rates weights; a Selection says how
// many go, from where, and which layers are spared; and Prune puts the three
// together as a pure function of weights and the mask so far.
//
// A new score is one function of type Score and works with every allocation and
// every way of counting, in a program or in a notebook's cell:
//
//	growth := prune.Elementwise(func(weight, initial float32) float32 {
//		return max(weight, -weight) - max(initial, -initial)
//	})
//	mask, err := prune.Prune(ctx, growth, input, prune.Selection{Fraction: 0.2})
//
// Package prunetest has the properties that every pruning method must have.
package prune
