package data

import (
	"fmt"
	"slices"
)

// Symmetrised adds the missing edges in the opposite direction. An edge that occurs
// several times in one direction occurs as often in both.
func (g *Graph) Symmetrised() *Graph {
	var edges []Edge
	for node := range g.Nodes() {
		in, out := g.incoming.row(node), g.outgoing.row(node)
		for len(in) > 0 || len(out) > 0 {
			// The next neighbour, with the more entries of both directions.
			other := nextNode(in, out)
			i, o := leading(in, other), leading(out, other)
			for range max(i, o) {
				edges = append(edges, Edge{From: other, To: int32(node)})
			}
			in, out = in[i:], out[o:]
		}
	}
	return g.withEdges("symmetrised", edges)
}

// nextNode is the smaller of the first entries of two rows that are not both empty.
func nextNode(a, b []int32) int32 {
	if len(b) == 0 || len(a) > 0 && a[0] < b[0] {
		return a[0]
	}
	return b[0]
}

// leading counts how often a sorted row begins with a node.
func leading(row []int32, node int32) int {
	n := 0
	for n < len(row) && row[n] == node {
		n++
	}
	return n
}

// WithoutLoops drops the edges from a node to itself.
func (g *Graph) WithoutLoops() *Graph {
	edges := slices.DeleteFunc(g.Edges(), func(e Edge) bool { return e.From == e.To })
	return g.withEdges("without loops", edges)
}

// WithoutDuplicates keeps every edge once.
func (g *Graph) WithoutDuplicates() *Graph {
	return g.withEdges("without duplicates", slices.Compact(g.Edges()))
}

// KeepEdges is the graph with only those edges for which keep, which has an element for
// each entry of Edges, is true.
func (g *Graph) KeepEdges(keep []bool) (*Graph, error) {
	edges := g.Edges()
	if len(keep) != len(edges) {
		return nil, fmt.Errorf("graph %q: %d marks for %d edges", g.Name(), len(keep), len(edges))
	}
	kept := edges[:0]
	for i, e := range edges {
		if keep[i] {
			kept = append(kept, e)
		}
	}
	return g.withEdges("pruned", kept), nil
}

// WithLoops gives every node one edge to itself.
func (g *Graph) WithLoops() *Graph {
	edges := slices.DeleteFunc(g.Edges(), func(e Edge) bool { return e.From == e.To })
	for node := range int32(g.Nodes()) {
		edges = append(edges, Edge{From: node, To: node})
	}
	return g.withEdges("with loops", edges)
}

// simple makes the graph undirected, without loops and duplicates, as most papers
// take theirs, under the name that it has.
func (g *Graph) simple() *Graph {
	s := g.WithoutDuplicates().WithoutLoops().Symmetrised()
	s.content.Name = g.content.Name
	return s
}

// NormalisedRows divides the features of each node by their sum; rows of sum 0 stay
// as they are.
func (g *Graph) NormalisedRows() *Graph {
	return g.withFeatures("rows normalised", g.content.Features.mapped(func(row []float32) {
		var sum float64
		for _, v := range row {
			sum += float64(v)
		}
		if sum == 0 {
			return
		}
		for i, v := range row {
			row[i] = float32(float64(v) / sum)
		}
	}))
}

// BinaryFeatures sets every nonzero feature to 1.
func (g *Graph) BinaryFeatures() *Graph {
	return g.withFeatures("binary", g.content.Features.mapped(func(row []float32) {
		for i, v := range row {
			if v != 0 {
				row[i] = 1
			}
		}
	}))
}

// withFeatures is a graph of the same nodes and edges with other features.
func (g *Graph) withFeatures(action string, f *Features) *Graph {
	c := g.content
	c.Edges = g.Edges()
	c.Features = f
	return g.derive(action, c)
}

// Subgraph is the graph of some nodes and of the edges between them. The nodes are
// numbered in the order given, and each may occur only once.
func (g *Graph) Subgraph(nodes []int32) (*Graph, error) {
	all := NodeSplit{Name: "of the subgraph", Train: nodes}
	if err := all.validate(g.Nodes()); err != nil {
		return nil, err
	}
	return g.subgraph("subgraph", nodes), nil
}

func (g *Graph) subgraph(action string, nodes []int32) *Graph {
	number := make([]int32, g.Nodes())
	for i := range number {
		number[i] = -1
	}
	c := GraphContent{Nodes: len(nodes), Classes: g.content.Classes}
	for i, node := range nodes {
		number[node] = int32(i)
		if c.Classes > 0 {
			c.Labels = append(c.Labels, g.content.Labels[node])
		}
	}
	for i, node := range nodes {
		for _, from := range g.incoming.row(int(node)) {
			if number[from] >= 0 {
				c.Edges = append(c.Edges, Edge{From: number[from], To: int32(i)})
			}
		}
	}
	if f := g.content.Features; f != nil {
		c.Features = f.selected(nodes)
	}
	for _, s := range g.content.Splits {
		c.Splits = append(c.Splits, s.keep(number))
	}
	return g.derive(action, c)
}
