package data

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"espalier/seed"
)

func TestSplitLinks(t *testing.T) {
	cora, err := OpenGraph(t.Context(), "cora", "")
	if err != nil {
		t.Fatal(err)
	}
	split, err := cora.SplitLinks(LinkSplitOptions{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{4488, 263, 527} { // of 5,278: the rest, 5 % and 10 %
		part := []LinkExamples{split.Train, split.Validation, split.Test}[i]
		if len(part.Positive) != want || len(part.Negative) != want {
			t.Errorf("part %d has %d and %d pairs, want %d", i, len(part.Positive), len(part.Negative), want)
		}
	}
	if c := split.Graph.Counts(); c.Edges != 4488 || c.Entries != 2*4488 || !split.Graph.Undirected() || split.Graph.Features() == nil {
		t.Errorf("the graph has %+v", c)
	}
	if err := checkLinks(cora, split); err != nil {
		t.Error(err)
	}
	again, err := cora.SplitLinks(LinkSplitOptions{}, 1)
	if err != nil || !reflect.DeepEqual(again.Test, split.Test) || again.Graph.Digest() != split.Graph.Digest() {
		t.Errorf("the same seed drew others, %v", err)
	}
}

// checkLinks checks that the pairs are edges or not, each once.
func checkLinks(g *Graph, s LinkSplit) error {
	linked := map[Edge]bool{}
	for _, e := range g.Edges() {
		linked[Edge{min(e.From, e.To), max(e.From, e.To)}] = true
	}
	seen, positives := map[Edge]bool{}, 0
	for _, part := range []LinkExamples{s.Train, s.Validation, s.Test} {
		positives += len(part.Positive)
		for i, pairs := range [][]Edge{part.Positive, part.Negative} {
			if !slices.IsSortedFunc(pairs, comparePairs) {
				return fmt.Errorf("not sorted: %v", pairs)
			}
			for _, e := range pairs {
				if e.From >= e.To || seen[e] || linked[e] != (i == 0) {
					return fmt.Errorf("pair %v comes twice, is no pair, or is an edge: %v", e, linked[e])
				}
				seen[e] = true
			}
		}
	}
	return differ("edges", positives, g.Counts().Edges)
}

func TestSplitLinksOfAnyGraph(t *testing.T) {
	forRandomGraphs(t, func(g *Graph) error {
		split, err := g.SplitLinks(LinkSplitOptions{Validation: .2, Test: .3}, 7)
		if free := g.Nodes()*(g.Nodes()-1)/2 - g.Counts().Edges; free < g.Counts().Edges {
			if err == nil || !strings.Contains(err.Error(), "without an edge") {
				return fmt.Errorf("error %v for %d free pairs", err, free)
			}
			return nil
		}
		if err != nil {
			return err
		}
		return checkLinks(g, split)
	})
}

func TestNegativesAreUniform(t *testing.T) {
	// Of the ten pairs of five nodes one has an edge, so that every other comes in a
	// ninth of the draws.
	g, err := NewGraph(GraphContent{Nodes: 5, Edges: []Edge{{0, 1}}})
	if err != nil {
		t.Fatal(err)
	}
	const draws = 9000
	times := map[Edge]int{}
	for s := range draws {
		split, err := g.SplitLinks(LinkSplitOptions{Validation: .5}, seed.Seed(s))
		if err != nil {
			t.Fatal(err)
		}
		times[split.Train.Negative[0]]++
	}
	for pair, n := range times {
		if n < 850 || n > 1150 { // five standard deviations
			t.Errorf("%v came %d times of %d", pair, n, draws)
		}
	}
	if len(times) != 9 {
		t.Errorf("%d pairs", len(times))
	}
}

func TestLinkSplitsThatAreNone(t *testing.T) {
	g := randomGraph(t, 3)
	for _, o := range []LinkSplitOptions{{Validation: -1}, {Validation: .5, Test: .5}, {Negatives: -1}, {Negatives: math.MaxInt}} {
		if _, err := g.SplitLinks(o, 1); err == nil {
			t.Errorf("%+v: no error", o)
		}
	}
}
