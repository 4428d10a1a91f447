package data

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
)

// epoch collects the batches of an epoch.
func (b Batches) collect(t testing.TB, epoch, skip int) []Batch {
	t.Helper()
	var all []Batch
	for batch, err := range b.Epoch(context.Background(), epoch, skip) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, batch)
	}
	return all
}

// encode turns batches into bytes, so that equal means the same bits.
func encode(t testing.TB, batches []Batch) []byte {
	t.Helper()
	var content bytes.Buffer
	for _, batch := range batches {
		for _, values := range []any{int64(batch.Size), batch.Images, batch.Labels} {
			if err := binary.Write(&content, binary.LittleEndian, values); err != nil {
				t.Fatal(err)
			}
		}
	}
	return content.Bytes()
}

func TestBatchesAreTheSameForAnyWorkers(t *testing.T) {
	b := Batches{
		Images: sample(t, 101, 6, 7, 3, 10), Size: 8, Seed: 11,
		Normalisation: Normalisation{Mean: []float32{.5, .4, .3}, Deviation: []float32{.2, .3, .4}},
		Augmentation:  Augmentation{Crop: 2, Flip: true, Rotation: 15},
		Workers:       1, Ahead: 1,
	}
	want := encode(t, b.collect(t, 3, 0))
	for _, workers := range []int{0, 1, 2, 3, 8} {
		for _, ahead := range []int{0, 1, 5, 100} {
			b.Workers, b.Ahead = workers, ahead
			if !bytes.Equal(encode(t, b.collect(t, 3, 0)), want) {
				t.Errorf("%d workers, %d ahead: other bytes", workers, ahead)
			}
		}
	}
}

func TestEpochHasEveryImageOnce(t *testing.T) {
	images := numbered(t, 50, 7)
	for _, size := range []int{1, 7, 10, 50, 60} {
		for _, ordered := range []bool{false, true} {
			b := Batches{Images: images, Size: size, Ordered: ordered, Seed: 4}
			var seen []int
			batches := b.collect(t, 0, 0)
			for number, batch := range batches {
				want := min(size, 50-number*size)
				if batch.Size != want || len(batch.Images) != want || len(batch.Labels) != want {
					t.Errorf("batch %d of %d has %d images", number, size, batch.Size)
				}
				for n, value := range batch.Images {
					number := int(value*255 + 0.5)
					seen = append(seen, number)
					if int(batch.Labels[n]) != images.Label(number) {
						t.Errorf("image %d came with label %d", number, batch.Labels[n])
					}
				}
			}
			if len(batches) != b.PerEpoch() {
				t.Errorf("%d batches, PerEpoch says %d", len(batches), b.PerEpoch())
			}
			if slices.IsSorted(seen) != ordered {
				t.Errorf("ordered %v: %v", ordered, seen)
			}
			if slices.Sort(seen); !slices.Equal(seen, numbers(images)) {
				t.Errorf("the epoch had %v", seen)
			}
		}
	}
}

func TestSkipGivesTheSuffix(t *testing.T) {
	b := Batches{Images: sample(t, 53, 4, 4, 1, 5), Size: 10, Seed: 9, Augmentation: Augmentation{Crop: 1, Flip: true}}
	whole := b.collect(t, 2, 0)
	for skip := range b.PerEpoch() + 1 {
		if got := b.collect(t, 2, skip); !bytes.Equal(encode(t, got), encode(t, whole[skip:])) {
			t.Errorf("skipping %d gives something else than the end of the epoch", skip)
		}
	}
}

func TestEpochsAndSeedsHaveTheirOwnOrder(t *testing.T) {
	b := Batches{Images: sample(t, 53, 4, 4, 1, 5), Size: 10, Seed: 9}
	other := b
	other.Seed = 10
	first := encode(t, b.collect(t, 0, 0))
	if bytes.Equal(first, encode(t, b.collect(t, 1, 0))) || bytes.Equal(first, encode(t, other.collect(t, 0, 0))) {
		t.Error("two epochs or two seeds have the same order")
	}
}

