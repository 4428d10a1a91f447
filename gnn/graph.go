package gnn

import (
	"fmt"

	"espalier/data"
)

// Graph is a graph as networks read it: a Pattern of its edges and one of its
// features. It is immutable and may be shared.
type Graph struct {
	shape    Shape
	name     string
	edges    *Pattern // in the order of data.Graph.Edges
	looped   *Pattern // the same, then a loop at every node
	elements *Pattern // of sparse features: rows are nodes, columns features
	features []float32
	labels   []int32
}

// Shape is what the parameters of a network depend on.
type Shape struct {
	Nodes    int
	Edges    int // directed, without loops
	Features int
	Classes  int
}

// ShapeOf is what a network takes of a graph.
func ShapeOf(g *data.Graph) Shape {
	s := Shape{Nodes: g.Nodes(), Edges: g.Counts().Entries, Classes: g.Classes()}
	if g.Features() != nil {
		s.Features = g.Features().Columns()
	}
	return s
}

// NewGraph prepares a graph that has features and labels, and neither loops nor
// duplicates: data.Graph.WithoutLoops and WithoutDuplicates drop them. Networks that
// need loops add them.
func NewGraph(g *data.Graph) (*Graph, error) {
	counts := g.Counts()
	switch {
	case g.Features() == nil:
		return nil, fmt.Errorf("graph %q has no features", g.Name())
	case g.Classes() == 0:
		return nil, fmt.Errorf("graph %q has no labels", g.Name())
	case counts.Loops > 0 || counts.Duplicates > 0:
		return nil, fmt.Errorf("graph %q has %d loops and %d duplicate edges; drop them first", g.Name(), counts.Loops, counts.Duplicates)
	}
	edges := incoming(g)
	n := &Graph{shape: ShapeOf(g), name: g.Name(), edges: edges, looped: edges.withDiagonal(), labels: g.Labels()}
	if !g.Features().Sparse() {
		n.features = g.Features().Dense()
		return n, nil
	}
	starts, columns, values := g.Features().Compressed()
	n.elements, n.features = compressed(starts, columns, g.Features().Columns()), values
	return n, nil
}

// incoming is the adjacency of a graph: rows are where edges lead to.
func incoming(g *data.Graph) *Pattern {
	in := g.Incoming()
	return compressed(in.Starts(), in.Nodes(), g.Nodes())
}

// compressed is the pattern of compressed rows.
func compressed(starts, columns []int32, width int) *Pattern {
	p := &Pattern{rows: len(starts) - 1, columns: width, row: make([]int32, len(columns)), column: columns, sorted: true}
	for row := range p.rows {
		for e := starts[row]; e < starts[row+1]; e++ {
			p.row[e] = int32(row)
		}
	}
	return p
}

// Name says which graph it is and how it was transformed.
func (g *Graph) Name() string { return g.name }

// Shape is the numbers of nodes, edges, features and classes.
func (g *Graph) Shape() Shape { return g.shape }

// Edges is the adjacency without loops; element e is edge e of data.Graph.Edges.
func (g *Graph) Edges() *Pattern { return g.edges }
