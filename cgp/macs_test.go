package cgp_test

import (
	"math"
	"testing"

	"espalier/cgp"
	"espalier/data"
	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
)

var (
	coraUGS     = cgp.Size{Nodes: 2708, Edges: 10556, Features: 1433, Hidden: 512, Classes: 7}
	citeSeerUGS = cgp.Size{Nodes: 3312, Edges: 9104, Features: 3703, Hidden: 512, Classes: 6}
	pubMedUGS   = cgp.Size{Nodes: 19717, Edges: 88648, Features: 500, Hidden: 512, Classes: 3}
)

func TestLadderAndMACsOfUGS(t *testing.T) {
	for round, want := range []struct{ edges, weights, cora, citeSeer float64 }{
		{0, 0, 2007.4, 6298.8},
		{.0500, .2000, 1607.5, 5040.5},
		{.0975, .3600, 1287.6, 4033.7},
		{.1426, .4880, 1031.5, 3228.2},
		{.1855, .5904, 826.6, 2583.8},
		{.2262, .6723, 662.6, 2068.2},
		{.2649, .7379, 531.3, 1655.6},
		{.3017, .7903, 426.3, 1325.5},
		{.3366, .8322, 342.1, 1061.4},
		{.3698, .8658, 274.8, 850.0},
		{.4013, .8926, 220.9, 680.9},
		{.4312, .9141, 177.7, 545.6},
		{.4596, .9313, 143.0, 437.2},
		{.4867, .9450, 115.3, 350.6},
		{.5123, .9560, 93.1, 281.2},
		{.5367, .9648, 75.3, 225.6},
		{.5599, .9719, 61.0, 181.1},
		{.5819, .9775, 49.5, 145.5},
		{.6028, .9820, 40.3, 117.0},
		{.6226, .9856, 32.9, 94.2},
		{.6415, .9885, 26.9, 75.9},
	} {
		left := cgp.Ladder{}.Left(round)
		if !near(1-left.Edges, want.edges, 4) || !near(1-left.Weights, want.weights, 4) {
			t.Errorf("round %d: sparsities %.5f and %.5f, want %.4f and %.4f", round, 1-left.Edges, 1-left.Weights, want.edges, want.weights)
		}
		for _, c := range []struct {
			of   cgp.Size
			want float64
		}{{coraUGS, want.cora}, {citeSeerUGS, want.citeSeer}} {
			if got := cgp.UGSMACs.Of(c.of, left) / 1e6; !near(got, c.want, 1) {
				t.Errorf("round %d: %.3f million multiply-accumulates, want %.1f", round, got, c.want)
			}
		}
	}
	if got := cgp.UGSMACs.Of(pubMedUGS, cgp.Densities{Edges: 1, Features: 1, Weights: 1}) / 1e6; !near(got, 5168.6, 1) {
		t.Errorf("PubMed: %.3f million multiply-accumulates, want 5168.6", got)
	}
}

func TestMACsOfGEBT(t *testing.T) {
	for _, c := range []struct {
		of   cgp.Size
		want float64
	}{
		{cgp.Size{Nodes: 2708, Edges: 10858, Features: 1433, Hidden: 16, Classes: 7}, 77.95},
		{cgp.Size{Nodes: 3312, Edges: 9464, Features: 3703, Hidden: 16, Classes: 6}, 231.59},
		{cgp.Size{Nodes: 19717, Edges: 88676, Features: 500, Hidden: 16, Classes: 3}, 203.02},
	} {
		if got := cgp.GEBTMACs.Of(c.of, cgp.Densities{Edges: 1, Features: 1, Weights: 1}) / 1e6; !near(got, c.want, 2) {
			t.Errorf("%+v: %.4f million multiply-accumulates, want %.2f", c.of, got, c.want)
		}
	}
}

