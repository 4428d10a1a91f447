package train_test

import (
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"espalier/nn"
	"espalier/train"
)

// clip is the projection onto weights of a magnitude of at most 0.05.
type clip struct{}

const clipped = 0.05

func (clip) Project(n *nn.Network, weights nn.Weights) (nn.Weights, error) {
	weights = weights.Clone()
	for _, p := range n.Prunable() {
		for i, w := range weights[p.Name] {
			weights[p.Name][i] = min(max(w, -clipped), clipped)
		}
	}
	return weights, nil
}

// largest is the largest magnitude of the prunable weights.
func largest(n *nn.Network, weights nn.Weights) float64 {
	most := 0.0
	for _, p := range n.Prunable() {
		for _, w := range weights[p.Name] {
			most = max(most, math.Abs(float64(w)))
		}
	}
	return most
}

// projectedJob trains 25 iterations of 10 to an epoch.
func projectedJob(t *testing.T) train.Job {
	t.Helper()
	job := smallJob(t)
	small, err := job.Train.Balanced(50, 1)
	if err != nil {
		t.Fatal(err)
	}
	job.Train, job.Options.Length, job.Options.Projection = small, train.Iterations(25), clip{}
	job.Folder = filepath.Join(t.TempDir(), "projected")
	return job
}

// Weights are projected before the first step, after each epoch and at the end, and
// move freely in between; pruned ones stay at zero.
func TestProjection(t *testing.T) {
	job := projectedJob(t)
	job.Snapshots = nil
	for i := range 26 {
		job.Snapshots = append(job.Snapshots, train.Iterations(i))
	}
	job.Options.EvaluateEvery = train.Iterations(1)
	result, err := train.Run(t.Context(), openBackend(t), job)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 26 {
		weights := result.Snapshots[train.Iterations(i).String()]
		most := largest(job.Network, weights)
		if due := i%10 == 0 || i == 25; due != (most <= float64(float32(clipped))) {
			t.Errorf("after iteration %d the largest weight is %v", i, most)
		}
		if moving, _ := deadOnes(job.Mask.(masks), weights); moving > 0 {
			t.Errorf("after iteration %d %d pruned weights are not 0", i, moving)
		}
	}
	// What is evaluated at the end of an epoch is what was projected.
	loss, _, err := train.Evaluate(t.Context(), openBackend(t), job.Network, result.Snapshots["20it"], job.Validation, job.Options.Normalisation, 0)
	if err != nil {
		t.Fatal(err)
	}
	if at20 := result.History[19]; at20.Iteration != 20 || at20.ValidationLoss != loss {
		t.Errorf("the point at iteration %d has the loss %v, the projected weights %v", at20.Iteration, at20.ValidationLoss, loss)
	}
}

func TestProjectedRunsEndInTheSameBytes(t *testing.T) {
	want := finish(t, projectedJob(t))
	for _, stops := range [][]int{{1}, {10}, {19, 20, 21}, {5, 10, 24}} {
		job := projectedJob(t)
		for _, step := range stops {
			interruptOf(t, job, step, 25)
		}
		if got := finish(t, job); got != want {
			t.Errorf("stopped after %v: result %s, want %s", stops, got, want)
		}
	}
}

// failing is a projection that cannot be done.
type failing struct{ Message string }

func (f failing) Project(*nn.Network, nn.Weights) (nn.Weights, error) {
	if f.Message == "" {
		return nn.Weights{}, nil
	}
	return nil, errors.New(f.Message)
}

func TestProjectionFails(t *testing.T) {
	for _, c := range []struct {
		projection failing
		want       string
	}{{failing{"no way"}, "projection: no way"}, {failing{}, "is missing"}} {
		job := projectedJob(t)
		job.Options.Projection = c.projection
		if _, err := train.Run(t.Context(), openBackend(t), job); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}
