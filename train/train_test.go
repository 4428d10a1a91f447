package train_test

import (
	"context"
	"sync"
	"testing"

	"github.com/gomlx/compute"

	"espalier/backend"
	"espalier/data"
	"espalier/nn"
	"espalier/seed"
	"espalier/train"
)

// testBackend is the one that runs where none is named.
var testBackend = sync.OnceValues(func() (compute.Backend, error) {
	chosen, err := backend.New("")
	if err != nil {
		return nil, err
	}
	return chosen.Backend, nil
})

func openBackend(t testing.TB) compute.Backend {
	t.Helper()
	b, err := testBackend()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// digitsJob trains a perceptron on the embedded digits, of which some are held out
// for validation.
func digitsJob(t testing.TB, options train.Options) train.Job {
	t.Helper()
	job, err := newDigitsJob(options)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func newDigitsJob(options train.Options) (train.Job, error) {
	digits, err := data.Open(context.Background(), "digits", "")
	if err != nil {
		return train.Job{}, err
	}
	rest, validation, err := digits.Train.Split(500, seed.Seed(3))
	if err != nil {
		return train.Job{}, err
	}
	network, err := nn.New("lenet-digits", nn.ZooOptions{Width: 0.1})
	if err != nil {
		return train.Job{}, err
	}
	weights, err := nn.Initialize(network, nn.GlorotNormal, seed.Seed(5))
	options.Normalisation = digits.Normalisation
	return train.Job{
		Network: network, Weights: weights,
		Train: rest, Validation: validation, Test: digits.Test,
		Options: options, Seed: seed.Seed(7),
	}, err
}

func TestTrainingOnDigits(t *testing.T) {
	for name, optimizer := range map[string]train.Optimizer{
		"sgd":  train.SGD{LearningRate: 0.1, Momentum: 0.9, Nesterov: true, WeightDecay: 1e-4},
		"adam": train.Adam{LearningRate: 1e-2},
	} {
		job := digitsJob(t, train.Options{Length: train.Epochs(6), BatchSize: 60, Optimizer: optimizer, Schedule: train.Cosine{}})
		result, err := train.Run(t.Context(), openBackend(t), job)
		if err != nil {
			t.Fatal(err)
		}
		if len(result.History) != 6 {
			t.Errorf("%s: %d points, want one for each of 6 epochs", name, len(result.History))
		}
		if final := result.Final(); final.TestAccuracy < 0.9 {
			t.Errorf("%s: test accuracy %.3f after 6 epochs, want more than 0.9", name, final.TestAccuracy)
		}
	}
}
