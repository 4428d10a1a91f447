package cgp

import (
	"espalier/data"
	"espalier/prune"
)

// Inspection describes the edges that a mask keeps.
type Inspection struct {
	// Homophily is the share of edges between nodes of the same class among the
	// remaining edges, and HomophilyBefore among all; NaN if there are none.
	Homophily, HomophilyBefore float64
	// Isolated is how many nodes lost the last edge into them.
	Isolated int
	// Degrees are the numbers of edges into each node, before and after.
	Before, After []int
}

// Inspect examines which edges of a graph a mask keeps.
func Inspect(g *data.Graph, mask *prune.Mask) Inspection {
	in := Inspection{Before: make([]int, g.Nodes()), After: make([]int, g.Nodes())}
	var same, sameBefore, kept float64
	edges := g.Edges()
	for i, e := range edges {
		in.Before[e.To]++
		alike := 0.
		if g.Classes() > 0 && g.Label(int(e.From)) == g.Label(int(e.To)) {
			alike = 1
		}
		sameBefore += alike
		if mask.Lives(Edges, i) {
			in.After[e.To]++
			kept++
			same += alike
		}
	}
	for node, before := range in.Before {
		if before > 0 && in.After[node] == 0 {
			in.Isolated++
		}
	}
	in.Homophily, in.HomophilyBefore = same/kept, sameBefore/float64(len(edges))
	return in
}