// Nodes without features are not counted, and lists of neighbours are as they were
// published where the graph has both directions of each edge in them.
func TestSizesOfFormulas(t *testing.T) {
	features, err := data.NewDenseFeatures(3, 2, []float32{1, 0, 1, 1, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	both := []data.Edge{{From: 0, To: 1}, {From: 1, To: 0}, {From: 1, To: 0}, {From: 2, To: 2}}
	for _, c := range []struct {
		name      string
		edges     []data.Edge
		ugs, gebt int
	}{
		{"both directions, a duplicate and a loop", both, 2, 4},
		{"one direction", []data.Edge{{From: 0, To: 1}, {From: 1, To: 2}}, 4, 4},
	} {
		g, err := data.NewGraph(data.GraphContent{
			Name: "three", Nodes: 3, Features: features, Classes: 2, Labels: []int32{0, 1, 0}, Edges: c.edges,
		})
		if err != nil {
			t.Fatal(err)
		}
		g = g.Symmetrised().WithoutLoops().WithoutDuplicates()
		want := cgp.Size{Nodes: 2, Edges: c.ugs, Features: 2, Hidden: 5, Classes: 2}
		if got := cgp.UGSMACs.Size(g, 5); got != want {
			t.Errorf("%s: UGS takes %+v, want %+v", c.name, got, want)
		}
		want.Edges = c.gebt
		if got := cgp.GEBTMACs.Size(g, 5); got != want {
			t.Errorf("%s: GEBT takes %+v, want %+v", c.name, got, want)
		}
	}
}

// A graph of three nodes and two features, counted by hand.
func TestExecutedMACs(t *testing.T) {
	features, err := data.NewDenseFeatures(3, 2, []float32{1, 0, 1, 1, 0, 0})
	if err != nil {
		t.Fatal(err)
	}
	g, err := data.NewGraph(data.GraphContent{
		Name: "three", Nodes: 3, Features: features, Classes: 2, Labels: []int32{0, 1, 0},
		Edges: []data.Edge{{From: 0, To: 1}, {From: 1, To: 0}, {From: 1, To: 2}, {From: 2, To: 1}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const first, second = "convolution1.weight", "convolution2.weight"
	network := gnn.GCN{Hidden: 4}
	parameters := []nn.Parameter{
		{Name: cgp.Edges, Shape: []int{4}}, {Name: cgp.Features, Shape: []int{2}},
		{Name: first, Shape: []int{2, 4}}, {Name: second, Shape: []int{4, 2}},
	}
	dense := prune.OnesOf(nil)
	for _, c := range []struct {
		network gnn.Network
		want    float64
	}{
		{gnn.MLP{Hidden: 4}, 12 + 24},
		{gnn.SGC{}, 3*2 + 2*7*2},
		{gnn.APPNP{Hidden: 4, Hops: 3}, 12 + 24 + 3*7*2},
		{gnn.GraphSAGE{Hidden: 4}, 2*(12+24) + 4*(4+2)},
		{gnn.GAT{Hidden: 2, Heads: 3, OutputHeads: 2}, 3*6 + 3*6*4 + 2*3*(6+4) + 7*(6+4)},
		{gnn.GCNII{Layers: 3, Hidden: 4}, 12 + 3*3*16 + 24 + 3*7*4},
	} {
		if got := cgp.ExecutedMACs(g, dense, c.network); got != c.want {
			t.Errorf("%s, dense: %v, want %v", c.network.Kind(), got, c.want)
		}
	}
	// 3 features that are not 0 times 4, 3 nodes times 8, 7 messages times 4 + 2.
	if got := cgp.ExecutedMACs(g, dense, network); got != 12+24+42 {
		t.Errorf("dense: %v, want 78", got)
	}
	if got := cgp.ExecutedMACs(g, prune.OnesOf(parameters), network); got != 78 {
		t.Errorf("nothing pruned: %v, want 78", got)
	}
	editor := prune.OnesOf(parameters).Edit()
	editor.Set(cgp.Edges, 0, false)
	editor.Set(cgp.Features, 1, false) // one feature that is not 0
	editor.Set(first, 0, false)        // of feature 0, which two nodes have
	editor.Set(second, 3, false)
	// 2 features times 3, 3 nodes times 7, 6 messages times 6.
	if got := cgp.ExecutedMACs(g, editor.Mask(), network); math.Abs(got-(6+21+36)) > 0 {
		t.Errorf("pruned: %v, want 63", got)
	}
}
