//go:build xla

package train_test

import (
	"context"
	"math"
	"testing"

	"espalier/backend"
	"espalier/data"
	"espalier/nn"
	"espalier/train"
)

// Backends round differently, so that trained weights drift apart step by step; over
// a few steps they stay close, with every layer of the zoo in use.
func TestXLATrainsLikeTheDefaultBackend(t *testing.T) {
	set, err := data.Open(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	images, err := set.Train.Balanced(20, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"lenet-digits", "resnet-digits"} {
		network, err := nn.New(name, nn.ZooOptions{})
		if err != nil {
			t.Fatal(err)
		}
		weights, err := nn.Initialize(network, "", 1)
		if err != nil {
			t.Fatal(err)
		}
		job := train.Job{
			Network: network, Weights: weights, Train: images, Test: images, Seed: 1,
			Options: train.Options{
				Length: train.Iterations(8), BatchSize: 50, Normalisation: set.Normalisation,
				Optimizer: train.SGD{LearningRate: 0.01, Momentum: 0.9, WeightDecay: 1e-4},
			},
		}
		ours, theirs := trainedOn(t, backend.Default, job), trainedOn(t, "xla", job)
		if a, b := ours.Final().TestLoss, theirs.Final().TestLoss; math.Abs(a-b) > 1e-3*math.Abs(b) {
			t.Errorf("%s: test loss %v on %s, %v on xla", name, a, backend.Default, b)
		}
		for _, parameter := range network.Parameters() {
			if d := distance(ours.Weights[parameter.Name], theirs.Weights[parameter.Name]); d > 1e-3 {
				t.Errorf("%s: %s differs by %.2g of its size", name, parameter.Name, d)
			}
		}
	}
}

func trainedOn(t *testing.T, name string, job train.Job) *train.Result {
	t.Helper()
	choice, err := backend.New(name)
	if err != nil {
		t.Fatal(err)
	}
	result, err := train.Run(context.Background(), choice.Backend, job)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// distance is |a − b| / (|b| + 10⁻³), Euclidean.
func distance(a, b []float32) float64 {
	var difference, size float64
	for i := range a {
		d := float64(a[i]) - float64(b[i])
		difference += d * d
		size += float64(b[i]) * float64(b[i])
	}
	return math.Sqrt(difference) / (math.Sqrt(size) + 1e-3)
}
