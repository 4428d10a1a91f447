package lth_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espalier/lth"
	"espalier/nn"
	"espalier/train"
)

// Levels of tickets and of controls, whole and shrunk, are read back without the study.
func TestLevelsAreReadBack(t *testing.T) {
	study := residualStudy(t)
	study.Options.Training.Length = train.Iterations(5)
	study.Folder = t.TempDir()
	levels := collect(t, study.Tickets(t.Context()))
	levels = append(levels, collect(t, study.Control(t.Context(), lth.Refill, sequence(levels)))...)
	shrunk, shared := 0, 0
	for _, want := range levels {
		folder := lth.LevelFolder(study.Folder, want.Method, want.Index)
		ticket := lth.LevelFolder(study.Folder, lth.Tickets, want.Index)
		got, training, err := lth.ReadLevel(study.Network, folder, ticket)
		if err != nil {
			t.Errorf("%s, level %d: %v", want.Method, want.Index, err)
			continue
		}
		if !got.Mask.Equal(want.Mask) || got.Remaining != want.Remaining || !got.Result.Weights.Equal(want.Result.Weights) ||
			got.Result.Final().TestAccuracy != want.Result.Final().TestAccuracy || (got.Shrunk == nil) != (want.Shrunk == nil) {
			t.Errorf("%s, level %d: what is read is not what was trained", want.Method, want.Index)
		}
		network, mask := got.Trained(study.Network)
		if wantNetwork, wantMask := want.Trained(study.Network); nn.CostOf(network, nil) != nn.CostOf(wantNetwork, nil) || !mask.Equal(wantMask) {
			t.Errorf("%s, level %d: it is of another network", want.Method, want.Index)
		}
		if !strings.HasPrefix(training.Fact("normalisation"), "Normalisation{Mean:") || training.Backend == "" {
			t.Errorf("%s, level %d: described as %q by backend %q", want.Method, want.Index, training.Description, training.Backend)
		}
		if want.Shrunk != nil {
			shrunk++
		}
		if results, _ := filepath.Glob(filepath.Join(folder, "result-*")); len(results) == 0 {
			shared++
		}
	}
	if shrunk == 0 || shared == 0 {
		t.Errorf("%d levels were shrunk and %d trained as another: the test tests less than it should", shrunk, shared)
	}
}

func TestThinnedNetworksAreReadBack(t *testing.T) {
	study, dense := softStudy(t)
	study.Folder = t.TempDir()
	o := lth.Thinnings{Thinning: lth.L1Filters, Amounts: []string{"0.5"}, Retraining: lth.ScratchE}
	want := collectThinned(t, study.Thin(t.Context(), dense, o))[0]
	got, _, err := lth.ReadLevel(study.Network, lth.LevelFolder(study.Folder, o.Method(), 1))
	if err != nil {
		t.Fatal(err)
	}
	if got.Shrunk == nil || nn.CostOf(got.Shrunk.Network, nil) != nn.CostOf(want.Network, nil) || !got.Result.Weights.Equal(want.Result.Weights) {
		t.Error("what is read is not what was trained")
	}
}

func TestReadLevelRefuses(t *testing.T) {
	study := toyStudy(t)
	study.Options.Levels = 1
	study.Folder = t.TempDir()
	collect(t, study.Tickets(t.Context()))
	folder := func(level int) string { return lth.LevelFolder(study.Folder, lth.Tickets, level) }
	if _, _, err := lth.ReadLevel(study.Network, folder(7)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no level: %v", err)
	}
	other := must(nn.New("lenet-digits", nn.ZooOptions{Width: 0.2}))(t)
	if _, _, err := lth.ReadLevel(other, folder(1)); err == nil || !strings.Contains(err.Error(), "the mask's parameter 0 is") {
		t.Errorf("another network: %v", err)
	}
	results, err := filepath.Glob(filepath.Join(folder(1), "result-*"))
	if err != nil || len(results) != 1 {
		t.Fatal(results, err)
	}
	content := must(os.ReadFile(results[0]))(t)
	content[len(content)-1]++
	if err := os.WriteFile(results[0], content, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := lth.ReadLevel(study.Network, folder(1)); err == nil || !strings.Contains(err.Error(), "its SHA-256 is") {
		t.Errorf("damaged: %v", err)
	}
	if err := os.Remove(results[0]); err != nil {
		t.Fatal(err)
	}
	// The dense network's mask is another: it is not taken for the level.
	if _, _, err := lth.ReadLevel(study.Network, folder(1), folder(0)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no training: %v", err)
	}
}
