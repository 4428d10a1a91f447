package train_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/data"
	"espalier/nn"
	"espalier/train"
)

// countedLinear is a linear layer that counts how often a graph is built with it.
type countedLinear struct{ nn.Linear }

var built atomic.Int64

func (l countedLinear) Build(b *nn.Builder, inputs []*graph.Node) *graph.Node {
	built.Add(1)
	return l.Linear.Build(b, inputs)
}

// Levels of an iterative method differ in weights and masks, and compile once.
func TestSessionCompilesOnce(t *testing.T) {
	job := digitsJob(t, train.Options{Length: train.Iterations(3), BatchSize: 50, Optimizer: train.Adam{}})
	c := nn.NewComposer("counted", job.Network.Input)
	c.Add("fc", countedLinear{nn.Linear{Out: 10}}, nn.Input)
	network, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	session := train.NewSession(openBackend(t))
	defer session.Close()
	job.Network = network
	var after []int64
	for level := range 3 {
		mask := sparse(network, level)
		if job.Weights, err = nn.Initialize(network, nn.GlorotNormal, 1); err != nil {
			t.Fatal(err)
		}
		job.Mask = mask
		result, err := session.Run(t.Context(), job)
		if err != nil {
			t.Fatal(err)
		}
		if moving, still := deadOnes(mask, result.Weights); moving > 0 || still > 0 {
			t.Errorf("level %d: %d masked weights are not +0, %d others are 0", level, moving, still)
		}
		after = append(after, built.Load())
	}
	if after[0] == 0 || after[1] != after[0] || after[2] != after[0] {
		t.Errorf("graphs were built %v times after each level, want all in the first", after)
	}
}

// A session gives what fresh programs give, for any number of workers.
func TestSameBytesForAnyWorkersAndSession(t *testing.T) {
	options := train.Options{
		Length: train.Epochs(2), BatchSize: 64, EvaluateEvery: train.Iterations(17),
		Optimizer:    train.SGD{LearningRate: .1, Momentum: .9},
		Schedule:     train.WarmUp{Length: train.Iterations(10), Then: train.OneCycle{}},
		Augmentation: data.Augmentation{Crop: 1, Rotation: 10},
	}
	job := digitsJob(t, options)
	job.Mask = sparse(job.Network, 0)
	job.Snapshots = []train.Length{train.Iterations(5)}
	session := train.NewSession(openBackend(t))
	defer session.Close()
	var names [][]string
	for _, workers := range []int{1, 1, 2, 8} {
		job.Options.Workers, job.Folder = workers, t.TempDir()
		run := session.Run
		if workers == 2 {
			run = func(ctx context.Context, job train.Job) (*train.Result, error) {
				return train.Run(ctx, openBackend(t), job)
			}
		}
		if _, err := run(t.Context(), job); err != nil {
			t.Fatal(err)
		}
		// The name has the content's SHA-256 in it.
		names = append(names, filesIn(t, job.Folder))
	}
	for _, other := range names {
		if len(other) != 1 || other[0] != names[0][0] {
			t.Errorf("results %v, want always %v", other, names[0])
		}
	}
}

// Weights of iteration k, trained from there, end where training went on: the
// schedule and the order of the data are resumed at k.
func TestStartContinuesTheSchedule(t *testing.T) {
	moment := train.Iterations(70) // in the second epoch
	job := digitsJob(t, train.Options{
		Length: train.Epochs(3), BatchSize: 60,
		Optimizer:    train.SGD{LearningRate: .1}, // it keeps nothing from step to step
		Schedule:     train.MultiStep{Milestones: []train.Length{train.Epochs(2)}},
		Augmentation: data.Augmentation{Crop: 1},
	})
	job.Snapshots = []train.Length{moment}
	whole, err := train.Run(t.Context(), openBackend(t), job)
	if err != nil {
		t.Fatal(err)
	}
	job.Weights, job.Options.Start = whole.Snapshots["70it"], moment
	rest, err := train.Run(t.Context(), openBackend(t), job)
	if err != nil {
		t.Fatal(err)
	}
	if !rest.Weights.Equal(whole.Weights) {
		t.Error("training from a snapshot on ends in other weights")
	}
	if !rest.Snapshots["70it"].Equal(job.Weights) {
		t.Error("the snapshot at the start is not the initial weights")
	}
	if a, b := rest.Final(), whole.Final(); a != b {
		t.Errorf("it ends with %+v, want %+v", a, b)
	}
	if first := rest.History[0]; first.Iteration != 112 || first.Epoch != 2 {
		t.Errorf("the first point is at iteration %d, epoch %v, want 112 and 2", first.Iteration, first.Epoch)
	}
}

