package data

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"espalier/seed"
)

// LinkSplitOptions says how edges are split for link prediction. The zero value has
// the shares of T. Kipf and M. Welling, "Variational Graph Auto-Encoders", 2016: 5 %
// of the edges for validation, 10 % for testing, and as many pairs without an edge.
type LinkSplitOptions struct {
	Validation, Test float64 // shares of the edges; both 0 mean .05 and .1
	Negatives        int     // pairs without an edge for each edge; 0 means 1
}

// LinkSplit is a graph whose edges are for training, and which pairs of nodes are
// examples. Pairs have their smaller node first and are sorted; none is in two
// parts.
type LinkSplit struct {
	Graph                   *Graph // of the training edges, undirected, without loops
	Train, Validation, Test LinkExamples
}

// LinkExamples are pairs of nodes with an edge in the whole graph, and pairs
// without.
type LinkExamples struct{ Positive, Negative []Edge }

// SplitLinks splits the pairs of nodes that have an edge in either direction. Pairs
// without an edge are drawn uniformly, each at most once.
func (g *Graph) SplitLinks(o LinkSplitOptions, s seed.Seed) (LinkSplit, error) {
	if o.Validation == 0 && o.Test == 0 {
		o.Validation, o.Test = .05, .1
	}
	o.Negatives = cmp.Or(o.Negatives, 1)
	if !(o.Validation >= 0 && o.Test >= 0 && o.Validation+o.Test < 1) || o.Negatives < 0 || o.Negatives > math.MaxInt32 {
		return LinkSplit{}, fmt.Errorf("shares of %g and %g and %d negatives; shares must be below 1 together, and nothing negative or beyond 2^31", o.Validation, o.Test, o.Negatives)
	}
	positive := g.pairs()
	negative, err := g.unlinked(len(positive)*o.Negatives, positive, s.Stream("negatives"))
	if err != nil {
		return LinkSplit{}, err
	}
	order := s.Stream("links")
	order.Shuffle(len(positive), func(i, j int) { positive[i], positive[j] = positive[j], positive[i] })
	validation, test := int(o.Validation*float64(len(positive))), int(o.Test*float64(len(positive)))
	var split LinkSplit
	take := func(n int) LinkExamples {
		examples := LinkExamples{Positive: positive[:n:n], Negative: negative[: n*o.Negatives : n*o.Negatives]}
		positive, negative = positive[n:], negative[n*o.Negatives:]
		slices.SortFunc(examples.Positive, comparePairs)
		slices.SortFunc(examples.Negative, comparePairs)
		return examples
	}
	split.Validation, split.Test = take(validation), take(test)
	split.Train = take(len(positive))
	split.Graph = g.withEdges("training links", split.Train.Positive).Symmetrised()
	split.Graph.content.Name = g.Name() + "/training links"
	return split, nil
}

// pairs are the pairs of two nodes with an edge in either direction, sorted.
func (g *Graph) pairs() []Edge {
	edges := g.Edges()
	for i, e := range edges {
		edges[i] = Edge{From: min(e.From, e.To), To: max(e.From, e.To)}
	}
	edges = slices.DeleteFunc(edges, func(e Edge) bool { return e.From == e.To })
	slices.SortFunc(edges, comparePairs)
	return slices.Compact(edges)
}

func comparePairs(a, b Edge) int {
	return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
}

// unlinked draws pairs that are not among the linked ones, in the order they were
// drawn: by trial where most pairs are free, else from the list of those that are.
func (g *Graph) unlinked(count int, linked []Edge, stream *rand.Rand) ([]Edge, error) {
	free := g.Nodes()*(g.Nodes()-1)/2 - len(linked)
	if count > free {
		return nil, fmt.Errorf("graph %q has %d pairs of nodes without an edge, and %d are wanted", g.Name(), free, count)
	}
	taken := make(map[Edge]bool, len(linked)+count)
	for _, e := range linked {
		taken[e] = true
	}
	if count > free/2 || len(linked) > free {
		return g.chosen(count, taken, stream), nil
	}
	drawn := make([]Edge, 0, count)
	for len(drawn) < count {
		a, b := int32(stream.IntN(g.Nodes())), int32(stream.IntN(g.Nodes()))
		e := Edge{From: min(a, b), To: max(a, b)}
		if a != b && !taken[e] {
			taken[e] = true
			drawn = append(drawn, e)
		}
	}
	return drawn, nil
}

// chosen lists all pairs that are not taken and draws of them.
func (g *Graph) chosen(count int, taken map[Edge]bool, stream *rand.Rand) []Edge {
	var free []Edge
	for a := range int32(g.Nodes()) {
		for b := a + 1; int(b) < g.Nodes(); b++ {
			if e := (Edge{From: a, To: b}); !taken[e] {
				free = append(free, e)
			}
		}
	}
	stream.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	return free[:count]
}
