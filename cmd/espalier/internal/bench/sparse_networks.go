package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/gomlx/compute"

	"espalier/backend/cpu"
	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
	"espalier/sparse"
)

// Speedup is how many times faster than the best dense program of ours a case is.
type Speedup struct {
	DenseMs float64 `json:"dense_ms"` // median
	// Times is the median over pairs of runs, one right after the other, Least and
	// Most are the quartiles.
	Times float64 `json:"times"`
	Least float64 `json:"times_lower_quartile"`
	Most  float64 `json:"times_upper_quartile"`
	// Theoretical is the dense network's multiply-accumulates by those that are left.
	Theoretical float64     `json:"times_theoretical"`
	Dense       sparse.Path `json:"dense_path"`
	Path        sparse.Path `json:"path"`
}

// String is the speed-up in a few words.
func (s *Speedup) String() string {
	return fmt.Sprintf("%s, %5.2f times faster than %.3f ms (%s) [%.2f – %.2f], in theory %.2f", s.Path, s.Times, s.DenseMs, s.Dense, s.Least, s.Most, s.Theoretical)
}

// pruning is a way to prune a network to some share of what it had.
type pruning struct {
	name string
	mask func(ctx context.Context, in prune.Input) (*prune.Mask, error)
}

// sparseNetworks are networks pruned by the magnitude of their initial weights, the
// same share of each layer but the first and the last, as compiled by package sparse.
func sparseNetworks(tuning *sparse.Tuning) []Case {
	var cases []Case
	for _, n := range []struct {
		name, zoo string
		prunings  []pruning
	}{
		{"resnet18", "resnet18", []pruning{unstructured(.8), unstructured(.9), unstructured(.95), regroup(.8), refill(.5)}},
		{"vgg16", "vgg16", []pruning{unstructured(.8), unstructured(.9), unstructured(.95), regroup(.8), refill(.5)}},
		{"mobilenet1", "mobilenetv1", []pruning{pointwise(.8), pointwise(.9)}},
	} {
		whole := sync.OnceValues(func() (dense, error) { return initialised(n.zoo) })
		for _, p := range n.prunings {
			s := &subject{dense: whole, pruning: p, tuning: tuning}
			for _, batch := range []int{64, 1} {
				for _, workers := range []int{1, 2} {
					cases = append(cases, s.compiled(n.name, batch, workers))
				}
			}
		}
	}
	return cases
}

// dense is a network with its initial weights.
type dense struct {
	network *nn.Network
	weights nn.Weights
}

func initialised(zoo string) (dense, error) {
	network, weights, err := initial(zoo)
	return dense{network, weights}, err
}

// subject is a network pruned in one way, which takes seconds and is done once for all
// cases that time it.
type subject struct {
	dense   func() (dense, error)
	pruning pruning
	tuning  *sparse.Tuning

	mask        *prune.Mask
	theoretical float64
}

// prepare prunes the network, unless it has been.
func (s *subject) prepare(ctx context.Context, d dense) error {
	if s.mask != nil {
		return nil
	}
	random := func(parameter string) *rand.Rand { return seed.Seed(0).Stream(parameter) }
	mask, err := s.pruning.mask(ctx, prune.Input{Network: d.network, Weights: d.weights, Initial: d.weights, Random: random})
	if err != nil {
		return err
	}
	if s.theoretical, err = theoretical(d.network, mask); err != nil {
		return err
	}
	s.mask = mask
	return nil
}

func percent(share float64) int { return int(100*share + .5) }

// unstructured prunes a share of the weights.
func unstructured(share float64) pruning {
	return pruning{fmt.Sprintf("unstructured-%d", percent(share)), func(ctx context.Context, in prune.Input) (*prune.Mask, error) {
		return pruned(ctx, in, share, ends(in.Network))
	}}
}

// pointwise prunes a share of the 1×1 convolutions' weights.
func pointwise(share float64) pruning {
	return pruning{fmt.Sprintf("pointwise-%d", percent(share)), func(ctx context.Context, in prune.Input) (*prune.Mask, error) {
		return pruned(ctx, in, share, func(p nn.Parameter) bool { return p.Kind != nn.KindConvolution || p.Shape[0] != 1 })
	}}
}

// regroup makes a mask of which a share is pruned group-wise.
func regroup(share float64) pruning {
	return pruning{fmt.Sprintf("regroup-%d", percent(share)), func(ctx context.Context, in prune.Input) (*prune.Mask, error) {
		var err error
		if in.Mask, err = pruned(ctx, in, share, ends(in.Network)); err != nil {
			return nil, err
		}
		mask, _, err := prune.Regroup(ctx, in, prune.RegroupOptions{Spare: ends(in.Network)})
		return mask, err
	}}
}

