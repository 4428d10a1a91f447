package data

import (
	"math/bits"
	"slices"
)

// Card summarises a graph.
type Card struct {
	Name     string   `json:"name"`
	Title    string   `json:"title,omitempty"`
	Home     string   `json:"home,omitempty"`
	Licence  string   `json:"licence,omitempty"`
	Citation string   `json:"citation,omitempty"`
	Remarks  []string `json:"remarks,omitempty"`
	Digest   string   `json:"digest"`

	Nodes int `json:"nodes"`
	Counts
	Undirected bool    `json:"undirected"`
	Stored     Counts  `json:"stored"`  // before anything was dropped or added
	Density    float64 `json:"density"` // edges of the n(n−1)/2 that there could be

	Degrees    DegreeCard `json:"degrees"`
	Isolated   int        `json:"isolated"` // nodes without an edge to another
	Components int        `json:"components"`
	Largest    GraphSize  `json:"largest_component"`

	Features int  `json:"features"`
	NonZeros int  `json:"feature_non_zeros"`
	Sparse   bool `json:"sparse_features"`

	ClassCounts   []int    `json:"class_counts,omitempty"`
	Homophily     *float64 `json:"homophily,omitempty"`      // of the edges; nil without labels
	NodeHomophily *float64 `json:"node_homophily,omitempty"` // mean over the nodes

	Splits []SplitCard `json:"splits,omitempty"`
}

// DegreeCard tells how many neighbours nodes have.
type DegreeCard struct {
	Mean     float64 `json:"mean"`
	Median   int     `json:"median"` // the lower of two
	Greatest int     `json:"greatest"`
	// Histogram has the numbers of nodes with no neighbour, 1, 2 to 3, 4 to 7, and
	// so on.
	Histogram []int `json:"histogram"`
}

// SplitCard tells how large the parts of a split are, and how many nodes of each
// class are for training.
type SplitCard struct {
	Name       string `json:"name"`
	Train      int    `json:"train"`
	Validation int    `json:"validation"`
	Test       int    `json:"test"`
	Classes    []int  `json:"train_class_counts,omitempty"`
}

// Card counts everything. For a graph that OpenGraph has read it includes the remarks.
func (g *Graph) Card() Card {
	s := g.content.Source
	c := Card{
		Name: g.Name(), Title: s.Title, Home: s.Home, Licence: s.Licence, Citation: s.Citation, Digest: g.Digest(),
		Nodes: g.Nodes(), Counts: g.Counts(), Undirected: g.Undirected(), Stored: g.Stored(),
	}
	if d, ok := graphs.Get(g.Name()); ok {
		c.Remarks = slices.Clone(d.remarks)
	}
	if pairs := float64(c.Nodes) * float64(c.Nodes-1) / 2; pairs > 0 {
		c.Density = float64(c.Edges) / pairs
	}
	degrees := g.Degrees()
	c.Degrees = degreeCard(degrees)
	for _, degree := range degrees {
		if degree == 0 {
			c.Isolated++
		}
	}
	_, sizes := g.Components()
	c.Components = len(sizes)
	c.Largest = g.LargestComponent().Size()
	if f := g.Features(); f != nil {
		c.Features, c.NonZeros, c.Sparse = f.Columns(), f.NonZeros(), f.Sparse()
	}
	if g.Classes() > 0 {
		c.ClassCounts = g.ClassCounts()
	}
	if share, ok := g.Homophily(); ok {
		c.Homophily = &share
	}
	if mean, ok := g.NodeHomophily(); ok {
		c.NodeHomophily = &mean
	}
	for _, split := range g.content.Splits {
		c.Splits = append(c.Splits, g.splitCard(split))
	}
	return c
}

func degreeCard(degrees []int) DegreeCard {
	var c DegreeCard
	if len(degrees) == 0 {
		return c
	}
	sum := 0
	for _, degree := range degrees {
		sum += degree
		bucket := bits.Len(uint(degree))
		for len(c.Histogram) <= bucket {
			c.Histogram = append(c.Histogram, 0)
		}
		c.Histogram[bucket]++
	}
	sorted := slices.Sorted(slices.Values(degrees))
	c.Mean = float64(sum) / float64(len(degrees))
	c.Median = sorted[(len(sorted)-1)/2]
	c.Greatest = sorted[len(sorted)-1]
	return c
}

func (g *Graph) splitCard(s NodeSplit) SplitCard {
	c := SplitCard{Name: s.Name, Train: len(s.Train), Validation: len(s.Validation), Test: len(s.Test)}
	if g.Classes() > 0 {
		c.Classes = make([]int, g.Classes())
		for _, node := range s.Train {
			c.Classes[g.Label(int(node))]++
		}
	}
	return c
}
