package train_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"espalier/nn"
	"espalier/train"
)

func TestAFinishedTrainingIsReadBack(t *testing.T) {
	job := digitsJob(t, train.Options{Length: train.Iterations(3), Optimizer: train.SGD{LearningRate: 0.1}, BatchSize: 20})
	job.Folder = filepath.Join(t.TempDir(), "run")
	if _, err := train.ReadFinished(job.Folder, job.Network); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before it is trained: %v", err)
	}
	want, err := train.Run(t.Context(), openBackend(t), job)
	if err != nil {
		t.Fatal(err)
	}
	got, err := train.ReadFinished(job.Folder, job.Network)
	if err != nil {
		t.Fatal(err)
	}
	if !got.Weights.Equal(want.Weights) || got.Final().TestLoss != want.Final().TestLoss {
		t.Error("what is read is not what was trained")
	}
	if got.Fact("length") != "3it" || got.Fact("batch") != "20" || got.Fact("nothing") != "" || got.Backend == "" {
		t.Errorf("backend %q, description\n%s", got.Backend, got.Description)
	}
	other, err := nn.New("lenet-digits", nn.ZooOptions{Width: 0.3})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := train.ReadFinished(job.Folder, other); !errors.Is(err, train.ErrOtherNetwork) {
		t.Errorf("of another network: %v", err)
	}
	results, err := filepath.Glob(filepath.Join(job.Folder, "result-*"))
	if err != nil || len(results) != 1 {
		t.Fatal(results, err)
	}
	if err := os.Truncate(results[0], 100); err != nil {
		t.Fatal(err)
	}
	if _, err := train.ReadFinished(job.Folder, job.Network); err == nil || !strings.Contains(err.Error(), "its SHA-256 is") {
		t.Errorf("damaged: %v", err)
	}
}
