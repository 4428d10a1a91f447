package gnn_test

import (
	"slices"
	"testing"

	"espalier/gnn"
)

// Each network of the comparison has hyper-parameters for each graph that has a
// protocol, they can work, and what is expected of them makes sense.
func TestPresets(t *testing.T) {
	sets := []string{"cora", "citeseer", "pubmed", "amazon-photo", "amazon-computers", "coauthor-cs", "coauthor-physics", "actor", "chameleon", "cornell", "texas", "wisconsin"}
	for _, set := range sets {
		for _, network := range []string{"gcn", "gat", "sgc", "appnp", "gcnii", "mlp"} {
			p, err := gnn.FindPreset(network, set)
			if err != nil {
				t.Error(err)
				continue
			}
			if string(p.Network.Kind()) != network || p.Network.Check() != nil || p.Set != set || p.Protocol == "" {
				t.Errorf("preset of %s for %s: %+v, %v", network, set, p, p.Network.Check())
			}
		}
	}
	presets := gnn.Presets()
	for _, p := range presets {
		if p.Low > p.High || p.High > 1 || p.Published > 1 || (p.Published > 0) != (p.Source != "") {
			t.Errorf("%s on %s is expected in [%v, %v], published %v by %q", p.Network.Kind(), p.Set, p.Low, p.High, p.Published, p.Source)
		}
	}
	if _, err := gnn.FindPreset("gcn", "minesweeper"); err == nil {
		t.Error("a set without a protocol is no error")
	}
	if expected := 25; len(presets) != expected {
		t.Errorf("%d presets have an expectation, want %d", len(presets), expected)
	}
	if _, err := gnn.FindPreset("h2gcn", "cora"); err == nil {
		t.Error("an unknown network is no error")
	}
}

// The protocols give the sizes that papers tell.
func TestProtocols(t *testing.T) {
	for _, c := range []struct {
		set                     string
		nodes                   int
		train, validation, test int
	}{
		{"cora", 2708, 140, 500, 1000},
		{"amazon-photo", 7487, 160, 240, 7487 - 400},
		{"texas", 183, 87, 59, 37},
	} {
		g := openGraph(t, c.set)
		protocol, err := gnn.ProtocolOf(c.set)
		if err != nil {
			t.Fatal(err)
		}
		g, split, err := protocol.Prepare(g, 1)
		if err != nil {
			t.Fatal(err)
		}
		if g.Nodes() != c.nodes || len(split.Train) != c.train || len(split.Validation) != c.validation || len(split.Test) != c.test {
			t.Errorf("%s: %d nodes, split into %d, %d and %d", c.set, g.Nodes(), len(split.Train), len(split.Validation), len(split.Test))
		}
		_, again, err := protocol.Prepare(openGraph(t, c.set), 2)
		if err != nil {
			t.Fatal(err)
		}
		if slices.Equal(again.Train, split.Train) != (c.set == "cora") {
			t.Errorf("%s: that seeds 1 and 2 have the same split is %v", c.set, c.set != "cora")
		}
	}
}
