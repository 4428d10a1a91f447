package cgp_test

import (
	"slices"
	"testing"

	"espalier/cgp"
	"espalier/data"
	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
)

func TestInspect(t *testing.T) {
	g, err := data.NewGraph(data.GraphContent{
		Name: "square", Nodes: 4, Classes: 2, Labels: []int32{0, 0, 1, 1},
		Edges: []data.Edge{{From: 0, To: 1}, {From: 1, To: 2}, {From: 2, To: 3}, {From: 3, To: 0}},
	})
	if err != nil {
		t.Fatal(err)
	}
	editor := prune.OnesOf([]nn.Parameter{{Name: cgp.Edges, Shape: []int{4}}}).Edit()
	for i, e := range g.Edges() {
		editor.Set(cgp.Edges, i, e.From != 1) // between classes
	}
	in := cgp.Inspect(g, editor.Mask())
	if in.HomophilyBefore != .5 || in.Homophily != 2./3 || in.Isolated != 1 ||
		!slices.Equal(in.Before, []int{1, 1, 1, 1}) || !slices.Equal(in.After, []int{1, 1, 0, 1}) {
		t.Errorf("%+v", in)
	}
}

func TestBackbones(t *testing.T) {
	shape := gnn.Shape{Nodes: 10, Edges: 20, Features: 5, Classes: 3}
	s := map[string]int{"gcn": 4, "gat": 8, "sgc": 2, "appnp": 4, "gcnii": 24}
	for _, name := range cgp.BackboneNames() {
		network, err := cgp.Backbone(name)
		if err != nil || network.Check() != nil || string(network.Kind()) != name {
			t.Errorf("%s: %v, %v", name, network, err)
		}
		if want := s[name]; want > 0 && len(network.Parameters(shape)) != want {
			t.Errorf("%s has %d parameters, want %d", name, len(network.Parameters(shape)), want)
		}
	}
	if _, err := cgp.Backbone("other"); err == nil {
		t.Error("an unknown backbone passes")
	}
}
