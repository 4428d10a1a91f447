package data

import (
	"slices"
	"testing"
)

func TestCora(t *testing.T) {
	g, err := OpenGraph(t.Context(), "cora", "")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := g.Stored(), (Counts{Entries: 10858, Duplicates: 302, Edges: 5278}); got != want {
		t.Errorf("stored %+v, want %+v", got, want)
	}
	if got, want := g.Counts(), (Counts{Entries: 10556, Edges: 5278}); got != want {
		t.Errorf("counts %+v, want %+v", got, want)
	}
	if got, want := g.ClassCounts(), []int{351, 217, 418, 818, 426, 298, 180}; !slices.Equal(got, want) {
		t.Errorf("classes %v, want %v", got, want)
	}
	f := g.Features()
	if f.NonZeros() != 49216 || !f.Sparse() {
		t.Errorf("%d values, sparse %v", f.NonZeros(), f.Sparse())
	}
	s := g.Splits()[0]
	if len(s.Train) != 140 || len(s.Validation) != 500 || len(s.Test) != 1000 {
		t.Errorf("split %d/%d/%d", len(s.Train), len(s.Validation), len(s.Test))
	}
	if !g.Undirected() {
		t.Error("not undirected")
	}
}
