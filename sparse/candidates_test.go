package sparse

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
	"espalier/prune"
)

// A program is never slower than the dense network where it was measured: whatever the
// times of the paths are, the path taken is the fastest, and dense if none is faster.
func TestNeverSlowerThanDense(t *testing.T) {
	n := smallResNet(t)
	random := rand.New(rand.NewPCG(9, 9))
	weights, mask := randomWeights(t, n, random), randomMask(n, random, .5)
	tuning := NewTuning("")
	o := Options{Batch: 8, Tuning: tuning}
	measured := program(t, n, weights, mask, o)
	if took, dense := measured.times[measured.Path()], measured.times[Dense]; took > dense || dense == 0 {
		t.Errorf("path %s took %v, the dense one %v", measured.Path(), took, dense)
	}
	for _, c := range []struct {
		times map[Path]time.Duration
		want  Path
	}{
		{map[Path]time.Duration{Dense: 1, Shrunk: 2, Sparse: 3}, Dense},
		{map[Path]time.Duration{Dense: 2, Shrunk: 2, Sparse: 2}, Dense},
		{map[Path]time.Duration{Dense: 3, Shrunk: 1, Sparse: 2}, Shrunk},
		{map[Path]time.Duration{Dense: 3, Shrunk: 2, Sparse: 1}, Sparse},
		{map[Path]time.Duration{Dense: 3, Shrunk: 3, Sparse: 2, Blocks: 1}, Blocks},
		{map[Path]time.Duration{Dense: 1, Sparse: 2}, Dense},
	} {
		for key := range tuning.m.Paths {
			tuning.m.Paths[key] = c.times
		}
		if got := program(t, n, weights, mask, o).Path(); got != c.want {
			t.Errorf("of %v %s was taken, want %s", c.times, got, c.want)
		}
	}
	if len(tuning.m.Paths) != 1 {
		t.Errorf("%d networks were measured, want 1", len(tuning.m.Paths))
	}
}

// A network that loses no channel has no smaller one to be timed.
func TestWholeNetworksAreNotTimedTwice(t *testing.T) {
	n := smallResNet(t)
	p := program(t, n, randomWeights(t, n, rand.New(rand.NewPCG(9, 10))), prune.Ones(n), Options{Batch: 8})
	if _, timed := p.times[Shrunk]; timed || len(p.times) != 3 {
		t.Errorf("times %v, want those of all paths but %s", p.times, Shrunk)
	}
}

// foreign is a layer that neither this package knows nor nn, which cannot follow channels
// through it.
type foreign struct{ as nn.Activation }

func (foreign) Kind() nn.Kind                                 { return "foreign" }
func (l foreign) Output(inputs []nn.Shape) (nn.Shape, error)  { return l.as.Output(inputs) }
func (l foreign) Parameters(inputs []nn.Shape) []nn.Parameter { return l.as.Parameters(inputs) }
func (l foreign) Build(b *nn.Builder, inputs []*graph.Node) *graph.Node {
	return l.as.Build(b, inputs)
}

// A network that has no sparse form, and one that cannot be shrunk, are computed densely;
// whatever else goes wrong is an error.
func TestOnlyMissingFormsAreLeftOut(t *testing.T) {
	c := nn.NewComposer("foreign", nn.Shape{Height: 6, Width: 6, Channels: 2})
	x := c.Add("conv", nn.Convolution{Out: 3, Kernel: 3}, nn.Input)
	c.Add("clip", foreign{nn.ReLU}, x)
	strange, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(9, 11))
	weights := randomWeights(t, strange, random)
	if p := program(t, strange, weights, nil, Options{Batch: 8}); p.Path() != Dense || len(p.times) != 1 {
		t.Errorf("path %s of times %v", p.Path(), p.times)
	}
	if _, err := Compile(t.Context(), strange, weights, nil, Options{Path: Sparse}); !errors.Is(err, ErrNoSparseForm) {
		t.Errorf("asked for a sparse form: %v", err)
	}

	n := smallResNet(t)
	editor := prune.Ones(n).Edit()
	for i := range n.Prunable()[1].Size() {
		editor.Set(n.Prunable()[1].Name, i, false)
	}
	weights = randomWeights(t, n, random)
	if p := program(t, n, weights, editor.Mask(), Options{Batch: 8, Path: Shrunk}); p.Path() != Shrunk {
		t.Errorf("a network whose layer has lost all channels is computed by path %s", p.Path())
	}
	if _, err := newCandidates(n, nn.Weights{}, prune.Ones(n), Options{}); err == nil {
		t.Error("a network that cannot be shrunk for want of weights passes")
	}
}
