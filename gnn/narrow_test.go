package gnn_test

import (
	"testing"

	"espalier/gnn"
)

func TestNarrower(t *testing.T) {
	s := gnn.Shape{Nodes: 5, Edges: 4, Features: 7, Classes: 3}
	for _, c := range []struct {
		network gnn.Narrower
		units   int
	}{
		{gnn.GCN{}, 16}, {gnn.GCN{Hidden: 8}, 8}, {gnn.GCN{Layers: 3}, 0},
		{gnn.MLP{}, 64}, {gnn.MLP{Layers: 1}, 0}, {gnn.APPNP{Hidden: 4}, 4},
	} {
		if got := c.network.HiddenUnits(); got != c.units {
			t.Errorf("%#v has %d hidden units, want %d", c.network, got, c.units)
		}
		if c.units == 0 {
			continue
		}
		narrow := c.network.WithHiddenUnits(2).Parameters(s)
		for i, p := range c.network.Parameters(s) {
			for a, n := range p.Shape {
				if want := map[bool]int{true: 2, false: n}[n == c.units]; narrow[i].Shape[a] != want {
					t.Errorf("%#v: %s is %v with 2 units", c.network, p.Name, narrow[i].Shape)
				}
			}
		}
	}
}
