package cgp

import (
	"slices"

	"espalier/data"
	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
)

// Size is what the papers' formulas of cost look at: a graph and a network of two
// layers on it.
type Size struct {
	Nodes    int // that have features
	Edges    int // as the formula counts them
	Features int
	Hidden   int
	Classes  int
}

// Densities are what is left of a graph's edges and features and of the weights.
type Densities struct{ Edges, Features, Weights float64 }

// MACs is a formula for the multiply-accumulates of one inference. The papers' formulas
// differ so much that their numbers cannot be compared.
type MACs struct {
	Name string
	// Help says what is counted.
	Help string
	// Size is what the formula looks at of a graph that has features, and of a network
	// with so many hidden units.
	Size func(g *data.Graph, hidden int) Size
	// Of is the count for what is left.
	Of func(s Size, left Densities) float64
}

// Formulas are the papers' formulas, the oldest first.
var Formulas = []MACs{UGSMACs, GEBTMACs}

// UGSMACs is the formula that reproduces the numbers of Chen et al., "A Unified
// Lottery Ticket Hypothesis for Graph Neural Networks", ICML 2021,
//
//	w·(N·F·H + N·H·C) + g·2·E·H
//
// where g and w are the densities of edges and weights and E counts directed edges
// without loops. It charges the hidden width for both aggregations and ignores that
// many features are zero; for CiteSeer N is 3,312, without the nodes that have no
// features.
var UGSMACs = MACs{
	Name: "ugs", Help: "products dense, both aggregations at the hidden width",
	Size: func(g *data.Graph, hidden int) Size { return sizeOf(g, distinct(g.Counts()), hidden) },
	Of: func(s Size, left Densities) float64 {
		return left.Weights*s.products() + left.Edges*2*float64(s.Edges)*float64(s.Hidden)
	},
}

// GEBTMACs is the formula that reproduces the dense numbers of You et al., "Early-Bird
// GCNs", AAAI 2022,
//
//	w·(N·F·H + N·H·C) + g·E·F
//
// with a single aggregation, at the width of the input, where E counts the entries of
// the published lists of neighbours, including duplicates and loops. N is as for UGS.
// For a graph that differs from its published lists by more than duplicates and loops,
// such as one published with each edge in one direction, E counts its own edges.
var GEBTMACs = MACs{
	Name: "gebt", Help: "products dense, one aggregation at the input's width",
	Size: func(g *data.Graph, hidden int) Size { return sizeOf(g, listed(g), hidden) },
	Of: func(s Size, left Densities) float64 {
		return left.Weights*s.products() + left.Edges*float64(s.Edges)*float64(s.Features)
	},
}

// sizeOf is that of a graph with so many edges.
func sizeOf(g *data.Graph, edges, hidden int) Size {
	s := Size{Edges: edges, Features: g.Features().Columns(), Hidden: hidden, Classes: g.Classes()}
	for node := range g.Nodes() {
		for range g.Features().Row(node) {
			s.Nodes++
			break
		}
	}
	return s
}

// distinct are the directed edges without loops and duplicates.
func distinct(c data.Counts) int { return c.Entries - c.Duplicates - c.Loops }

// listed are the entries of a graph's published lists, if it is a graph of them.
func listed(g *data.Graph) int {
	if stored := g.Stored(); distinct(stored) == distinct(g.Counts()) {
		return stored.Entries
	}
	return g.Counts().Entries
}

func (s Size) products() float64 {
	return float64(s.Nodes) * float64(s.Hidden) * float64(s.Features+s.Classes)
}

// ExecutedMACs counts the multiplications of an inference of a network on a graph if
// zeros are skipped: the nonzero features times the live weights of their rows, the
// live weights of other layers and the numbers that rate edges once for each node, and
// the messages along the remaining edges and along loops. Edges, features or weights
// that the mask lacks are dense.
func ExecutedMACs(g *data.Graph, mask *prune.Mask, network gnn.Network) float64 {
	shape := gnn.ShapeOf(g)
	larger := withMoreFeatures(network, shape)
	messages := network.Messages(shape)
	executed := messages.Edges*liveOf(mask, Edges, shape.Edges) + messages.Loops*shape.Nodes
	for i, p := range network.Parameters(shape) {
		switch p.Role {
		case nn.Weight:
			if larger[i].Shape[0] != p.Shape[0] {
				executed += featureProducts(g, mask, p)
			} else {
				executed += shape.Nodes * liveOf(mask, p.Name, p.Size())
			}
		case gnn.SourceAttention, gnn.TargetAttention:
			executed += shape.Nodes * p.Size()
		}
	}
	return float64(executed)
}

// featureProducts are those of the features with a weight that has one row for each of
// them, or several, one block of rows after the other.
func featureProducts(g *data.Graph, mask *prune.Mask, p nn.Parameter) int {
	widths := make([]int, g.Features().Columns())
	for row, width := range rowWidths(mask, p) {
		if f := row % len(widths); mask.SizeOf(Features) == 0 || mask.Lives(Features, f) {
			widths[f] += width
		}
	}
	products := 0
	for node := range g.Nodes() {
		for column := range g.Features().Row(node) {
			products += widths[column]
		}
	}
	return products
}

// liveOf is how much of a parameter lives, all if it is not masked.
func liveOf(mask *prune.Mask, name string, size int) int {
	if mask.SizeOf(name) == 0 {
		return size
	}
	return mask.CountOf(name)
}

// rowWidths are the live weights in each row of a matrix.
func rowWidths(mask *prune.Mask, p nn.Parameter) []int {
	rows, columns := p.Shape[0], p.Shape[1]
	if mask.SizeOf(p.Name) == 0 {
		return slices.Repeat([]int{columns}, rows)
	}
	widths := make([]int, rows)
	for i := range mask.Live(p.Name) {
		widths[i/columns]++
	}
	return widths
}
