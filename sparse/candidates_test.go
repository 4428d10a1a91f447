package sparse

import (
	"math/rand/v2"
	"testing"
	"time"

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
