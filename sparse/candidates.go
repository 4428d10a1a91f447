package sparse

import (
	"context"
	"errors"
	"fmt"
	"time"

	"espalier/nn"
)

// candidates are the programs for a network.
type candidates struct {
	whole, shrunk model
	options       Options
	engines       map[Path]engine
	times         map[Path]time.Duration
}

// newCandidates are the programs for a network under a mask.
func newCandidates(n *nn.Network, weights nn.Weights, mask nn.WeightMask, o Options) (*candidates, error) {
	masked, err := weights.Masked(mask)
	if err != nil {
		return nil, err
	}
	c := &candidates{whole: model{n, masked}, options: o, engines: make(map[Path]engine)}
	c.shrunk = c.whole
	shrunk, err := nn.Shrink(n, weights, mask, nn.Constant)
	switch {
	case errors.As(err, new(*nn.LostLayerError)), errors.Is(err, nn.ErrUntraceable):
		return c, nil // such a network cannot be shrunk
	case err != nil:
		return nil, err
	case nn.CostOf(shrunk.Network, nil).MACs < nn.CostOf(n, nil).MACs:
		c.shrunk = model{shrunk.Network, shrunk.Weights}
	}
	return c, nil
}

// choose returns the path that the options ask for, or else the fastest by measurement.
func (c *candidates) choose(ctx context.Context) (Path, error) {
	if c.options.Path != "" {
		return c.options.Path, nil
	}
	times, err := recall(c.options.Tuning, pathTimes, c.key(), func() (map[Path]time.Duration, error) { return c.measure(ctx) })
	if err != nil {
		return "", err
	}
	c.times = times
	best := Dense
	for _, path := range paths {
		if took, ok := times[path]; ok && took < times[best] {
			best = path
		}
	}
	return best, nil
}

// key identifies everything that the paths' times depend on.
func (c *candidates) key() string {
	return fmt.Sprint(c.whole.network.Name, c.whole.network.Input, c.options.Batch, c.options.Workers, c.shrunk.weights.Digest())
}

// How often paths are timed, in turn: pathRuns times, and more often until all runs
// together have taken pathTime, in which a single disturbance does not matter, but at most
// mostRounds times.
const (
	pathRuns   = 3
	pathTime   = 300 * time.Millisecond
	mostRounds = 100
)

// measure times all available paths.
func (c *candidates) measure(ctx context.Context) (map[Path]time.Duration, error) {
	in, out := c.whole.network.Input.Size(), c.whole.network.Output().Size()
	images, outputs := make([]float32, c.options.Batch*in), make([]float32, c.options.Batch*out)
	for i := range images {
		images[i] = float32(i%17) / 17
	}
	var runs []func() error
	var measured []Path
	for _, path := range paths {
		if path == Shrunk && c.shrunk.network == c.whole.network {
			continue
		}
		e, err := c.engine(ctx, path)
		if errors.Is(err, ErrNoSparseForm) {
			continue
		} else if err != nil {
			return nil, fmt.Errorf("path %s: %w", path, err)
		}
		runs, measured = append(runs, func() error { return e.run(outputs, images) }), append(measured, path)
	}
	least, err := fastest(ctx, pathRuns, pathTime, runs)
	if err != nil {
		return nil, err
	}
	times := make(map[Path]time.Duration)
	for i, path := range measured {
		times[path] = least[i]
	}
	return times, nil
}

// fastest returns the least time of each of some runs. They take turns: a first round that
// does not count, then as many as rounds says, and more until the rounds have taken enough
// time together.
func fastest(ctx context.Context, rounds int, enough time.Duration, runs []func() error) ([]time.Duration, error) {
	least := make([]time.Duration, len(runs))
	var spent time.Duration
	for round := 0; round <= rounds || spent < enough && round < mostRounds; round++ {
		for i, run := range runs {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			start := time.Now()
			if err := run(); err != nil {
				return nil, err
			}
			took := time.Since(start)
			if round == 1 || round > 1 && took < least[i] {
				least[i] = took
			}
			if round > 0 {
				spent += took
			}
		}
	}
	return least, nil
}

// engine prepares a path, once.
func (c *candidates) engine(ctx context.Context, path Path) (engine, error) {
	if e := c.engines[path]; e != nil {
		return e, nil
	}
	e, err := c.prepare(ctx, path)
	if err != nil {
		return nil, err
	}
	c.engines[path] = e
	return e, nil
}

func (c *candidates) prepare(ctx context.Context, path Path) (engine, error) {
	switch path {
	case Dense:
		return newDense(c.whole, c.options.Workers)
	case Shrunk:
		return newDense(c.shrunk, c.options.Workers)
	}
	return newStencils(ctx, c.shrunk, c.options, path)
}

// closeAll closes all engines except the one of the chosen path, and that one, too, after
// a failure.
func (c *candidates) closeAll(chosen Path, failure error) {
	for path, e := range c.engines {
		if path != chosen || failure != nil {
			e.close()
		}
	}
}
