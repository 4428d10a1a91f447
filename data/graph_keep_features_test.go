package data_test

import (
	"slices"
	"testing"

	"espalier/data"
)

func TestKeepFeatures(t *testing.T) {
	for name, values := range map[string][]float32{
		"sparse": {0, 2, 0, 0, 0, 6, 0, 0, 0},
		"dense":  {1, 2, 3, 4, 5, 6, 7, 8, 9},
	} {
		features, err := data.NewDenseFeatures(3, 3, values)
		if err != nil {
			t.Fatal(err)
		}
		g, err := data.NewGraph(data.GraphContent{Name: name, Nodes: 3, Features: features})
		if err != nil {
			t.Fatal(err)
		}
		kept, err := g.KeepFeatures([]bool{false, true, true})
		if err != nil {
			t.Fatal(err)
		}
		want := []float32{values[1], values[2], values[4], values[5], values[7], values[8]}
		if got := kept.Features().Dense(); !slices.Equal(got, want) || kept.Features().Columns() != 2 {
			t.Errorf("%s: kept %v, want %v", name, got, want)
		}
		if _, err := g.KeepFeatures([]bool{true}); err == nil {
			t.Errorf("%s: a mark too few passes", name)
		}
	}
	empty, err := data.NewGraph(data.GraphContent{Name: "bare", Nodes: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := empty.KeepFeatures(nil); err == nil {
		t.Error("a graph without features passes")
	}
}