// The short last batch counts for no more than its images.
func TestEvaluateIsTheSameForAnyBatch(t *testing.T) {
	job := digitsJob(t, train.Options{})
	session := train.NewSession(openBackend(t))
	defer session.Close()
	var losses, accuracies []float64
	for _, batch := range []int{0, 1000, 1796, 1797, 5000} {
		loss, accuracy, err := session.Evaluate(t.Context(), job.Network, job.Weights, job.Test, job.Options.Normalisation, batch)
		if err != nil {
			t.Fatal(err)
		}
		losses, accuracies = append(losses, loss), append(accuracies, accuracy)
	}
	for i := range losses {
		if math.Abs(losses[i]-losses[0]) > 1e-6 || accuracies[i] != accuracies[0] {
			t.Fatalf("losses %v and accuracies %v are not all the same", losses, accuracies)
		}
	}
	if accuracies[0] == 0 || losses[0] < 1 {
		t.Errorf("untrained, but loss %v and accuracy %v", losses[0], accuracies[0])
	}
}

func TestRunRefusesWhatCannotWork(t *testing.T) {
	good := train.Options{Length: train.Epochs(1), BatchSize: 60, Optimizer: train.SGD{LearningRate: .1}}
	for reason, spoil := range map[string]func(*train.Job){
		"no network":                         func(j *train.Job) { j.Network = nil },
		"no training images":                 func(j *train.Job) { j.Train = nil },
		"fc2.weight is missing":              func(j *train.Job) { delete(j.Weights, "fc2.weight") },
		"the mask of fc1.weight has 1 value": func(j *train.Job) { j.Mask = masks{"fc1.weight": {1}} },
		"no optimizer":                       func(j *train.Job) { j.Options.Optimizer = nil },
		"the learning rate is 0":             func(j *train.Job) { j.Options.Optimizer = train.SGD{} },
		"nesterov needs a momentum":          func(j *train.Job) { j.Options.Optimizer = train.SGD{LearningRate: 1, Nesterov: true} },
		"a batch of 0 images":                func(j *train.Job) { j.Options.BatchSize = 0 },
		"-1 checkpoints kept":                func(j *train.Job) { j.Options.Keep = -1 },
		"no length of training":              func(j *train.Job) { j.Options.Length = train.Length{} },
		"training starts at 2ep, after":      func(j *train.Job) { j.Options.Start = train.Epochs(2) },
		"snapshot at 57it is not between":    func(j *train.Job) { j.Snapshots = []train.Length{train.Iterations(57)} },
		"normalisation has 2 means":          func(j *train.Job) { j.Options.Normalisation.Mean = []float32{1, 2} },
		"network small reads images of ": func(j *train.Job) {
			c := nn.NewComposer("small", nn.Shape{Height: 4, Width: 4, Channels: 1})
			c.Add("fc", nn.Linear{Out: 10}, nn.Input)
			j.Network, _ = c.Network()
			j.Weights, _ = nn.Initialize(j.Network, nn.GlorotNormal, 1)
		},
		"has 9 outputs, but digits/train/rest has 10 classes": func(j *train.Job) {
			j.Network, _ = nn.New("lenet-digits", nn.ZooOptions{Classes: 9})
			j.Weights, _ = nn.Initialize(j.Network, nn.GlorotNormal, 1)
		},
	} {
		job := digitsJob(t, good)
		spoil(&job)
		_, err := train.Run(t.Context(), openBackend(t), job)
		if err == nil || !strings.Contains(err.Error(), reason) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v, want one line that says %q", err, reason)
		}
	}
}

func TestClosedSession(t *testing.T) {
	session := train.NewSession(openBackend(t))
	session.Close()
	job := digitsJob(t, train.Options{Length: train.Epochs(1), BatchSize: 60, Optimizer: train.Adam{}})
	if _, err := session.Run(t.Context(), job); err == nil || !strings.Contains(err.Error(), "the session is closed") {
		t.Errorf("error %v", err)
	}
}

func TestEvaluateIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	job := digitsJob(t, train.Options{})
	_, _, err := train.Evaluate(ctx, openBackend(t), job.Network, job.Weights, job.Test, job.Options.Normalisation, 0)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
