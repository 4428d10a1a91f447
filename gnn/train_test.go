package gnn_test

import (
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"espalier/backend"
	"espalier/data"
	"espalier/gnn"
	"espalier/nn"
	"espalier/train"
)

// openBackend is the backend that ESPALIER_BACKEND names, or the default.
func openBackend(t testing.TB) compute.Backend {
	t.Helper()
	choice, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	return choice.Backend
}

// openGraph opens a graph, or skips the test with the reason if its files are missing.
func openGraph(t testing.TB, name string) *data.Graph {
	t.Helper()
	g, err := data.OpenGraph(t.Context(), name, os.Getenv("ESPALIER_DATA"))
	if err != nil {
		t.Skipf("without %s: %v", name, err)
	}
	return g
}

func prepare(t testing.TB, g *data.Graph) *gnn.Graph {
	t.Helper()
	prepared, err := gnn.NewGraph(g)
	if err != nil {
		t.Fatal(err)
	}
	return prepared
}

// What is chosen is what the history says, and training ends when its patience does.
func TestTrainingStops(t *testing.T) {
	cora := openGraph(t, "cora").NormalisedRows()
	g := prepare(t, cora)
	train := func(stop gnn.Stop) *gnn.Result {
		t.Helper()
		result, err := gnn.Train(t.Context(), openBackend(t), gnn.Job{
			Network: gnn.GCN{}, Graph: g, Split: cora.Splits()[0], Seed: 1,
			Options: gnn.Options{Epochs: 60, WeightDecay: gnn.WeightDecay{First: 5e-4}, Stop: stop},
		})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	last := train(gnn.Stop{})
	if last.Epoch != 60 || len(last.History) != 60 || last.Test != last.History[59].Test {
		t.Errorf("the last epoch is %d of %d", last.Epoch, len(last.History))
	}
	best := train(gnn.Stop{Select: gnn.BestAccuracy, After: 10})
	for _, p := range best.History[10:] {
		if p.Validation.Accuracy > best.Validation.Accuracy || p.Validation.Accuracy == best.Validation.Accuracy && p.Epoch < best.Epoch {
			t.Errorf("epoch %d with accuracy %v was chosen, not %d with %v", best.Epoch, best.Validation.Accuracy, p.Epoch, p.Validation.Accuracy)
		}
	}
	if best.Weights.Equal(last.Weights) == (best.Epoch != 60) {
		t.Error("the weights are not those of the epoch that was chosen")
	}
	patient := train(gnn.Stop{Select: gnn.BestAccuracy, Patience: 3})
	if n := len(patient.History); n < 60 && n != patient.Epoch+3 {
		t.Errorf("with patience 3, epoch %d is the best of %d", patient.Epoch, n)
	}
}

func TestJobsThatCannotWork(t *testing.T) {
	cora := openGraph(t, "cora")
	job := gnn.Job{Network: gnn.GCN{}, Graph: prepare(t, cora), Split: cora.Splits()[0]}
	for name, change := range map[string]func(j *gnn.Job){
		"no nodes to train on":               func(j *gnn.Job) { j.Split.Train = nil },
		"a training node of another graph":   func(j *gnn.Job) { j.Split.Train = []int32{2708} },
		"a validation node of another graph": func(j *gnn.Job) { j.Split.Validation = []int32{9999} },
		"a test node below 0":                func(j *gnn.Job) { j.Split.Test = []int32{-1} },
		"less than no epochs":                func(j *gnn.Job) { j.Options.Epochs = -1 },
		"no network":                         func(j *gnn.Job) { j.Network = nil },
		"no graph":                           func(j *gnn.Job) { j.Graph = nil },
		"nothing at all":                     func(j *gnn.Job) { *j = gnn.Job{} },
		"an empty optimizer":                 func(j *gnn.Job) { j.Options.Optimizer = train.ADMM{} },
		"a dropout of 1":                     func(j *gnn.Job) { j.Network = gnn.GCN{Dropout: 1} },
		"a negative decay":                   func(j *gnn.Job) { j.Options.WeightDecay.First = -1 },
		"an unknown selection":               func(j *gnn.Job) { j.Options.Stop.Select = "luck" },
		"weights that lack one": func(j *gnn.Job) {
			j.Weights = nn.Weights{"convolution1.weight": make([]float32, 1433*16)}
		},
	} {
		j := job
		change(&j)
		if _, err := gnn.Train(t.Context(), openBackend(t), j); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestPredictRefuses(t *testing.T) {
	g := prepare(t, openGraph(t, "cora"))
	for want, err := range map[string]error{
		"predict: there is no network": predictError(t, nil, g),
		"predict: there is no graph":   predictError(t, gnn.GCN{}, nil),
		"predict by gcn on cora: convolution1.weight has 0 values, not the 22928 of [1433 16]": predictError(t, gnn.GCN{}, g),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}

func predictError(t *testing.T, n gnn.Network, g *gnn.Graph) error {
	t.Helper()
	_, err := gnn.Predict(t.Context(), openBackend(t), n, g, nil)
	return err
}
