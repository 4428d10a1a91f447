package experiments_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlpodyssey/safetensors"

	"espalier/data"
	"espalier/experiments"
	"espalier/nn"
)

// The published weights classify as many of CIFAR-10's test images right as their
// authors say, to the image.
func TestPublishedWeights(t *testing.T) {
	if testing.Short() {
		t.Skip("not evaluating the published weights, which takes up to a minute: -short is set")
	}
	folders := os.Getenv("ESPALIER_DATA")
	for _, c := range []struct {
		network, file string
		correct       experiments.Number
	}{
		{"resnet20", "resnet20-12fca82f.th", 9173},
		{"resnet32", "resnet32-d509ac18.th", 9263},
		{"resnet56", "resnet56-4bfd9763.th", 9339},
	} {
		t.Run(c.network, func(t *testing.T) {
			if _, err := data.Open(t.Context(), "cifar-10", folders); err != nil {
				t.Skipf("the accuracy of %s: set ESPALIER_DATA to a data folder that has cifar-10 (%v)", c.file, err)
			}
			metrics := evaluate(t, folders, map[string]string{"network": c.network, "weights": checkpoint(t, folders, c.file)})
			if metrics["correct"] != c.correct || metrics[experiments.TestAccuracy] != c.correct/10000 || metrics[experiments.Remaining] != 1 {
				t.Errorf("%v, want %v correct", metrics, c.correct)
			}
		})
	}
}

// checkpoint is the path of one of the published weights.
func checkpoint(t *testing.T, folders, file string) string {
	t.Helper()
	for _, folder := range filepath.SplitList(folders) {
		path := filepath.Join(folder, "checkpoints", file)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Skipf("the accuracy of %s: set ESPALIER_DATA to a data folder that has checkpoints/%s", file, file)
	return ""
}

// evaluate runs nn/evaluate and returns its metrics.
func evaluate(t *testing.T, folders string, set map[string]string) experiments.Metrics {
	t.Helper()
	plan, err := experiments.NewPlan(experiments.Request{Experiment: "nn/evaluate", Set: set})
	if err != nil {
		t.Fatal(err)
	}
	results, err := experiments.Runner{Store: experiments.OpenStore(t.TempDir()), Data: folders}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	return results[0].Measurements[0].Metrics
}

// constantWeights writes weights for lenet-digits, in PyTorch's layout, that answer
// the same class whatever the image.
func constantWeights(t *testing.T, path string, class int) {
	t.Helper()
	network, err := nn.New("lenet-digits", nn.ZooOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tensors := make(map[string]safetensors.TensorView)
	for _, p := range network.Parameters() {
		bytes := make([]byte, 4*p.Size())
		if p.Name == "fc3.bias" {
			bytes[4*class+2], bytes[4*class+3] = 0x80, 0x3f // 1
		}
		shape := []uint64{uint64(p.Shape[len(p.Shape)-1])}
		if len(p.Shape) == 2 {
			shape = append(shape, uint64(p.Shape[0]))
		}
		if tensors[p.Name], err = safetensors.NewTensorView(safetensors.F32, shape, bytes); err != nil {
			t.Fatal(err)
		}
	}
	content, err := safetensors.Serialize(tensors, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// A file that was changed is another cell, and its old result is never served.
func TestChangedWeightsAreAnotherCell(t *testing.T) {
	digits, err := data.Open(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	store := experiments.OpenStore(t.TempDir())
	for class := range 3 {
		constantWeights(t, path, class)
		plan := weightsPlan(t, path)
		results, err := experiments.Runner{Store: store}.Run(t.Context(), plan.Cells)
		if err != nil {
			t.Fatal(err)
		}
		want := 0
		for i := range digits.Test.Len() {
			if digits.Test.Label(i) == class {
				want++
			}
		}
		if got := results[0].Measurements[0].Metrics; got["correct"] != experiments.Number(want) || got[experiments.Remaining] != 0 {
			t.Errorf("weights that always answer %d: %v, want %d correct", class, got, want)
		}
		digest := results[0].Provenance.DataDigests["weights"]
		if text := results[0].Desc.Options["weights"]; len(digest) != 64 || text != "sha256:"+digest {
			t.Errorf("the description has weights %q, the provenance %q", text, digest)
		}
		copied := filepath.Join(t.TempDir(), "copy")
		constantWeights(t, copied, class)
		if plan.Cells[0].Desc.Digest() != weightsPlan(t, copied).Cells[0].Desc.Digest() {
			t.Error("the same weights in another place are another cell")
		}
		selected, err := store.Select(experiments.Selection{Experiment: "nn/evaluate", Set: map[string]string{"weights": "sha256:" + digest}})
		if err != nil || len(selected) != 1 {
			t.Errorf("%d results are selected by the digest, %v", len(selected), err)
		}
	}
}

func weightsPlan(t *testing.T, path string) *experiments.Plan {
	t.Helper()
	plan, err := experiments.NewPlan(experiments.Request{Experiment: "nn/evaluate", Set: map[string]string{
		"data": "digits", "network": "lenet-digits", "weights": path, "normalisation": "data",
	}})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func TestWeightsThatCannotBeEvaluated(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "weights")
	var usage *experiments.UsageError
	for _, weights := range []string{filepath.Join(folder, "none"), "sha256:12"} {
		_, err := experiments.NewPlan(experiments.Request{Experiment: "nn/evaluate", Set: map[string]string{"weights": weights}})
		if !errors.As(err, &usage) {
			t.Errorf("weights=%s: error %v", weights, err)
		}
	}
	run := func(plan *experiments.Plan) error {
		_, err := experiments.Runner{Store: experiments.OpenStore(t.TempDir())}.Run(t.Context(), plan.Cells)
		return err
	}
	if err := run(weightsPlan(t, "")); !errors.As(err, &usage) || !strings.Contains(err.Error(), "--set weights=") {
		t.Errorf("without weights: error %v", err)
	}
	constantWeights(t, path, 0)
	plan := weightsPlan(t, path)
	constantWeights(t, path, 1)
	if err := run(plan); err == nil || !strings.Contains(err.Error(), "has changed") {
		t.Errorf("changed after planning: error %v", err)
	}
	if err := os.WriteFile(path, []byte("no weights"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := run(weightsPlan(t, path)); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("no weights file: error %v", err)
	}
}
