package experiments

import (
	"context"
	"errors"
	"slices"
	"time"

	"espalier/backend/cpu"
	"espalier/data"
	"espalier/nn"
	"espalier/prune"
	"espalier/sparse"
)

// inference is a compiled network and a batch of images for it to classify.
type inference struct {
	*sparse.Program
	images []float32
}

// fastestInference is a masked network in the form that measures fastest; with a mask of
// ones it is the whole network, which others are measured against, in the form that is
// best for it. The tuning holds what was measured for that.
func fastestInference(ctx context.Context, n *nn.Network, weights nn.Weights, mask *prune.Mask, batch data.Batch, tuning *sparse.Tuning) (inference, error) {
	program, err := sparse.Compile(ctx, n, weights, mask, sparse.Options{Batch: batch.Size, Tuning: tuning})
	return inference{program, batch.Images}, err
}

// run classifies the batch once.
func (i inference) run(ctx context.Context) error {
	_, err := i.Run(ctx, i.images)
	return err
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
// that whatever slows the machine down slows all alike. It returns the seconds that each
// took when rested, round by round.
func race(ctx context.Context, programs ...func(context.Context) error) ([][]float64, error) {
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
			took, err := cpu.Rested(func() error { return programs[i](ctx) })
			if err != nil {
				return nil, err
			}
			if round >= 0 {
				seconds[i] = append(seconds[i], took.Seconds())
			}
		}
	}
	return seconds, nil
}

// raceSeconds is about how long a race takes if so many seconds are one call of each of its
// programs.
func raceSeconds(calls float64) float64 {
	return max(raceTime.Seconds(), 2*(warmUps+leastRounds)*calls)
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
