package experiments

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"espalier/data"
	"espalier/nn"
	"espalier/prune"
	"espalier/sparse"
)

// Programs are called in turn, each as often, and in both orders.
func TestRaceIsFair(t *testing.T) {
	var calls []int
	program := func(number int) func(context.Context) error {
		return func(context.Context) error {
			calls = append(calls, number)
			time.Sleep(time.Duration(number) * time.Millisecond)
			return nil
		}
	}
	seconds, err := race(t.Context(), program(1), program(6))
	if err != nil {
		t.Fatal(err)
	}
	if len(seconds[0]) != len(seconds[1]) || len(seconds[0]) < leastRounds || len(calls) != 2*(len(seconds[0])+warmUps) {
		t.Errorf("%d and %d rounds, %d calls", len(seconds[0]), len(seconds[1]), len(calls))
	}
	if want := []int{1, 6, 6, 1, 1, 6, 6, 1}; !slices.Equal(calls[:8], want) {
		t.Errorf("the calls begin with %v, want %v", calls[:8], want)
	}
	if s := speedup(seconds[1], seconds[0]); s < 1.5 || s > 6.5 {
		t.Errorf("1 ms is %v times faster than 6 ms", s)
	}
}

func TestSpeedupBearsSlowRounds(t *testing.T) {
	slow, fast := []float64{4, 4, 400, 4, 4}, []float64{2, 2, 200, 2, 90}
	if s := speedup(slow, fast); s != 2 {
		t.Errorf("speed-up %v, want 2", s)
	}
	if q := quantile([]float64{5, 1, 3, 2, 4}, 0.25); q != 2 {
		t.Errorf("quartile %v, want 2", q)
	}
}

func TestRaceEndsWithAnErrorOrItsContext(t *testing.T) {
	broken := errors.New("broken")
	if _, err := race(t.Context(), func(context.Context) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := race(ctx, func(context.Context) error { cancel(); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// The timed programs are the network and the masked network, on a batch of test images.
func TestInferenceRunsOnTheFirstBatch(t *testing.T) {
	digits, err := data.Open(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	batch, err := firstBatch(t.Context(), digits.Test, 16, digits.Normalisation)
	if err != nil || batch.Size != 16 {
		t.Fatalf("%d images, %v", batch.Size, err)
	}
	network, err := nn.New("resnet-digits", nn.ZooOptions{Width: 0.25})
	if err != nil {
		t.Fatal(err)
	}
	weights, err := nn.Initialize(network, nn.KaimingNormal, 1)
	if err != nil {
		t.Fatal(err)
	}
	mask, err := prune.Prune(t.Context(), prune.Magnitude, prune.Input{Network: network, Weights: weights}, prune.Selection{Fraction: 0.9})
	if err != nil {
		t.Fatal(err)
	}
	dense, err := denseInference(t.Context(), network, weights, batch)
	if err != nil {
		t.Fatal(err)
	}
	defer dense.Close()
	fastest, err := fastestInference(t.Context(), network, weights, mask, batch, sparse.NewTuning("this one"))
	if err != nil {
		t.Fatal(err)
	}
	defer fastest.Close()
	for _, program := range []inference{dense, fastest} {
		if err := program.run(t.Context()); err != nil {
			t.Error(err)
		}
	}
	other, err := nn.New("lenet-digits", nn.ZooOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := denseInference(t.Context(), other, weights, batch); err == nil {
		t.Error("weights of another network were taken")
	}
	if _, err := fastestInference(t.Context(), network, weights, prune.Ones(other), batch, nil); err == nil {
		t.Error("a mask of another network was taken")
	}
	if _, err := firstBatch(t.Context(), &data.Images{}, 16, digits.Normalisation); err == nil {
		t.Error("no images were a batch")
	}
}
