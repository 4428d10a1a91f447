package cgp

import (
	"math"
	"slices"
	"testing"

	"espalier/data"
	"espalier/seed"
)

// star is a hub with three leaves, two of which are joined.
func star(t *testing.T) *data.Graph {
	t.Helper()
	g, err := data.NewGraph(data.GraphContent{Name: "star", Nodes: 4, Edges: []data.Edge{
		{From: 0, To: 1}, {From: 0, To: 2}, {From: 0, To: 3}, {From: 1, To: 2},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return g.Symmetrised()
}

func TestByDegreeRatesHubsLowest(t *testing.T) {
	g := star(t)
	scores := byDegree(g, seed.Seed(1).Stream("ties"))
	weight := func(e data.Edge) float64 {
		return 1 / math.Sqrt(float64(g.Outgoing().Degree(int(e.From))*g.Incoming().Degree(int(e.To))))
	}
	edges := g.Edges()
	for i := range edges {
		for j := range edges {
			if weight(edges[i]) < weight(edges[j]) && scores[i] >= scores[j] {
				t.Errorf("edge %v is rated %v, edge %v %v", edges[i], scores[i], edges[j], scores[j])
			}
		}
	}
	sorted := slices.Sorted(slices.Values(scores))
	if !slices.Equal(sorted, []float32{1, 2, 3, 4, 5, 6, 7, 8}) {
		t.Errorf("ratings %v are not all different", sorted)
	}
}

func TestRatings(t *testing.T) {
	values := []float32{-3, 0, 2}
	if got := Magnitude.rate(values); !slices.Equal(got, []float32{3, 0, 2}) {
		t.Errorf("magnitude %v", got)
	}
	got := Sigmoid.rate(values)
	for i, want := range []float64{.04743, .5, .88080} {
		if math.Abs(float64(got[i])-want) > 1e-5 {
			t.Errorf("sigmoid %v", got)
		}
	}
	chance := byChance(5, seed.Seed(1).Stream("chance"))
	if sorted := slices.Sorted(slices.Values(chance)); !slices.Equal(sorted, []float32{.2, .4, .6, .8, 1}) {
		t.Errorf("chance %v", chance)
	}
	// Of small parameters and large ones the same part is rated low.
	low := 0
	for _, x := range byChance(1000, seed.Seed(1).Stream("large")) {
		if x <= .6 {
			low++
		}
	}
	if low != 600 {
		t.Errorf("%d of 1000 are rated as low as three of five", low)
	}
	if Rating("other").Check() == nil || Degree.Check() != nil || RandomRating.learned() || !Sigmoid.learned() || !Rating("").learned() {
		t.Error("ratings are not what they are")
	}
}
