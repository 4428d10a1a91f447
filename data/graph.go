package data

import (
	"fmt"
	"math"
	"slices"
	"sync"
)

// Graph is a graph with what is known about its nodes, in memory and immutable. Nodes
// have the numbers 0 to Nodes()−1. An edge leads from a node to a node; a graph that is
// undirected has both directions of each edge.
type Graph struct {
	content  GraphContent // without its edges
	incoming Adjacency
	outgoing Adjacency
	stored   Counts
	counts   func() Counts
	digest   func() string
}

// Edge leads from a node to a node.
type Edge struct{ From, To int32 }

// GraphContent is everything that a graph is made of.
type GraphContent struct {
	Name     string
	Nodes    int
	Edges    []Edge
	Features *Features   // a row for each node; nil where there are none
	Classes  int         // 0 where there are no labels
	Labels   []int32     // of each node, from 0 to Classes−1
	Splits   []NodeSplit // those that come with the graph
	Source   Source
}

// Counts are what a list of edges holds.
type Counts struct {
	Entries    int `json:"entries"`    // directed, whatever they are
	Duplicates int `json:"duplicates"` // entries that repeat another
	Loops      int `json:"loops"`      // nodes that have an edge to themselves
	Edges      int `json:"edges"`      // pairs of two nodes with an edge in either direction
}

// maxClasses bounds what is counted for each class.
const maxClasses = 1 << 16

// NewGraph makes a graph from copies of its parts.
func NewGraph(c GraphContent) (*Graph, error) {
	if err := c.validate(); err != nil {
		return nil, fmt.Errorf("graph %q: %w", c.Name, err)
	}
	c.Labels = slices.Clone(c.Labels)
	c.Splits = cloneSplits(c.Splits)
	c.Source = c.Source.clone()
	g := newGraph(c)
	g.stored = g.counts()
	return g, nil
}

// newGraph keeps the parts themselves, except the edges.
func newGraph(c GraphContent) *Graph {
	g := &Graph{}
	g.incoming, g.outgoing = adjacencies(c.Nodes, c.Edges)
	c.Edges = nil
	g.content = c
	g.counts = sync.OnceValue(g.count)
	g.digest = sync.OnceValue(g.computeDigest)
	return g
}

func (c GraphContent) validate() error {
	switch {
	case c.Nodes < 0 || c.Nodes >= math.MaxInt32:
		return fmt.Errorf("%d nodes", c.Nodes)
	case len(c.Edges) > math.MaxInt32:
		return fmt.Errorf("%d edges are too many", len(c.Edges))
	case c.Features != nil && c.Features.Rows() != c.Nodes:
		return fmt.Errorf("features of %d nodes for %d", c.Features.Rows(), c.Nodes)
	case c.Classes < 0 || c.Classes == 0 && len(c.Labels) > 0 || c.Classes > 0 && len(c.Labels) != c.Nodes:
		return fmt.Errorf("%d labels of %d classes for %d nodes", len(c.Labels), c.Classes, c.Nodes)
	}
	if c.Classes > maxClasses {
		return fmt.Errorf("%d classes; there can be %d", c.Classes, maxClasses)
	}
	for _, e := range c.Edges {
		if e.From < 0 || int(e.From) >= c.Nodes || e.To < 0 || int(e.To) >= c.Nodes {
			return fmt.Errorf("an edge from %d to %d, but there are %d nodes", e.From, e.To, c.Nodes)
		}
	}
	for node, label := range c.Labels {
		if label < 0 || int(label) >= c.Classes {
			return fmt.Errorf("node %d has label %d, but there are %d classes", node, label, c.Classes)
		}
	}
	for _, s := range c.Splits {
		if err := s.validate(c.Nodes); err != nil {
			return err
		}
	}
	return nil
}

// Name says which graph it is and how it was transformed, as in "amazon-photo/largest
// component".
func (g *Graph) Name() string { return g.content.Name }

// Nodes is the number of nodes.
func (g *Graph) Nodes() int { return g.content.Nodes }

// Incoming has, for each node, the nodes from which an edge leads to it.
func (g *Graph) Incoming() Adjacency { return g.incoming }

// Outgoing has, for each node, the nodes to which an edge leads from it.
func (g *Graph) Outgoing() Adjacency { return g.outgoing }

// Crossing returns for each entry of Outgoing which entry of Incoming is the same
// edge, so that numbers on edges can be used in both directions.
func (g *Graph) Crossing() []int32 {
	crossing := make([]int32, g.outgoing.Len())
	next := slices.Clone(g.outgoing.starts)
	for entry, from := range g.incoming.nodes {
		crossing[next[from]] = int32(entry)
		next[from]++
	}
	return crossing
}

// Edges returns the edges, sorted by where they lead to, then by where they come
// from: the order of Incoming.
func (g *Graph) Edges() []Edge {
	edges := make([]Edge, 0, g.incoming.Len())
	for to := range g.Nodes() {
		for _, from := range g.incoming.row(to) {
			edges = append(edges, Edge{From: from, To: int32(to)})
		}
	}
	return edges
}

// Counts are the counts of the graph's edges.
func (g *Graph) Counts() Counts { return g.counts() }

// Stored are the counts of the edges as they were given, before anything was
// dropped or added.
func (g *Graph) Stored() Counts { return g.stored }

func (g *Graph) count() Counts {
	c := Counts{Entries: g.incoming.Len()}
	for to := range g.Nodes() {
		last := int32(-1)
		for _, from := range g.incoming.row(to) {
			switch {
			case from == last:
				c.Duplicates++
			case int(from) == to:
				c.Loops++
			case int(from) < to || !g.outgoing.has(to, from): // the first of both directions
				c.Edges++
			}
			last = from
		}
	}
	return c
}

// Undirected reports whether each edge occurs as often in the other direction.
func (g *Graph) Undirected() bool {
	return slices.Equal(g.incoming.starts, g.outgoing.starts) && slices.Equal(g.incoming.nodes, g.outgoing.nodes)
}

// Features are those of the nodes; nil if there are none.
func (g *Graph) Features() *Features { return g.content.Features }

// Classes is the number of classes, 0 without labels.
func (g *Graph) Classes() int { return g.content.Classes }

// Label is the class of a node.
func (g *Graph) Label(node int) int { return int(g.content.Labels[node]) }

// Labels returns the classes of all nodes; nil if there are none.
func (g *Graph) Labels() []int32 { return slices.Clone(g.content.Labels) }

// ClassCounts returns how many nodes each class has.
func (g *Graph) ClassCounts() []int {
	counts := make([]int, g.Classes())
	for _, label := range g.content.Labels {
		counts[label]++
	}
	return counts
}

// Splits returns the splits that come with the graph.
func (g *Graph) Splits() []NodeSplit { return cloneSplits(g.content.Splits) }

// Source says where the graph comes from and on what terms it is available.
func (g *Graph) Source() Source { return g.content.Source.clone() }

// derive is a graph with the same origin and other content; action is what was
// done, for the name.
func (g *Graph) derive(action string, c GraphContent) *Graph {
	c.Name = g.content.Name + "/" + action
	c.Source = g.content.Source
	derived := newGraph(c)
	derived.stored = g.stored
	return derived
}

// withEdges is a graph of the same nodes with other edges.
func (g *Graph) withEdges(action string, edges []Edge) *Graph {
	c := g.content
	c.Edges = edges
	return g.derive(action, c)
}
