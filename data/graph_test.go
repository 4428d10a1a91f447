package data

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"espalier/seed"
)

// randomGraph has loops, duplicates, features, labels and a split.
func randomGraph(t testing.TB, s seed.Seed) *Graph {
	t.Helper()
	stream := s.Stream("graph")
	c := GraphContent{Name: "random", Nodes: 1 + stream.IntN(12), Classes: 3}
	for range stream.IntN(40) {
		c.Edges = append(c.Edges, Edge{From: int32(stream.IntN(c.Nodes)), To: int32(stream.IntN(c.Nodes))})
	}
	values := make([]float32, 4*c.Nodes)
	for i := range values {
		values[i] = float32(max(0, stream.IntN(4)-1))
	}
	split := NodeSplit{Name: "one"}
	for node := range int32(c.Nodes) {
		c.Labels = append(c.Labels, int32(stream.IntN(3)))
		part := []*[]int32{&split.Train, &split.Validation, &split.Test}[stream.IntN(3)]
		*part = append(*part, node)
	}
	c.Splits = []NodeSplit{split}
	var err error
	if c.Features, err = NewDenseFeatures(c.Nodes, 4, values); err != nil {
		t.Fatal(err)
	}
	g, err := NewGraph(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// forRandomGraphs checks what holds of every graph.
func forRandomGraphs(t *testing.T, holds func(g *Graph) error) {
	t.Helper()
	check := func(s uint64) bool {
		g := randomGraph(t, seed.Seed(s))
		if err := holds(g); err != nil {
			t.Errorf("seed %d, edges %v: %v", s, g.Edges(), err)
			return false
		}
		return true
	}
	if err := quick.Check(check, nil); err != nil {
		t.Error(err)
	}
}

func differ(what string, got, want any) error {
	if reflect.DeepEqual(got, want) {
		return nil
	}
	return fmt.Errorf("%s: %v, want %v", what, got, want)
}

func TestGraphOfThreeNodes(t *testing.T) {
	g, err := NewGraph(GraphContent{Name: "g", Nodes: 3, Edges: []Edge{{2, 0}, {0, 1}, {1, 1}, {0, 1}, {1, 0}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"counts", g.Counts(), Counts{Entries: 5, Duplicates: 1, Loops: 1, Edges: 2}},
		{"edges", g.Edges(), []Edge{{1, 0}, {2, 0}, {0, 1}, {0, 1}, {1, 1}}},
		{"incoming starts", g.Incoming().Starts(), []int32{0, 2, 5, 5}},
		{"incoming nodes", g.Incoming().Nodes(), []int32{1, 2, 0, 0, 1}},
		{"outgoing starts", g.Outgoing().Starts(), []int32{0, 2, 4, 5}},
		{"outgoing nodes", g.Outgoing().Nodes(), []int32{1, 1, 0, 1, 0}},
		{"crossing", g.Crossing(), []int32{2, 3, 0, 4, 1}},
		{"neighbours", slices.Collect(g.Incoming().Neighbours(0)), []int{1, 2}},
		{"degree", g.Outgoing().Degree(1), 2},
		{"degrees", g.Degrees(), []int{2, 1, 1}},
		{"undirected", g.Undirected(), false},
		{"symmetrised", g.Symmetrised().Edges(), []Edge{{1, 0}, {1, 0}, {2, 0}, {0, 1}, {0, 1}, {1, 1}, {0, 2}}},
		{"simple", g.simple().Edges(), []Edge{{1, 0}, {2, 0}, {0, 1}, {0, 2}}},
		{"name", g.WithoutLoops().Name(), "g/without loops"},
		{"stored", g.simple().Stored(), g.Counts()},
		{"labels", g.Labels(), []int32(nil)},
		{"features", g.Features(), (*Features)(nil)},
		{"normalised", g.NormalisedRows().Features(), (*Features)(nil)},
	} {
		if err := differ(c.what, c.got, c.want); err != nil {
			t.Error(err)
		}
	}
	if _, ok := g.Homophily(); ok {
		t.Error("homophily without labels")
	}
}

func TestGraphsThatAreNone(t *testing.T) {
	f, err := NewDenseFeatures(1, 1, []float32{1})
	if err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]GraphContent{
		"-1 nodes":              {Nodes: -1},
		"an edge from 0 to 2":   {Nodes: 2, Edges: []Edge{{0, 2}}},
		"an edge from -1 to 0":  {Nodes: 2, Edges: []Edge{{-1, 0}}},
		"features of 1 nodes":   {Nodes: 2, Features: f},
		"1 labels of 2 classes": {Nodes: 2, Classes: 2, Labels: []int32{0}},
		"1 labels of 0 classes": {Nodes: 1, Labels: []int32{0}},
		"node 1 has label 2":    {Nodes: 2, Classes: 2, Labels: []int32{0, 2}},
		"has node 2":            {Nodes: 2, Splits: []NodeSplit{{Train: []int32{2}}}},
		"node 1 twice":          {Nodes: 2, Splits: []NodeSplit{{Train: []int32{1}, Test: []int32{1}}}},
	} {
		if _, err := NewGraph(c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// Counts, degrees and homophily are those of plain loops over all pairs.
func TestStatisticsAgainstPlainLoops(t *testing.T) {
	forRandomGraphs(t, func(g *Graph) error {
		times := map[Edge]int{}
		for _, e := range g.Edges() {
			times[e]++
		}
		want, same := Counts{Entries: len(g.Edges())}, 0
		degrees := make([]int, g.Nodes())
		var nodeShares []float64
		for a := range int32(g.Nodes()) {
			sources, alike := 0., 0.
			for b := range int32(g.Nodes()) {
				if a != b && times[Edge{b, a}] > 0 {
					sources++
					if g.Label(int(a)) == g.Label(int(b)) {
						alike++
					}
				}
				if n := times[Edge{a, b}]; n > 0 {
					want.Duplicates += n - 1
					if a == b {
						want.Loops++
					}
				}
				if a != b && times[Edge{a, b}]+times[Edge{b, a}] > 0 {
					degrees[a]++
					if a < b {
						want.Edges++
						if g.Label(int(a)) == g.Label(int(b)) {
							same++
						}
					}
				}
			}
			if sources > 0 {
				nodeShares = append(nodeShares, alike/sources)
			}
		}
		mean := 0.
		for _, share := range nodeShares {
			mean += share / float64(len(nodeShares))
		}
		if got, ok := g.NodeHomophily(); ok != (len(nodeShares) > 0) || ok && math.Abs(got-mean) > 1e-12 {
			return fmt.Errorf("node homophily %g, want %g", got, mean)
		}
		share, ok := g.Homophily()
		if ok != (want.Edges > 0) || ok && share != float64(same)/float64(want.Edges) {
			return fmt.Errorf("homophily %g, want %d of %d", share, same, want.Edges)
		}
		if err := differ("counts", g.Counts(), want); err != nil {
			return err
		}
		return differ("degrees", g.Degrees(), degrees)
	})
}

func TestBothDirectionsHaveTheSameEdges(t *testing.T) {
	forRandomGraphs(t, func(g *Graph) error {
		edges, crossing := g.Edges(), g.Crossing()
		starts, nodes := g.Outgoing().Starts(), g.Outgoing().Nodes()
		seen := make([]bool, len(edges))
		for from := range g.Nodes() {
			for at := starts[from]; at < starts[from+1]; at++ {
				if err := differ("edge", edges[crossing[at]], Edge{int32(from), nodes[at]}); err != nil {
					return err
				}
				seen[crossing[at]] = true
			}
		}
		if slices.Contains(seen, false) || !slices.IsSortedFunc(edges, compareEdges) {
			return fmt.Errorf("crossing %v of %v", crossing, edges)
		}
		return nil
	})
}

func TestTransforms(t *testing.T) {
	forRandomGraphs(t, func(g *Graph) error {
		kept := g.Digest()
		both := g.Symmetrised()
		single := g.WithoutDuplicates()
		if c := g.Counts(); !both.Undirected() || both.Counts().Edges != c.Edges || both.Counts().Loops != c.Loops {
			return fmt.Errorf("symmetrised: %+v", both.Counts())
		}
		if err := differ("symmetrised twice", both.Symmetrised().Edges(), both.Edges()); err != nil {
			return err
		}
		if c := single.Counts(); c.Duplicates != 0 || c.Entries != g.Counts().Entries-g.Counts().Duplicates || c.Edges != g.Counts().Edges {
			return fmt.Errorf("without duplicates: %+v", c)
		}
		if c := g.WithoutLoops().Counts(); c.Loops != 0 || c.Edges != g.Counts().Edges {
			return fmt.Errorf("without loops: %+v", c)
		}
		looped := g.WithLoops()
		if c := looped.Counts(); c.Loops != g.Nodes() || c.Entries != g.WithoutLoops().Counts().Entries+g.Nodes() {
			return fmt.Errorf("with loops: %+v", c)
		}
		if err := differ("with loops twice", looped.WithLoops().Edges(), looped.Edges()); err != nil {
			return err
		}
		if g.computeDigest() != kept {
			return fmt.Errorf("the graph itself was changed")
		}
		return nil
	})
}

func TestKeepEdges(t *testing.T) {
	forRandomGraphs(t, func(g *Graph) error {
		keep := make([]bool, len(g.Edges()))
		var want []Edge
		for i, e := range g.Edges() {
			if keep[i] = i%3 != 1; keep[i] {
				want = append(want, e)
			}
		}
		pruned, err := g.KeepEdges(keep)
		if err != nil {
			return err
		}
		if _, err := g.KeepEdges(append(keep, true)); err == nil {
			return fmt.Errorf("a mark too many")
		}
		return differ("edges", pruned.Edges(), append([]Edge{}, want...))
	})
}

func TestSubgraphsKeepWhatNodesHave(t *testing.T) {
	forRandomGraphs(t, func(g *Graph) error {
		of, sizes := g.Components()
		part := g.LargestComponent()
		if part.Nodes() != slices.Max(sizes) {
			return fmt.Errorf("%d nodes of components of %v", part.Nodes(), sizes)
		}
		if _, parts := part.Components(); len(parts) != 1 {
			return fmt.Errorf("it falls apart: %v", parts)
		}
		for _, e := range g.Edges() {
			if of[e.From] != of[e.To] {
				return fmt.Errorf("edge %v between components %v", e, of)
			}
		}
		backwards := make([]int32, g.Nodes())
		for i := range backwards {
			backwards[i] = int32(g.Nodes() - 1 - i)
		}
		once, err := g.Subgraph(backwards)
		if err != nil {
			return err
		}
		twice, err := once.Subgraph(backwards)
		if err != nil {
			return err
		}
		sorted := g.Splits()
		for i := range sorted {
			sorted[i] = sorted[i].sorted()
		}
		c := g.content
		c.Edges, c.Splits = g.Edges(), sorted
		same, err := NewGraph(c)
		if err != nil {
			return err
		}
		if twice.Label(0) != g.Label(0) || once.Label(0) != g.Label(g.Nodes()-1) {
			return fmt.Errorf("labels %v, %v, %v", g.Labels(), once.Labels(), twice.Labels())
		}
		return differ("digest of what was turned twice", twice.Digest(), same.Digest())
	})
	g := randomGraph(t, 1)
	if _, err := g.Subgraph([]int32{0, 0}); err == nil {
		t.Error("a node twice")
	}
}

func TestRowsAreNormalised(t *testing.T) {
	for _, values := range [][]float32{{1, 3, 0, 0, 2, 2}, {1, 0, 0, 0, 0, 5}} { // dense, sparse
		f, err := NewDenseFeatures(3, 2, values)
		if err != nil {
			t.Fatal(err)
		}
		g, err := NewGraph(GraphContent{Nodes: 3, Features: f})
		if err != nil {
			t.Fatal(err)
		}
		for node, row := range slices.Collect(slices.Chunk(g.NormalisedRows().Features().Dense(), 2)) {
			whole := values[2*node] + values[2*node+1]
			for i, v := range row {
				if want := values[2*node+i] / max(1, whole); v != want {
					t.Errorf("%v: node %d has %v", values, node, row)
				}
			}
		}
		for i, v := range g.BinaryFeatures().Features().Dense() {
			if (v == 1) != (values[i] != 0) || v != 0 && v != 1 {
				t.Errorf("%v: binary %g at %d", values, v, i)
			}
		}
		if !slices.Equal(f.Dense(), values) {
			t.Error("the features themselves were changed")
		}
	}
}

func TestWhatIsHandedOutIsACopy(t *testing.T) {
	g := randomGraph(t, 5)
	before := g.Digest()
	g.Labels()[0] = 99
	g.Splits()[0].Train = nil
	for _, split := range g.Splits() {
		for i := range split.Test {
			split.Test[i] = 99
		}
	}
	starts, indices, values := g.Features().Compressed()
	for i := range values {
		starts[0], indices[i], values[i] = 99, 99, 99
	}
	for i := range g.Incoming().Nodes() {
		g.Incoming().Nodes()[i] = 99
	}
	if g.computeDigest() != before {
		t.Error("the graph can be changed from outside")
	}
}

func TestDigestDependsOnEverything(t *testing.T) {
	f, err := NewDenseFeatures(2, 1, []float32{1, 2})
	if err != nil {
		t.Fatal(err)
	}
	other, err := NewDenseFeatures(2, 1, []float32{1, 3})
	if err != nil {
		t.Fatal(err)
	}
	base := GraphContent{Nodes: 2, Edges: []Edge{{0, 1}}, Features: f, Classes: 2, Labels: []int32{0, 1}, Splits: []NodeSplit{{Train: []int32{0}}}}
	digests := map[string]bool{}
	for _, change := range []func(*GraphContent){
		func(*GraphContent) {},
		func(c *GraphContent) { c.Edges = []Edge{{1, 0}} },
		func(c *GraphContent) { c.Features = other },
		func(c *GraphContent) { c.Labels = []int32{1, 1} },
		func(c *GraphContent) { c.Classes = 3 },
		func(c *GraphContent) { c.Splits = []NodeSplit{{Validation: []int32{0}}} },
	} {
		c := base
		change(&c)
		g, err := NewGraph(c)
		if err != nil {
			t.Fatal(err)
		}
		digests[g.Digest()] = true
	}
	if len(digests) != 6 {
		t.Errorf("%d digests of 6 graphs", len(digests))
	}
}

// compareEdges orders edges as Edges does.
func compareEdges(a, b Edge) int { return cmp.Or(cmp.Compare(a.To, b.To), cmp.Compare(a.From, b.From)) }
