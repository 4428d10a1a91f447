package sparse

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espalier/internal/durable"
	"espalier/nn"
)

func smallResNet(t testing.TB) *nn.Network {
	t.Helper()
	n, err := nn.New("resnet20", nn.ZooOptions{Width: .5})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// What was measured once is not measured again, in another process either.
func TestTuningIsKept(t *testing.T) {
	n := smallResNet(t)
	random := rand.New(rand.NewPCG(5, 5))
	weights, mask := randomWeights(t, n, random), randomMask(n, random, .9)
	path := filepath.Join(t.TempDir(), "tuning.json")
	tuning, err := ReadTuning(path, "this one")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Batch: 16, Tuning: tuning}
	first := program(t, n, weights, mask, o)
	if len(tuning.m.Paths) != 1 || len(tuning.m.Layers) == 0 || len(first.times) != 4 {
		t.Fatalf("%d networks and %d layers were measured", len(tuning.m.Paths), len(tuning.m.Layers))
	}
	if !tuning.Grown() {
		t.Error("what was measured is not said to be new")
	}
	if err := tuning.Write(durable.OS{}, path); err != nil {
		t.Fatal(err)
	}
	o.Tuning, err = ReadTuning(path, "this one")
	if err != nil {
		t.Fatal(err)
	}
	var tables [2]strings.Builder
	for i, p := range []*Program{first, program(t, n, weights, mask, o)} {
		if err := p.Choice().WriteTable(&tables[i]); err != nil {
			t.Fatal(err)
		}
	}
	if tables[0].String() != tables[1].String() {
		t.Errorf("measured again: first\n%s\nthen\n%s", &tables[0], &tables[1])
	}
	if tuning.Grown() || o.Tuning.Grown() {
		t.Error("what a file has is said to be new")
	}
	other, err := ReadTuning(path, "another one")
	if err != nil || len(other.m.Layers) > 0 {
		t.Errorf("measurements of another processor: %d, %v", len(other.m.Layers), err)
	}
}

func TestReadTuningRefusesWhatIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tuning.json")
	if err := os.WriteFile(path, []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadTuning(path, ""); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}
