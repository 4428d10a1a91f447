// Package partition divides the vertices of a hypergraph into parts of bounded size
// such that few hyperedges have vertices in more than one: k-way by recursive
// bisection, each bisection multilevel (coarsen, divide, refine on the way back) with
// the moves of Fiduccia and Mattheyses ("A linear-time heuristic for improving network
// partitions", DAC 1982). Karypis et al., "Multilevel hypergraph partitioning", IEEE
// Transactions on VLSI Systems 7(1), 1999, is what hMETIS does and what this package
// follows.
//
// Rows of a pruned weight are the vertices for lottery tickets that are regrouped into
// dense blocks, and its columns the hyperedges.
package partition
