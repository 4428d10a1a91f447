// Package cgp asks how much of a graph, of its node features and of a graph
// network's weights is needed at all.
//
// A Mask of this package is a prune.Mask with up to three kinds of parameters: the
// edges of the graph, its features, and the weights. CGP prunes all three while the
// network trains, step by step, and lets some of what was pruned grow again; UGS
// does so round by round, rewinding the weights to where they began; GEBT stops
// training when what would be pruned no longer changes; sparse training begins
// sparse and moves its weights. Each is a file, and each control that says whether
// it earns its keep, such as edges chosen at random, is one too.
//
// What papers and their code do differently is a prune.Variant.
package cgp
