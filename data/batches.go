package data

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"

	"espalier/seed"
)

// Batch is some images, ready for a network.
type Batch struct {
	Size   int
	Images []float32 // [Size, height, width, channels], normalised
	Labels []int32   // [Size]
}

// Batches cuts a set into batches. Each epoch has its own random order, a pure
// function of Seed and the epoch; with Ordered it is the order of the set.
type Batches struct {
	Images        *Images
	Size          int // images in a batch; the last of an epoch may be smaller
	Normalisation Normalisation
	Augmentation  Augmentation
	Seed          seed.Seed
	Workers       int  // goroutines that prepare batches; 0 means one for each processor
	Ahead         int  // batches prepared beyond the one in use; 0 means twice the workers
	Ordered       bool // for evaluation
}

// PerEpoch is the number of batches in an epoch: every image is in exactly one, so a
// short last batch is counted.
func (b Batches) PerEpoch() int {
	if b.Images == nil || b.Size <= 0 {
		return 0
	}
	return (b.Images.Len() + b.Size - 1) / b.Size
}

// Epoch yields the batches skip, skip+1, ..., PerEpoch()−1 of an epoch; it is the same
// sequence, in the same bytes, for any number of Workers and any Ahead. The caller may
// keep each batch. An error, also that of a context that is done, comes with an empty
// batch and ends the sequence. When the loop over it ends, its goroutines have ended
// too.
func (b Batches) Epoch(ctx context.Context, epoch, skip int) iter.Seq2[Batch, error] {
	return func(yield func(Batch, error) bool) {
		if err := b.validate(epoch, skip); err != nil {
			yield(Batch{}, fmt.Errorf("batches: %w", err))
			return
		}
		workers, ahead := b.Workers, b.Ahead
		if workers == 0 {
			workers = runtime.GOMAXPROCS(0)
		}
		if ahead == 0 {
			ahead = 2 * workers
		}
		inOrder(ctx, skip, b.PerEpoch(), workers, ahead, b.preparer(epoch))(yield)
	}
}

func (b Batches) validate(epoch, skip int) error {
	switch {
	case b.Images == nil:
		return errors.New("there are no images")
	case b.Size <= 0:
		return fmt.Errorf("a batch of %d images; it must be positive", b.Size)
	case b.Workers < 0 || b.Ahead < 0:
		return fmt.Errorf("%d workers, %d batches ahead; neither may be negative", b.Workers, b.Ahead)
	case epoch < 0:
		return fmt.Errorf("epoch %d; it must not be negative", epoch)
	case skip < 0 || skip > b.PerEpoch():
		return fmt.Errorf("cannot skip %d of the %d batches of an epoch", skip, b.PerEpoch())
	}
	return cmp.Or(b.Normalisation.validate(b.Images.Channels()), b.Augmentation.validate())
}

// preparer returns the function from a batch's number to the batch. It may be
// called from several goroutines.
func (b Batches) preparer(epoch int) func(number int) Batch {
	order := b.order(epoch)
	canvas := newCanvas(b.Images.description, b.Normalisation)
	return func(number int) Batch {
		chosen := order[number*b.Size : min((number+1)*b.Size, len(order))]
		size := canvas.size()
		batch := Batch{
			Size:   len(chosen),
			Images: make([]float32, len(chosen)*size),
			Labels: make([]int32, len(chosen)),
		}
		for n, i := range chosen {
			t := b.Augmentation.draw(b.Seed, epoch, i)
			canvas.paint(batch.Images[n*size:(n+1)*size], b.Images.at(i), t)
			batch.Labels[n] = int32(b.Images.Label(i))
		}
		return batch
	}
}

func (b Batches) order(epoch int) []int {
	if !b.Ordered {
		return b.Seed.Stream("order", epoch).Perm(b.Images.Len())
	}
	order := make([]int, b.Images.Len())
	for i := range order {
		order[i] = i
	}
	return order
}
