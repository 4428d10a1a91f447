package data

import (
	"iter"
	"slices"
)

// Adjacency has, for each node, the nodes at the other ends of its edges, sorted, in
// compressed rows: those of node i are the entries Starts()[i] to Starts()[i+1] of
// Nodes().
type Adjacency struct{ starts, nodes []int32 }

// Len is the number of entries.
func (a Adjacency) Len() int { return len(a.nodes) }

// Starts returns where the rows begin, and where the last one ends.
func (a Adjacency) Starts() []int32 { return slices.Clone(a.starts) }

// Nodes returns the other ends of all edges, row by row.
func (a Adjacency) Nodes() []int32 { return slices.Clone(a.nodes) }

// Degree is the number of entries of a node.
func (a Adjacency) Degree(node int) int { return int(a.starts[node+1] - a.starts[node]) }

// Neighbours are the entries of a node.
func (a Adjacency) Neighbours(node int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, other := range a.row(node) {
			if !yield(int(other)) {
				return
			}
		}
	}
}

// row returns the entries of a node themselves, which nobody may change.
func (a Adjacency) row(node int) []int32 { return a.nodes[a.starts[node]:a.starts[node+1]] }

// has reports whether a node has an entry.
func (a Adjacency) has(node int, other int32) bool {
	_, found := slices.BinarySearch(a.row(node), other)
	return found
}

// adjacencies sorts edges by destination and by source, by counting.
func adjacencies(nodes int, edges []Edge) (incoming, outgoing Adjacency) {
	from := func(e Edge) int32 { return e.From }
	to := func(e Edge) int32 { return e.To }
	incoming = compress(nodes, ordered(nodes, edges, from), to, from)
	outgoing = compress(nodes, ordered(nodes, edges, to), from, to)
	return incoming, outgoing
}

// ordered returns the edges sorted by a key, equal ones in the order they had.
func ordered(nodes int, edges []Edge, key func(Edge) int32) []Edge {
	next := starts(nodes, edges, key)
	sorted := make([]Edge, len(edges))
	for _, e := range edges {
		sorted[next[key(e)]] = e
		next[key(e)]++
	}
	return sorted
}

// compress makes rows by a key of edges that are sorted by their other end.
func compress(nodes int, edges []Edge, row, entry func(Edge) int32) Adjacency {
	a := Adjacency{starts: starts(nodes, edges, row), nodes: make([]int32, len(edges))}
	next := slices.Clone(a.starts)
	for _, e := range edges {
		a.nodes[next[row(e)]] = entry(e)
		next[row(e)]++
	}
	return a
}

// starts returns where the edges of each key begin once they are sorted by it.
func starts(nodes int, edges []Edge, key func(Edge) int32) []int32 {
	begin := make([]int32, nodes+1)
	for _, e := range edges {
		begin[key(e)+1]++
	}
	for i := range nodes {
		begin[i+1] += begin[i]
	}
	return begin
}
