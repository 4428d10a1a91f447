package cgp

import (
	"testing"

	"espalier/gnn"
	"espalier/prune"
)

// What remains, written and read again, makes the problem that the training went on with.
func TestRestIsWhatTrainingGoesOnWith(t *testing.T) {
	p := plantedProblem(t, "")
	o := short(prune.Paper)
	o.Densities.Weights = .02 // so that units go, too
	o.Regrowth.Growth = NoGrowth
	c, err := newCoSparsification(p, o.withDefaults())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { c.part.program.Close() }()
	r, err := c.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	form, err := p.Remains(r.Mask, prune.Paper).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	remains, err := prune.ParseMask(form)
	if err != nil {
		t.Fatal(err)
	}
	rest, err := p.Rest(remains)
	if err != nil {
		t.Fatal(err)
	}
	units := remains.CountOf(Units)
	if got := rest.Network.(gnn.GCN).Hidden; got != units || units == 0 || units >= 16 {
		t.Errorf("%d hidden units, of which %d remain", got, units)
	}
	if got := rest.Graph.Counts().Entries; got != r.Mask.CountOf(Edges) {
		t.Errorf("%d edges, of which %d are left", got, r.Mask.CountOf(Edges))
	}
	trial, err := NewTrial(rest, o)
	if err != nil {
		t.Fatal(err)
	}
	defer trial.Close()
	want := c.part.program.Parameters()
	for i, parameter := range trial.begun.part.program.Parameters() {
		if parameter.Name != want[i].Name || parameter.Size() != want[i].Size() {
			t.Errorf("%s has %d values, and %s has %d in training", parameter.Name, parameter.Size(), want[i].Name, want[i].Size())
		}
	}
	if err := trial.Step(t.Context()); err != nil {
		t.Error(err)
	}
	if err := trial.Infer(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRestRefuses(t *testing.T) {
	p := plantedProblem(t, "")
	remains := p.Remains(prune.OnesOf(nil), prune.Paper)
	if rest, err := p.Rest(remains); err != nil || rest.Graph.Counts() != p.Graph.Counts() || rest.Network != p.Network {
		t.Errorf("the rest of a problem of which all remains is %+v, %v", rest, err)
	}
	if _, err := p.Rest(prune.OnesOf(nil)); err == nil {
		t.Error("what remains of another graph passes")
	}
	p.Network = gnn.SGC{}
	if _, err := p.Rest(remains); err == nil {
		t.Error("units of SGC pass")
	}
	if _, err := NewTrial(Problem{}, Options{}); err == nil {
		t.Error("a trial of nothing passes")
	}
}
