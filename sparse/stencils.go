package sparse

import (
	"context"
	"fmt"
	"sync/atomic"
	"unsafe"

	"espalier/backend/cpu"
	"espalier/internal/hugepage"
	"espalier/internal/simd"
	"espalier/nn"
)

// stencils is a network as layers of stencils.
type stencils struct {
	layout
	input   nn.Shape
	planes  *buffer // of the input
	output  value
	size    int // outputs of an image
	workers *cpu.Workers
	layers  []*compiled
	// apart says that each group of images is computed by one worker, in an arena of
	// the worker's own: its later layers then stay in the worker's cache. Otherwise
	// each group has an arena, and all workers share each layer's work.
	apart  bool
	arenas [][]float32
}

// newStencils lowers a network and gives each layer its fastest form, or for Blocks the
// form of blocks.
func newStencils(ctx context.Context, m model, o Options, path Path) (*stencils, error) {
	l, err := lower(m.network, m.weights, layoutFor(o.Batch, m.network))
	if err != nil {
		return nil, err
	}
	s := &stencils{
		layout: l.layout, input: m.network.Input, planes: l.input, output: l.output(), size: m.network.Output().Size(),
		workers: cpu.NewWorkers(o.Workers),
	}
	arenas := l.groups(o.Batch)
	if s.apart = arenas%o.Workers == 0 || arenas >= 4*o.Workers; s.apart {
		arenas = o.Workers
	}
	size := l.place()
	for range arenas {
		// A layer's channels are far apart in memory: with small pages, translating
		// their addresses took up to half of the time.
		arena := make([]float32, size)
		hugepage.Collapse(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(arena))), 4*size))
		l.fill(arena)
		s.arenas = append(s.arenas, arena)
	}
	for _, layer := range l.layers {
		chosen, err := s.choose(ctx, layer, o, path)
		if err != nil {
			s.close()
			return nil, fmt.Errorf("layer %s: %w", layer.name, err)
		}
		s.layers = append(s.layers, chosen)
	}
	return s, nil
}

// run computes the outputs of at most a batch of images.
func (s *stencils) run(outputs, images []float32) error {
	groups := s.groups(len(images) / s.input.Size())
	if s.apart {
		return s.runApart(outputs, images, groups)
	}
	s.load(s.workers.Parallel, s.arenas[:groups], images, 0)
	for _, l := range s.layers {
		if err := l.run(s.workers.Parallel, s.arenas[:groups]); err != nil {
			return fmt.Errorf("layer %s: %w", l.name, err)
		}
	}
	s.store(s.arenas[:groups], outputs, 0)
	return nil
}

func (s *stencils) runApart(outputs, images []float32, groups int) error {
	free := make(chan []float32, len(s.arenas))
	for _, arena := range s.arenas {
		free <- arena
	}
	var failure atomic.Pointer[error]
	s.workers.Parallel(groups, func(group int) {
		arena := <-free
		one := [][]float32{arena}
		s.load(simd.Sequential, one, images, group)
		for _, l := range s.layers {
			if err := l.run(simd.Sequential, one); err != nil {
				err = fmt.Errorf("layer %s: %w", l.name, err)
				failure.Store(&err)
				break
			}
		}
		s.store(one, outputs, group)
		free <- arena
	})
	if err := failure.Load(); err != nil {
		return *err
	}
	return nil
}

// group returns the part of all that belongs to a group of images, each of size numbers.
func (l layout) group(all []float32, size, group int) []float32 {
	count := len(all) / size
	from, to := min(count, group*l.images), min(count, (group+1)*l.images)
	return all[from*size : to*size]
}

// load copies the images of some groups, from one on, into their arenas.
func (s *stencils) load(parallel simd.Parallel, arenas [][]float32, images []float32, first int) {
	size, channels := s.input.Size(), s.planes.planes
	parallel(len(arenas)*channels, func(task int) {
		i, c := task/channels, task%channels
		s.planes.load(arenas[i][channel{s.planes, c}.at():], s.group(images, size, first+i), size, channels, c)
	})
}

// store copies the outputs of some groups, from one on, out of their arenas.
func (s *stencils) store(arenas [][]float32, outputs []float32, first int) {
	for i, arena := range arenas {
		to := s.group(outputs, s.size, first+i)
		for c, from := range s.output.channels {
			if from.buffer != nil {
				s.output.store(to, arena[from.at():], s.size, len(s.output.channels), c)
			}
		}
	}
}

func (s *stencils) close() { s.workers.Close() }
