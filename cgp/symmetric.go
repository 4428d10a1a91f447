package cgp

import (
	"espalier/data"
	"espalier/nn"
	"espalier/prune"
)

// symmetric is the mask of the edges of an undirected graph that keeps the pairs of
// nodes with the largest scores, both directions of each: a density of the pairs,
// rounded up, each with the score of the direction that leads to its larger node, as
// in the triangle below the diagonal of an adjacency whose rows are sources.
func symmetric(g *data.Graph, scores []float32, density float64) (*prune.Mask, error) {
	edges, reverse := g.Edges(), reversed(g)
	var pairs []int
	var rated []float32
	for entry, e := range edges {
		if e.From < e.To {
			pairs, rated = append(pairs, entry), append(rated, scores[entry])
		}
	}
	kept, err := largest(rated, len(pairs)-prune.RoundDown(len(pairs), 1-density))
	if err != nil {
		return nil, err
	}
	editor := prune.OnesOf([]nn.Parameter{edgesOf(len(edges))}).Edit()
	for pair := range kept.Not().Live(pooled) {
		editor.Set(Edges, pairs[pair], false)
		editor.Set(Edges, int(reverse[pairs[pair]]), false)
	}
	return editor.Mask(), nil
}

// reversed gives for each edge of an undirected graph the edge in the other direction.
// In such a graph entry k of Outgoing is the reverse of entry k of Incoming, so that
// where the one crosses to is where the reverse of the other is.
func reversed(g *data.Graph) []int32 { return g.Crossing() }