// An image is augmented in the same way wherever it comes in the epoch.
func TestAugmentationDoesNotDependOnTheBatch(t *testing.T) {
	b := Batches{Images: sample(t, 30, 5, 5, 1, 3), Size: 4, Seed: 2, Augmentation: Augmentation{Crop: 2, Flip: true, Rotation: 10}}
	ordered := b
	ordered.Ordered, ordered.Size = true, 7
	images := func(batches []Batch) map[string]int {
		found := map[string]int{}
		for _, batch := range batches {
			for n := range batch.Size {
				found[fmt.Sprint(batch.Images[n*25:(n+1)*25])]++
			}
		}
		return found
	}
	random, inOrder := images(b.collect(t, 1, 0)), images(ordered.collect(t, 1, 0))
	if fmt.Sprint(random) != fmt.Sprint(inOrder) {
		t.Error("the same epoch in another order has other images")
	}
}

func TestBatchesRefuse(t *testing.T) {
	images := numbered(t, 10, 2)
	for _, test := range []struct {
		b           Batches
		epoch, skip int
		want        string
	}{
		{Batches{Size: 1}, 0, 0, "no images"},
		{Batches{Images: images}, 0, 0, "a batch of 0 images"},
		{Batches{Images: images, Size: 5, Workers: -1}, 0, 0, "-1 workers"},
		{Batches{Images: images, Size: 5, Ahead: -1}, 0, 0, "-1 batches ahead"},
		{Batches{Images: images, Size: 5}, -1, 0, "epoch -1"},
		{Batches{Images: images, Size: 5}, 0, -1, "skip -1 of the 2 batches"},
		{Batches{Images: images, Size: 5}, 0, 3, "skip 3 of the 2 batches"},
		{Batches{Images: images, Size: 5, Augmentation: Augmentation{Crop: -1}}, 0, 0, "padding of -1"},
		{Batches{Images: images, Size: 5, Normalisation: Normalisation{Mean: make([]float32, 3)}}, 0, 0, "3 means"},
	} {
		count := 0
		for batch, err := range test.b.Epoch(t.Context(), test.epoch, test.skip) {
			count++
			if batch.Size != 0 || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		}
		if count != 1 {
			t.Errorf("%q came %d times", test.want, count)
		}
	}
}

func TestEmptySetHasNoBatches(t *testing.T) {
	b := Batches{Images: numbered(t, 0, 2), Size: 5}
	if got := b.collect(t, 0, 0); len(got) != 0 || b.PerEpoch() != 0 {
		t.Errorf("%d batches", len(got))
	}
}

// A bubble fails the test if a goroutine is left in it.
func TestBreakLeavesNoGoroutine(t *testing.T) {
	images := numbered(t, 100, 2)
	for stop := range 4 {
		synctest.Test(t, func(t *testing.T) {
			taken := 0
			for _, err := range (Batches{Images: images, Size: 5, Workers: 3, Ahead: 4}).Epoch(context.Background(), 0, 0) {
				if err != nil {
					t.Fatal(err)
				}
				if taken == stop {
					break
				}
				taken++
			}
		})
	}
}

func TestCancelledContextEndsTheEpoch(t *testing.T) {
	images := numbered(t, 100, 2)
	reason := errors.New("interrupted")
	for stop := range 4 {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.Background())
			defer cancel(nil)
			if stop == 0 {
				cancel(reason)
			}
			taken := 0
			var last error
			for batch, err := range (Batches{Images: images, Size: 5, Workers: 3, Ahead: 4}).Epoch(ctx, 0, 0) {
				if last != nil {
					t.Fatal("the sequence goes on after an error")
				}
				if last = err; err != nil {
					if batch.Size != 0 {
						t.Error("an error came with a batch")
					}
					continue
				}
				if taken++; taken == stop {
					cancel(reason)
				}
			}
			if last != reason || taken != stop {
				t.Errorf("stopped at %d: %d batches, then %v", stop, taken, last)
			}
		})
	}
}

func BenchmarkEpoch(b *testing.B) {
	images := sample(b, 2000, 32, 32, 3, 10)
	for _, bench := range []struct {
		name string
		Augmentation
	}{
		{"plain", Augmentation{}},
		{"crop and flip", Augmentation{Crop: 4, Flip: true}},
		{"rotation", Augmentation{Rotation: 20}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			batches := Batches{Images: images, Size: 128, Augmentation: bench.Augmentation, Workers: 1}
			b.SetBytes(int64(len(images.pixels)))
			for epoch := 0; b.Loop(); epoch++ {
				for range batches.Epoch(context.Background(), epoch, 0) {
				}
			}
		})
	}
}
