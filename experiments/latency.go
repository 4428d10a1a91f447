package experiments

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/data"
	"espalier/nn"
)

// inference is a network with its weights, ready to classify one batch of images.
type inference struct {
	store  *model.Store
	exec   *model.Exec
	images *tensors.Tensor
}

// newInference makes a network ready on a backend.
func newInference(b compute.Backend, n *nn.Network, weights nn.Weights, batch data.Batch) (*inference, error) {
	i := &inference{store: model.NewStore()}
	if err := n.LoadInto(i.store, weights); err != nil {
		return nil, err
	}
	var err error
	i.exec, err = model.NewExec(b, i.store, func(scope *model.Scope, images *graph.Node) *graph.Node {
		return n.Build(scope, images, nn.Inference)
	})
	if err != nil {
		return nil, err
	}
	i.exec.WithName(n.Name + " timed")
	i.images, err = tensors.FromShapeForBackend(b, 0,
		shapes.Make(dtypes.Float32, batch.Size, n.Input.Height, n.Input.Width, n.Input.Channels))
	if err != nil {
		return nil, err
	}
	return i, tensors.AssignFlatData(i.images, batch.Images)
}

// run classifies the batch once.
func (i *inference) run() error {
	outputs, err := i.exec.Call(i.images)
	if err != nil {
		return err
	}
	return outputs[0].FinalizeAll()
}

// close frees what the backend holds; what cannot be freed now is when the backend is.
func (i *inference) close() {
	_ = i.images.FinalizeAll()
	i.exec.Finalize()
	i.store.Finalize()
}

// How long programs are timed: enough rounds for a median, and so many as fit into the
// time for small ones.
const (
	warmUps     = 2
	leastRounds = 9
	mostRounds  = 101
	raceTime    = 400 * time.Millisecond
)

// race runs programs in turn, round after round and each first as often as last, so
// that whatever slows the machine down slows all alike. It returns the seconds that
// each took, round by round.
func race(ctx context.Context, programs ...func() error) ([][]float64, error) {
	seconds := make([][]float64, len(programs))
	begin := time.Now()
	for round := -warmUps; round < leastRounds || round < mostRounds && time.Since(begin) < raceTime; round++ {
		for n := range programs {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			i := n
			if round%2 != 0 {
				i = len(programs) - 1 - n
			}
			start := time.Now()
			if err := programs[i](); err != nil {
				return nil, err
			}
			if round >= 0 {
				seconds[i] = append(seconds[i], time.Since(start).Seconds())
			}
		}
	}
	return seconds, nil
}

// quantile is that of values in any order, the lower of two that it lies between.
func quantile(values []float64, q float64) float64 {
	return slices.Sorted(slices.Values(values))[int(q*float64(len(values)-1))]
}

// speedup is the median, over the rounds of a race, of how many times faster one
// program was than another: a round in which the machine was slow counts as any other.
func speedup(slow, fast []float64) float64 {
	ratios := make([]float64, len(slow))
	for i := range ratios {
		ratios[i] = slow[i] / fast[i]
	}
	return quantile(ratios, 0.5)
}

// firstBatch is the batch of images that programs are timed on.
func firstBatch(ctx context.Context, images *data.Images, size int, normalisation data.Normalisation) (data.Batch, error) {
	batches := data.Batches{Images: images, Size: min(size, images.Len()), Normalisation: normalisation, Workers: 1, Ordered: true}
	for batch, err := range batches.Epoch(ctx, 0, 0) {
		return batch, err
	}
	return data.Batch{}, errors.New("there are no images to time inference on")
}
