package bench

import (
	"context"
	"testing"

	"espalier/backend"
)

// TestGraphNetworksLearn makes sure that what is timed is training.
func TestGraphNetworksLearn(t *testing.T) {
	chosen, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	for name, network := range map[string]graphNetwork{"gcn": gcn(16), "gat": gat} {
		training, err := newGraphTraining(context.Background(), chosen.Backend, 0.5, network)
		if err != nil {
			t.Fatal(err)
		}
		first, err := training.step()
		if err != nil {
			t.Fatal(err)
		}
		var last float32
		for range 60 {
			if last, err = training.step(); err != nil {
				t.Fatal(err)
			}
		}
		if first < 1.5 || first > 2.5 || last > 0.9*first {
			t.Errorf("%s: the loss goes from %v to %v in 60 steps; it begins near ln 7", name, first, last)
		}
		training.exec.Finalize()
		training.store.Finalize()
	}
}
