package experiments

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"espalier/data"
	"espalier/internal/durable"
	"espalier/lth"
	"espalier/nn"
	"espalier/prune"
	"espalier/sparse"
	"espalier/train"
)

// Programs are called in turn, each as often, twice at a time, and in both orders.
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
	if len(seconds[0]) != len(seconds[1]) || len(seconds[0]) < leastRounds || len(calls) != 4*(len(seconds[0])+warmUps) {
		t.Errorf("%d and %d rounds, %d calls", len(seconds[0]), len(seconds[1]), len(calls))
	}
	if want := []int{1, 1, 6, 6, 6, 6, 1, 1}; !slices.Equal(calls[:8], want) {
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
	tuning := sparse.NewTuning("this one")
	for _, kept := range []*prune.Mask{mask, prune.Ones(network)} {
		program, err := fastestInference(t.Context(), network, weights, kept, batch, tuning)
		if err != nil {
			t.Fatal(err)
		}
		defer program.Close()
		if err := program.run(t.Context()); err != nil {
			t.Error(err)
		}
	}
	other, err := nn.New("lenet-digits", nn.ZooOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fastestInference(t.Context(), other, weights, prune.Ones(other), batch, nil); err == nil {
		t.Error("weights of another network were taken")
	}
	if _, err := fastestInference(t.Context(), network, weights, prune.Ones(other), batch, nil); err == nil {
		t.Error("a mask of another network was taken")
	}
	if _, err := firstBatch(t.Context(), &data.Images{}, 16, digits.Normalisation); err == nil {
		t.Error("no images were a batch")
	}
}

// A ticket and the dense network that it is raced against have the same choice of forms.
func TestDenseNetworkHasTheChoiceOfATicket(t *testing.T) {
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
	batch := data.Batch{Size: 16, Images: make([]float32, 16*network.Input.Size())}
	level := lth.Level{Mask: mask, Origin: &lth.Origin{Trained: weights}, Result: &train.Result{Weights: weights}}
	tuning := sparse.NewTuning("this one")
	metrics, err := timeLevel(t.Context(), lth.Study{Network: network}, level, batch, tuning)
	if err != nil {
		t.Fatal(err)
	}
	if !(metrics[Speedup] > 0) || !(metrics[Milliseconds] > 0) {
		t.Errorf("measured %v", metrics)
	}
	path := filepath.Join(t.TempDir(), "tuning.json")
	if err := tuning.Write(durable.OS{}, path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var measured struct {
		Paths map[string]map[sparse.Path]time.Duration `json:"paths"`
	}
	if err := json.Unmarshal(text, &measured); err != nil {
		t.Fatal(err)
	}
	if len(measured.Paths) != 2 {
		t.Errorf("forms of %d networks were compared, want those of the ticket and of the dense one", len(measured.Paths))
	}
}