// refill makes a mask channel-wise, such that about a share of the network's
// multiply-accumulates is left once the channels are gone.
func refill(share float64) pruning {
	return pruning{fmt.Sprintf("refill-%d-macs", percent(share)), func(ctx context.Context, in prune.Input) (*prune.Mask, error) {
		var kept *prune.Mask
		for low, high := .2, .5; high-low > 1./64; {
			middle := (low + high) / 2
			mask, err := refilled(ctx, in, middle)
			if err != nil {
				return nil, err
			}
			theoretical, err := theoretical(in.Network, mask)
			if err != nil {
				return nil, err
			}
			if theoretical >= 1/share {
				kept, high = mask, middle
			} else {
				low = middle
			}
		}
		if kept == nil {
			return nil, fmt.Errorf("no density leaves at most %v of the multiply-accumulates of network %s", share, in.Network.Name)
		}
		return kept, nil
	}}
}

func refilled(ctx context.Context, in prune.Input, share float64) (*prune.Mask, error) {
	var err error
	if in.Mask, err = pruned(ctx, in, share, ends(in.Network)); err != nil {
		return nil, err
	}
	return prune.Refill(ctx, in, prune.RefillOptions{Spare: ends(in.Network)})
}

// ends spares the first and the last layer.
func ends(n *nn.Network) prune.Spare {
	all := n.Prunable()
	return prune.SpareLayers(all[0].Layer, all[len(all)-1].Layer)
}

func pruned(ctx context.Context, in prune.Input, share float64, spare prune.Spare) (*prune.Mask, error) {
	return prune.Prune(ctx, prune.Magnitude, in, prune.Selection{Fraction: share, Allocation: prune.ByLayer, Spare: spare})
}

// theoretical is the network's multiply-accumulates by those that are left under a
// mask and without the channels that then have no use.
func theoretical(n *nn.Network, mask *prune.Mask) (float64, error) {
	shrunk, err := nn.Shrink(n, nil, mask, nn.Silent)
	if err != nil {
		return 0, err
	}
	return float64(nn.CostOf(n, nil).MACs) / float64(nn.CostOf(shrunk.Network, mask.Shrink(shrunk)).LiveMACs), nil
}

// compiled times a pruned network's outputs for a batch, in turn with the dense
// network's.
func (s *subject) compiled(name string, batch, workers int) Case {
	c := Case{
		Name:        fmt.Sprintf("sparse/%s/%s/b%d/w%d", name, s.pruning.name, batch, workers),
		PeerName:    fmt.Sprintf("infer/%s/b%d", name, batch),
		PeerThreads: workers,
		speedup:     new(Speedup),
	}
	c.times = func(ctx context.Context, _ compute.Backend) ([]time.Duration, error) {
		d, err := s.dense()
		if err != nil {
			return nil, err
		}
		if err := s.prepare(ctx, d); err != nil {
			return nil, err
		}
		var programs [2]*sparse.Program
		for i, mask := range []nn.WeightMask{prune.Ones(d.network), s.mask} {
			programs[i], err = sparse.Compile(ctx, d.network, d.weights, mask, sparse.Options{Batch: batch, Workers: workers, Tuning: s.tuning})
			if err != nil {
				return nil, err
			}
			defer programs[i].Close()
		}
		c.speedup.Theoretical, c.speedup.Dense, c.speedup.Path = s.theoretical, programs[0].Path(), programs[1].Path()
		return c.speedup.measure(ctx, programs, normal("images", batch*d.network.Input.Size()))
	}
	return c
}

// measure times two programs in turn and returns the times of the second, when
// rested.
func (s *Speedup) measure(ctx context.Context, programs [2]*sparse.Program, images []float32) ([]time.Duration, error) {
	var dense, times []time.Duration
	_, err := timed(ctx, func() error {
		for i, p := range programs {
			took, err := cpu.Rested(func() error {
				_, err := p.Run(ctx, images)
				return err
			})
			if err != nil {
				return err
			}
			if i == 0 {
				dense = append(dense, took)
			} else {
				times = append(times, took)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	dense, times = dense[warmUps:], times[warmUps:]
	ratios := make([]float64, len(times))
	for i := range ratios {
		ratios[i] = dense[i].Seconds() / times[i].Seconds()
	}
	slices.Sort(ratios)
	s.Times, s.Least, s.Most = ratios[len(ratios)/2], ratios[len(ratios)/4], ratios[3*len(ratios)/4]
	s.DenseMs = milliseconds(slices.Sorted(slices.Values(dense))[len(dense)/2])
	return times, nil
}
