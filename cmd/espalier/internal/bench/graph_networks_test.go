package bench

import (
	"context"
	"math"
	"testing"

	"espalier/backend"
	"espalier/gnn"
)

// TestGraphNetworksLearn makes sure that what is timed is training.
func TestGraphNetworksLearn(t *testing.T) {
	chosen, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	for _, network := range []gnn.Network{gnn.GCN{Bias: true}, gnn.GAT{}} {
		p, err := onCora(context.Background(), chosen.Backend, network)
		if err != nil {
			t.Fatal(err)
		}
		first, err := p.Step(0.01)
		if err != nil {
			t.Fatal(err)
		}
		var last float64
		for range 60 {
			if last, err = p.Step(0.01); err != nil {
				t.Fatal(err)
			}
		}
		if first < 1.5 || first > 2.5 || last > 0.9*first {
			t.Errorf("%s: the loss goes from %v to %v in 60 steps; it begins near ln 7", network.Kind(), first, last)
		}
		p.Close()
	}
}

// The random graph is about as large as Computers.
func TestComputersIsAsLarge(t *testing.T) {
	g, split, err := computers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		what      string
		got, want int
	}{
		{"nodes", g.Nodes(), computersNodes},
		{"edges", g.Counts().Edges, computersEdges},
		{"features", g.Features().Columns(), computersFeatures},
		{"features that are not zero", g.Features().NonZeros(), computersNonZeros},
		{"nodes of the split", len(split.Train) + len(split.Validation) + len(split.Test), computersNodes},
	} {
		if math.Abs(float64(c.got-c.want)) > .01*float64(c.want) {
			t.Errorf("%d %s, want about %d", c.got, c.what, c.want)
		}
	}
	if !g.Undirected() {
		t.Error("it is directed")
	}
}
