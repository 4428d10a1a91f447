package cgp

import (
	"slices"
	"strings"
	"testing"

	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
)

// halfPruned is a network with learned edges, of which half are pruned: the gradient by
// them, and the logits before and after.
func halfPruned(t *testing.T, network gnn.Network, variant prune.Variant) (gradient, before, after []float32) {
	t.Helper()
	p := plantedProblem(t, "")
	p.Network = network
	o := Options{Densities: Densities{Edges: 1}, Regrowth: Regrowth{Growth: Gradient}, Schedule: Schedule{Variant: variant}}
	c, err := newCoSparsification(p, o.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.part.program.Close)
	program := c.part.program
	logits := func() (copied []float32) {
		t.Helper()
		if err := program.Logits(func(logits []float32) { copied = slices.Clone(logits) }); err != nil {
			t.Fatal(err)
		}
		return copied
	}
	before = logits()
	editor := c.mask.Edit()
	for i := range c.mask.SizeOf(Edges) {
		editor.Set(Edges, i, i%2 == 0)
	}
	if err := setMask(program, editor.Mask(), []string{Edges}); err != nil {
		t.Fatal(err)
	}
	after = logits()
	if _, err := program.Step(0); err != nil {
		t.Fatal(err)
	}
	if gradient, err = program.Gradient(Edges); err != nil {
		t.Fatal(err)
	}
	return gradient, before, after
}

// The reference's SGC does not notice that edges are gone; the paper's variant does.
func TestSGCIsCachedInTheReference(t *testing.T) {
	for variant, cached := range map[prune.Variant]bool{prune.Paper: false, prune.Reference: true} {
		gradient, before, after := halfPruned(t, gnn.SGC{}, variant)
		if same := slices.Equal(before, after); same != cached {
			t.Errorf("%s: pruning edges leaves the logits the same: %t", variant, same)
		}
		if none := !slices.ContainsFunc(gradient, func(g float32) bool { return g != 0 }); none != cached {
			t.Errorf("%s: edges have no gradient: %t", variant, none)
		}
	}
}

// What the reference's SGC comes to does not depend on how many edges and features are
// pruned, to the last epoch.
func TestSGCStaysCachedToTheEnd(t *testing.T) {
	p := plantedProblem(t, "")
	p.Network = gnn.SGC{}
	results := make(map[prune.Variant][]*Result)
	for _, variant := range []prune.Variant{prune.Paper, prune.Reference} {
		for _, density := range []float64{1, .3} {
			o := short(variant)
			o.Densities = Densities{Edges: density, Features: density}
			results[variant] = append(results[variant], sparsified(t, p, o))
		}
	}
	if whole, pruned := results[prune.Reference][0], results[prune.Reference][1]; !slices.Equal(whole.History, pruned.History) {
		t.Error("the reference's SGC has other scores where edges and features are pruned")
	}
	if whole, pruned := results[prune.Paper][0], results[prune.Paper][1]; slices.Equal(whole.History, pruned.History) {
		t.Error("the paper's SGC has the same scores whatever is pruned")
	}
}

// oneLayer is a network of the kind of GAT that has nothing but a first layer.
type oneLayer struct{ gnn.SGC }

func (oneLayer) Kind() nn.Kind { return gnn.KindGAT }

// The first layer of the reference's GAT has no gradient by the values of edges, but
// does notice which are gone.
func TestGATsFirstLayerSeesOnlyTheMaskInTheReference(t *testing.T) {
	for variant, blind := range map[prune.Variant]bool{prune.Paper: false, prune.Reference: true} {
		gradient, before, after := halfPruned(t, oneLayer{}, variant)
		if slices.Equal(before, after) {
			t.Errorf("%s: pruning edges leaves the logits the same", variant)
		}
		if none := !slices.ContainsFunc(gradient, func(g float32) bool { return g != 0 }); none != blind {
			t.Errorf("%s: edges have no gradient: %t", variant, none)
		}
	}
}

func TestGCNIIOfTheReferenceNeedsEdges(t *testing.T) {
	p := plantedProblem(t, "")
	p.Network = gnn.GCNII{Layers: 2, Hidden: 8}
	o := short(prune.Reference)
	o.Densities = Densities{Weights: .5}
	if _, err := CoSparsify(t.Context(), p, o); err == nil || !strings.Contains(err.Error(), "learned edges") {
		t.Errorf("weights alone: %v", err)
	}
	o.Densities.Edges = .5
	sparsified(t, p, o)
	o.Schedule.Variant, o.Densities.Edges = prune.Paper, 0
	sparsified(t, p, o)
}

// Every backbone can be pruned in every respect, and what is left is what the whole
// computes.
func TestEveryBackbone(t *testing.T) {
	for _, network := range []gnn.Network{
		gnn.GAT{}, gnn.SGC{}, gnn.APPNP{Hidden: 16}, gnn.GCNII{Layers: 3, Hidden: 8}, gnn.ResGCN{Layers: 3, Hidden: 8},
		gnn.GIN{Hidden: 8}, gnn.GraphSAGE{Hidden: 8}, gnn.MLP{Hidden: 16},
	} {
		for _, variant := range []prune.Variant{prune.Paper, prune.Reference} {
			p := plantedProblem(t, "")
			p.Network = network
			o := short(variant)
			o.NoCompaction = true
			c, err := newCoSparsification(p, o.withDefaults())
			if err != nil {
				t.Fatal(err)
			}
			for epoch := 1; epoch <= 20; epoch++ {
				if err := c.epoch(epoch); err != nil {
					t.Fatal(err)
				}
			}
			small, err := compacted(c)
			if err != nil {
				t.Fatalf("%s: %v", network.Kind(), err)
			}
			sameLogits(t, string(network.Kind())+" "+string(variant), c.part.program, small.program)
			small.program.Close()
			c.part.program.Close()
		}
	}
}
