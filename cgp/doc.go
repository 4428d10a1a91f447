// Package cgp asks how much of a graph, of its node features and of a graph
// network's weights is needed at all.
//
// The masks of this package are each a prune.Mask with up to three kinds of parameters:
// the edges of the graph, its features, and the weights. CGP prunes all three while the
// network trains, step by step, and lets some of what was pruned grow again; UGS prunes
// in rounds, rewinding the weights to their initial values; GEBT stops training when
// what would be pruned no longer changes; sparse training starts sparse and exchanges
// weights. Each method is a file, and so is each control that shows whether it earns
// its keep, such as edges chosen at random. Where a paper and its code differ, a
// prune.Variant chooses between them.
//
// In options, 0 stands for the paper's value and, for what can be left out, a value below
// 0 for none.
package cgp
