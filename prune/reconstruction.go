package prune

import (
	"fmt"
	"slices"
)

// Reconstruction chooses the channels without which samples of the next layer's outputs
// change least, as ThiNet does (Luo, Wu and Lin, "ThiNet: a filter level pruning method
// for deep neural network compression", ICCV 2017, algorithm 1). A sample i is a sum of
// what each channel c contributes to it, x(i, c). Without the channels T it is off by
// Σ_{c∈T} x(i, c), over all samples by
//
//	e(T) = Σ_i (Σ_{c∈T} x(i, c))²
//
// and T grows by the channel with which e is least.
type Reconstruction struct {
	channels int
	gram     []float64 // Σ_i x(i, a)·x(i, b)
}

// NewReconstruction starts without samples.
func NewReconstruction(channels int) *Reconstruction {
	return &Reconstruction{channels: channels, gram: make([]float64, channels*channels)}
}

// Add adds a sample: what each channel contributes to it.
func (r *Reconstruction) Add(contributions []float64) error {
	if len(contributions) != r.channels {
		return fmt.Errorf("reconstruction: there are %d contributions of %d channels", len(contributions), r.channels)
	}
	for a, x := range contributions {
		row := r.gram[a*r.channels : (a+1)*r.channels]
		for b, y := range contributions {
			row[b] += x * y
		}
	}
	return nil
}

// Error is e(T) for the removal of some channels.
func (r *Reconstruction) Error(without []int) float64 {
	sum := 0.0
	for _, a := range without {
		for _, b := range without {
			sum += r.gram[a*r.channels+b]
		}
	}
	return sum
}

// Remove chooses so many channels to remove, in the order in which they are chosen.
// Among equally good channels the first is chosen.
func (r *Reconstruction) Remove(count int) ([]int, error) {
	if count < 0 || count >= r.channels {
		return nil, fmt.Errorf("reconstruction: %d of %d channels cannot go: at least one stays", count, r.channels)
	}
	removed := make([]int, 0, count)
	added := make([]float64, r.channels) // to e, by each channel
	for c := range added {
		added[c] = r.gram[c*r.channels+c]
	}
	gone := make([]bool, r.channels)
	for range count {
		best := slices.Index(gone, false)
		for c, more := range added {
			if !gone[c] && more < added[best] {
				best = c
			}
		}
		gone[best] = true
		removed = append(removed, best)
		for c := range added {
			added[c] += 2 * r.gram[best*r.channels+c]
		}
	}
	return removed, nil
}
