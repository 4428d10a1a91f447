package prune_test

import (
	"math"
	"slices"
	"testing"

	"espalier/prune"
	"espalier/seed"
)

// samples are contributions of channels with different means, and a reconstruction of
// them.
func samples(t *testing.T, s uint64, count, channels int) ([][]float64, *prune.Reconstruction) {
	t.Helper()
	random := seed.Seed(s).Stream("samples")
	r := prune.NewReconstruction(channels)
	all := make([][]float64, count)
	for i := range all {
		for c := range channels {
			all[i] = append(all[i], random.NormFloat64()+float64(c%3-1))
		}
		if err := r.Add(all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all, r
}

// off is e(T), sample by sample.
func off(samples [][]float64, without []int) float64 {
	total := 0.0
	for _, x := range samples {
		sum := 0.0
		for _, c := range without {
			sum += x[c]
		}
		total += sum * sum
	}
	return total
}

// Every step takes the channel that is best when all are tried.
func TestReconstructionStepsAreTheBest(t *testing.T) {
	for s := range uint64(20) {
		const channels = 9
		all, r := samples(t, s, 30, channels)
		removed, err := r.Remove(channels - 1)
		if err != nil {
			t.Fatal(err)
		}
		for step := range removed {
			before := removed[:step]
			best, least := -1, math.Inf(1)
			for c := range channels {
				if e := off(all, append(slices.Clone(before), c)); !slices.Contains(before, c) && e < least {
					best, least = c, e
				}
			}
			if removed[step] != best {
				t.Errorf("seed %d, step %d: channel %d goes, the best is %d", s, step, removed[step], best)
			}
			if got := r.Error(removed[:step+1]); math.Abs(got-least) > 1e-9*(1+least) {
				t.Errorf("seed %d, step %d: error %v, want %v", s, step, got, least)
			}
		}
	}
}

// Channels that cancel out go together, however much each contributes, where a single
// channel that contributes less does not follow the first.
func TestReconstructionSeesWhatCancels(t *testing.T) {
	r := prune.NewReconstruction(4)
	for _, x := range [][]float64{{9, 2, -2.1, 3}, {9, -2, 2.1, 3}, {9, 2, -2.1, -3}} {
		if err := r.Add(x); err != nil {
			t.Fatal(err)
		}
	}
	if removed, err := r.Remove(2); err != nil || !slices.Equal(removed, []int{1, 2}) {
		t.Errorf("channels %v go, %v; want 1 and 2", removed, err)
	}
}

func TestReconstructionRefuses(t *testing.T) {
	_, r := samples(t, 1, 3, 4)
	if r.Add(make([]float64, 3)) == nil {
		t.Error("a sample of 3 channels is taken for 4")
	}
	for _, count := range []int{-1, 4} {
		if _, err := r.Remove(count); err == nil {
			t.Errorf("%d of 4 channels go", count)
		}
	}
}
