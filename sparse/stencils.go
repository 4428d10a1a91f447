package sparse

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"espalier/backend/cpu"
	"espalier/internal/simd"
	"espalier/nn"
)

// stencils is a network as layers of stencils.
type stencils struct {
	layout
	input   nn.Shape
	output  value
	size    int // of an image's outputs
	planes  *buffer
	workers *cpu.Workers
	arenas  [][]float32 // of the groups of images
	layers  []*compiled
}

// newStencils lowers a network and gives each layer its fastest form.
func newStencils(ctx context.Context, m model, o Options) (*stencils, error) {
	l, err := lower(m.network, m.weights, layoutFor(o.Batch, m.network))
	if err != nil {
		return nil, err
	}
	s := &stencils{
		layout: l.layout, input: m.network.Input, output: l.output(), size: m.network.Output().Size(), planes: l.input,
		workers: cpu.NewWorkers(o.Workers),
	}
	size := l.place() + 2*simd.StencilPixel*vectorsATile
	for range l.groups(o.Batch) {
		arena := allocate(size)
		l.fill(arena)
		s.arenas = append(s.arenas, arena)
	}
	for _, layer := range l.layers {
		chosen, err := s.choose(ctx, layer, o)
		if err != nil {
			s.close()
			return nil, fmt.Errorf("layer %s: %w", layer.name, err)
		}
		s.layers = append(s.layers, chosen)
	}
	return s, nil
}

// choose gives a layer the form that measures fastest.
func (s *stencils) choose(ctx context.Context, l *layer, o Options) (*compiled, error) {
	forms, read := l.forms(), l.reading()
	if len(forms) == 1 {
		return compile(l, read, forms[0], s.byPixel(), len(s.arenas))
	}
	var tried []*compiled
	times, err := recall(o.Tuning, layerTimes, s.key(l, o), func() ([]time.Duration, error) {
		var runs []func() error
		for _, f := range forms {
			c, err := compile(l, read, f, s.byPixel(), len(s.arenas))
			if err != nil {
				return nil, err
			}
			tried = append(tried, c)
			runs = append(runs, func() error { return c.run(s.workers.Parallel, s.arenas) })
		}
		return fastest(ctx, layerRuns, runs)
	})
	if err != nil {
		return nil, err
	}
	best := 0
	for i, took := range times {
		if i < len(forms) && took < times[best] {
			best = i
		}
	}
	if tried != nil {
		return tried[best], nil
	}
	return compile(l, read, forms[best], s.byPixel(), len(s.arenas))
}

// layerRuns is how often a form of a layer is timed.
const layerRuns = 3

// forms are those worth trying: by itself each row of a layer whose rows share
// nothing, as those of a depthwise convolution.
func (l *layer) forms() []form {
	if l.greatest || len(l.rows) < 4 || !l.shares() {
		return []form{{Rows: 1}}
	}
	return []form{{Rows: 1}, {Rows: 1, Channels: 12}, {Rows: 4, Shared: 1}, {Rows: 4, Shared: 2}}
}

// shares reports whether any two rows read the same channel.
func (l *layer) shares() bool {
	seen := make(map[channel]int)
	for i, r := range l.rows {
		for _, t := range r.taps {
			if j, ok := seen[t.channel]; ok && j != i {
				return true
			}
			seen[t.channel] = i
		}
	}
	return false
}

// key is a digest of all that the times of a layer's forms depend on.
func (s *stencils) key(l *layer, o Options) string {
	hash := sha256.New()
	fmt.Fprintln(hash, o.Workers, s.images, len(s.arenas), l.in, l.out.geometry, l.stride, l.residual != nil, l.phases != nil)
	for _, r := range l.rows {
		fmt.Fprintln(hash, len(r.taps))
		for _, t := range r.taps {
			fmt.Fprint(hash, t.at(l.in), " ")
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:16])
}

// run computes the outputs of at most a batch of images.
func (s *stencils) run(outputs, images []float32) error {
	size := s.input.Size()
	count := len(images) / size
	of := func(all []float32, size, group int) []float32 {
		from, to := min(count, group*s.layout.images), min(count, (group+1)*s.layout.images)
		return all[from*size : to*size]
	}
	arenas := s.arenas[:s.groups(count)]
	channels := s.planes.planes
	s.workers.Parallel(len(arenas)*channels, func(task int) {
		group, c := task/channels, task%channels
		s.planes.load(arenas[group][channel{s.planes, c}.at():], of(images, size, group), size, channels, c)
	})
	for _, l := range s.layers {
		if err := l.run(s.workers.Parallel, arenas); err != nil {
			return fmt.Errorf("layer %s: %w", l.name, err)
		}
	}
	for group, arena := range arenas {
		to := of(outputs, s.size, group)
		for c, from := range s.output.channels {
			if from.buffer == nil {
				continue
			}
			s.output.store(to, arena[from.at():], s.size, len(s.output.channels), c)
		}
	}
	return nil
}

func (s *stencils) close() { s.workers.Close() }
