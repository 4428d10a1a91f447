package cgp_test

import (
	"math"
	"testing"
	"testing/quick"

	"espalier/cgp"
	"espalier/data"
	"espalier/seed"
)

func TestAUCAgainstAllPairs(t *testing.T) {
	property := func(s uint64) bool {
		random := seed.Seed(s).Stream("scores")
		scores, labels := make([]float64, 30), make([]int32, 30)
		for i := range scores {
			scores[i], labels[i] = float64(random.IntN(8)), int32(random.IntN(2))
		}
		won, pairs := 0.0, 0.0
		for i := range scores {
			for j := range scores {
				if labels[i] == 1 && labels[j] == 0 {
					pairs++
					switch {
					case scores[i] > scores[j]:
						won++
					case scores[i] == scores[j]:
						won += .5
					}
				}
			}
		}
		return math.Abs(cgp.AUC(scores, labels)-won/pairs) < 1e-12
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
	if !math.IsNaN(cgp.AUC([]float64{1}, []int32{1})) {
		t.Error("one class has an area")
	}
	if !math.IsNaN(cgp.AUC([]float64{1, math.NaN(), 0}, []int32{1, 0, 1})) {
		t.Error("scores of a network that has diverged have an area")
	}
}

// Two cliques that one edge joins: a pair in one clique is near, one across is not.
func TestLinkProblem(t *testing.T) {
	var edges []data.Edge
	for i := range int32(20) {
		for j := range i {
			if i/10 == j/10 {
				edges = append(edges, data.Edge{From: i, To: j})
			}
		}
	}
	edges = append(edges, data.Edge{From: 0, To: 10})
	g, err := data.NewGraph(data.GraphContent{Name: "cliques", Nodes: 20, Edges: edges})
	if err != nil {
		t.Fatal(err)
	}
	split, err := g.Symmetrised().SplitLinks(data.LinkSplitOptions{}, 1)
	if err != nil {
		t.Fatal(err)
	}
	pairs, parts, err := cgp.LinkProblem(split, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	if pairs.Nodes() != 2*91 || pairs.Features().Columns() != 4 || pairs.Counts().Entries != 0 {
		t.Errorf("%d pairs of %d features", pairs.Nodes(), pairs.Features().Columns())
	}
	if len(parts.Train)+len(parts.Validation)+len(parts.Test) != pairs.Nodes() {
		t.Error("a pair is in no part")
	}
	var scores []float64
	features := pairs.Features().Dense()
	for i := range pairs.Nodes() {
		near := 0.0
		for _, x := range features[4*i : 4*i+2] {
			near -= float64(x)
		}
		scores = append(scores, near)
	}
	if got := cgp.AUC(scores, pairs.Labels()); got < .95 {
		t.Errorf("nearness alone has an area of %v", got)
	}
	if _, _, err := cgp.LinkProblem(split, 0, 1); err == nil {
		t.Error("no dimensions pass")
	}
}
