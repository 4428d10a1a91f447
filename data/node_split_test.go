package data

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// labelled is a graph of nodes with these numbers of each class, in turns.
func labelled(t testing.TB, counts ...int) *Graph {
	t.Helper()
	c := GraphContent{Name: "labelled", Classes: len(counts)}
	left := slices.Clone(counts)
	for slices.Max(left) > 0 {
		for class := range left {
			if left[class] > 0 {
				left[class]--
				c.Labels = append(c.Labels, int32(class))
			}
		}
	}
	c.Nodes = len(c.Labels)
	g, err := NewGraph(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// byClass counts the parts of a split, and checks that every node is in one.
func byClass(t *testing.T, g *Graph, s NodeSplit) (parts [3][]int) {
	t.Helper()
	if err := s.validate(g.Nodes()); err != nil {
		t.Error(err)
	}
	if n := len(s.Train) + len(s.Validation) + len(s.Test); n != g.Nodes() {
		t.Errorf("%d of %d nodes are in a part", n, g.Nodes())
	}
	for i, part := range [][]int32{s.Train, s.Validation, s.Test} {
		parts[i] = make([]int, g.Classes())
		for _, node := range part {
			parts[i][g.Label(int(node))]++
		}
		if !slices.IsSorted(part) {
			t.Errorf("part %d is not sorted", i)
		}
	}
	return parts
}

func TestPerClassSplit(t *testing.T) {
	g := labelled(t, 100, 60, 35, 1)
	split, err := PerClassSplit{}.Split(g, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := byClass(t, g, split), [3][]int{{20, 20, 20, 1}, {30, 30, 15, 0}, {50, 10, 0, 0}}; !reflect.DeepEqual(got, want) || split.Name != "20 + 30 a class" {
		t.Errorf("%s: %v, want %v", split.Name, got, want)
	}
	loose, err := PerClassSplit{AnyClass: true}.Split(g, 1)
	if err != nil {
		t.Fatal(err)
	}
	if byClass(t, g, loose); !slices.Equal(loose.Train, split.Train) || len(loose.Validation) != 120 || loose.Name != "20 a class + 120" {
		t.Errorf("%s: %d for validation", loose.Name, len(loose.Validation))
	}
	all, err := PerClassSplit{Validation: math.MaxInt, AnyClass: true}.Split(g, 1)
	if err != nil {
		t.Fatal(err)
	}
	if byClass(t, g, all); len(all.Validation) != g.Nodes()-len(split.Train) {
		t.Errorf("%d of all nodes are for validation", len(all.Validation))
	}
	again, err := PerClassSplit{}.Split(g, 1)
	if err != nil || !reflect.DeepEqual(again, split) {
		t.Errorf("the same seed drew %v, %v", again, err)
	}
	other, err := PerClassSplit{}.Split(g, 2)
	if err != nil || reflect.DeepEqual(other.Train, split.Train) {
		t.Errorf("another seed drew the same, %v", err)
	}
}

func TestFractionSplit(t *testing.T) {
	g := labelled(t, 100, 50, 7, 1)
	split, err := FractionSplit{}.Split(g, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := byClass(t, g, split), [3][]int{{48, 24, 3, 1}, {32, 16, 3, 0}, {20, 10, 1, 0}}; !reflect.DeepEqual(got, want) || split.Name != "48/32/20" {
		t.Errorf("%s: %v, want %v", split.Name, got, want)
	}
	half, err := FractionSplit{Train: .5, Validation: .25}.Split(g, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := byClass(t, g, half), [3][]int{{50, 25, 4, 1}, {25, 13, 1, 0}, {25, 12, 2, 0}}; !reflect.DeepEqual(got, want) || half.Name != "50/25/25" {
		t.Errorf("%s: %v, want %v", half.Name, got, want)
	}
}

func TestSplitsThatAreNone(t *testing.T) {
	bare, err := NewGraph(GraphContent{Nodes: 3})
	if err != nil {
		t.Fatal(err)
	}
	g := labelled(t, 5)
	_, e1 := PerClassSplit{}.Split(bare, 1)
	_, e2 := FractionSplit{}.Split(bare, 1)
	_, e3 := PerClassSplit{Train: -1}.Split(g, 1)
	_, e4 := FractionSplit{Train: .7, Validation: .4}.Split(g, 1)
	_, e5 := FractionSplit{Validation: .4}.Split(g, 1)
	for i, err := range []error{e1, e2, e3, e4, e5} {
		if err == nil || i < 2 && !strings.Contains(err.Error(), "no labels") {
			t.Errorf("%d: error %v", i, err)
		}
	}
}
