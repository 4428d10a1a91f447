package bench

import (
	"context"
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
