package data_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"espalier/data"
)

func ExampleCard_WriteTable() {
	g, err := data.NewGraph(data.GraphContent{
		Name: "square", Nodes: 4, Classes: 2, Labels: []int32{0, 0, 1, 1},
		Edges: []data.Edge{{From: 0, To: 1}, {From: 1, To: 2}, {From: 2, To: 3}, {From: 3, To: 0}},
	})
	if err != nil {
		panic(err)
	}
	card := g.Symmetrised().Card()
	card.Digest = "…"
	if err := card.WriteTable(os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// graph       square/symmetrised
	// nodes       4
	// edges       4 undirected, 8 directed entries
	// as stored   4 entries, 0 of them duplicates; 0 nodes with loops
	// here        0 duplicates, 0 loops, undirected
	// density     0.667
	// degrees     mean 2.00, median 2, greatest 2
	//             0: 0, 1: 0, 2–3: 4
	// isolated    0 nodes
	// components  1, the largest of 4 nodes and 4 edges
	// classes     2: 2 2 nodes
	// homophily   0.5000 of the edges, 0.5000 mean over the nodes
	// digest      …
}

// Whatever the card of Cora has is in the table.
func TestCardOfCora(t *testing.T) {
	cora, err := data.OpenGraph(t.Context(), "cora", "")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := cora.Card().WriteTable(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2,708", "5,278 undirected, 10,556 directed entries", "1,433, of which 1.27 %", "0.8100 of the edges", "140 training, 500 validation, 1,000 test", "2–3: ", cora.Digest()} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the card lacks %q:\n%s", want, text.String())
		}
	}
	if err := cora.Card().WriteTable(fullWriter{}); err == nil || !strings.Contains(err.Error(), "card of graph cora: no space") {
		t.Errorf("error %v", err)
	}
}

type fullWriter struct{}

func (fullWriter) Write([]byte) (int, error) { return 0, errors.New("no space") }
