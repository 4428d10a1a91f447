package train_test

import (
	"fmt"
	"testing"

	"espalier/backend"
	"espalier/data"
	"espalier/nn"
	"espalier/seed"
	"espalier/train"
)

// ResNet-20 trained twice from one seed ends in the same bytes, and so it does with
// any number of workers.
func TestResNet20EndsInTheSameBytes(t *testing.T) {
	digits, err := data.Open(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	network, err := nn.New("resnet20", nn.ZooOptions{Input: nn.Shape{Height: 8, Width: 8, Channels: 1}})
	if err != nil {
		t.Fatal(err)
	}
	weights, err := nn.Initialize(network, nn.KaimingNormal, seed.Seed(5))
	if err != nil {
		t.Fatal(err)
	}
	all := []int{1, 1, 2, 2, 4, 4}
	if testing.Short() {
		all = []int{1, 2}
	}
	want := ""
	for _, workers := range all {
		chosen, err := backend.New(fmt.Sprint("cpu:workers=", workers))
		if err != nil {
			t.Fatal(err)
		}
		job := train.Job{
			Network: network, Weights: weights, Train: digits.Train, Test: digits.Test, Seed: seed.Seed(7), Folder: t.TempDir(),
			Options: train.Options{
				Length: train.Iterations(4), BatchSize: 32, Workers: workers, Normalisation: digits.Normalisation,
				Augmentation: data.Augmentation{Crop: 1},
				Optimizer:    train.SGD{LearningRate: 0.1, Momentum: 0.9, WeightDecay: 1e-4},
			},
		}
		if _, err := train.Run(t.Context(), chosen.Backend, job); err != nil {
			t.Fatal(err)
		}
		chosen.Backend.Finalize()
		// The result's name has the digest of its bytes.
		got := theResult(t, job.Folder)
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("%d workers end in %s, 1 in %s", workers, got, want)
		}
	}
}
