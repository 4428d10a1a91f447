package cgp

import (
	"espalier/data"
	"espalier/prune"
)

// Size is what the papers' formulas of cost look at: a graph and a network of two
// layers on it.
type Size struct {
	Nodes    int
	Edges    int // as the formula counts them
	Features int
	Hidden   int
	Classes  int
}

// Densities are what is left of a graph's edges and features and of the weights.
type Densities struct{ Edges, Features, Weights float64 }

// MACs is a formula of the multiply-accumulates of one inference. The papers' differ
// so much that numbers by two of them cannot be compared.
type MACs struct {
	Name string
	// Help says what is counted.
	Help string
	// Of is the count for what is left.
	Of func(s Size, left Densities) float64
}

// Formulas are those that papers use, in the order of their age.
var Formulas = []MACs{UGSMACs, GEBTMACs}

// UGSMACs is the formula that reproduces the numbers of Chen et al., "A Unified
// Lottery Ticket Hypothesis for Graph Neural Networks", ICML 2021,
//
//	w·(N·F·H + N·H·C) + g·2·E·H
//
// where g and w are the densities of edges and weights and E counts directed edges
// without loops. It charges the hidden width for both aggregations and takes no
// account of features that are zero; the N of CiteSeer is 3,312, without the nodes
// that have no features.
var UGSMACs = MACs{
	Name: "ugs", Help: "products dense, both aggregations at the hidden width",
	Of: func(s Size, left Densities) float64 {
		return left.Weights*s.products() + left.Edges*2*float64(s.Edges)*float64(s.Hidden)
	},
}

// GEBTMACs is the formula that reproduces the dense numbers of You et al., "Early-Bird
// GCNs", AAAI 2022,
//
//	w·(N·F·H + N·H·C) + g·E·F
//
// with one aggregation, at the input's width, for E the entries of the lists of
// neighbours as they were published, duplicates and loops among them.
var GEBTMACs = MACs{
	Name: "gebt", Help: "products dense, one aggregation at the input's width",
	Of: func(s Size, left Densities) float64 {
		return left.Weights*s.products() + left.Edges*float64(s.Edges)*float64(s.Features)
	},
}

func (s Size) products() float64 {
	return float64(s.Nodes) * float64(s.Hidden) * float64(s.Features+s.Classes)
}

// ExecutedMACs counts what a two-layer graph convolutional network on a graph
// multiplies if nothing that is zero is: the features that are not zero times the
// live weights of their rows, the second product, and each aggregation at the width
// of its layer's result, loops included. The mask may have the edges, the features
// and the two weights, which are [features, hidden] and [hidden, classes]; what it
// does not have is dense.
func ExecutedMACs(g *data.Graph, mask *prune.Mask, first, second string, hidden int) float64 {
	edges := liveOf(mask, Edges, g.Counts().Entries)
	classes := g.Classes()
	widths := rowWidths(mask, first, g.Features().Columns(), hidden)
	if mask.SizeOf(Features) > 0 {
		for f := range widths {
			if !mask.Lives(Features, f) {
				widths[f] = 0
			}
		}
	}
	product := 0
	for node := range g.Nodes() {
		for column := range g.Features().Row(node) {
			product += widths[column]
		}
	}
	messages := edges + g.Nodes()
	return float64(product) + float64(messages)*float64(hidden+classes) +
		float64(g.Nodes())*float64(liveOf(mask, second, hidden*classes))
}

// liveOf is how much of a parameter lives, all if it is not masked.
func liveOf(mask *prune.Mask, name string, size int) int {
	if mask.SizeOf(name) == 0 {
		return size
	}
	return mask.CountOf(name)
}

// rowWidths are the live weights in each row of a matrix.
func rowWidths(mask *prune.Mask, name string, rows, columns int) []int {
	widths := make([]int, rows)
	if mask.SizeOf(name) == 0 {
		for i := range widths {
			widths[i] = columns
		}
		return widths
	}
	for i := range mask.Live(name) {
		widths[i/columns]++
	}
	return widths
}
