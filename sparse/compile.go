package sparse

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"espalier/nn"
)

// Path is how a whole network is computed.
type Path string

const (
	// Dense is the whole network on the training backend, zeros and all.
	Dense Path = "dense"
	// Shrunk is the network without the channels that the mask leaves without use, on
	// the training backend.
	Shrunk Path = "shrunk"
	// Sparse is the shrunk network as sums of shifted pixels, each layer in the form
	// that measures fastest.
	Sparse Path = "sparse"
	// Blocks is like Sparse, but layers that can be are computed in blocks of rows that
	// share what they read, as a network without zeros is. For a whole network this can be
	// faster than the forms that are fastest for each layer alone: when all layers run,
	// weights have to come from further away than when one is timed.
	Blocks Path = "blocks"
)

// paths are all paths, in the order in which they are tried.
var paths = []Path{Dense, Shrunk, Sparse, Blocks}

// Options are the options of Compile. The zero value chooses by measuring.
type Options struct {
	// Batch is how many images are computed at a time; 0 is 64. With fewer than 8 a
	// sparse program computes the pixels of an image side by side, otherwise images.
	Batch int
	// Workers is how many goroutines compute; 0 is GOMAXPROCS. It changes no result of a
	// form, only which form measures fastest.
	Workers int
	// Path is how the network is computed; "" is what measures fastest.
	Path Path
	// Tuning holds earlier measurements and keeps new ones; nil: everything is measured.
	Tuning *Tuning
}

func (o *Options) fill() error {
	if o.Batch < 0 || o.Workers < 0 || o.Path != "" && !slices.Contains(paths, o.Path) {
		return fmt.Errorf("batch %d, %d workers, path %q: want numbers of at least 0 and one of %q", o.Batch, o.Workers, o.Path, paths)
	}
	if o.Batch == 0 {
		o.Batch = 64
	}
	if o.Workers == 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	return nil
}

// Program is a network compiled for inference. Only one goroutine at a time may use it,
// and it must be closed.
type Program struct {
	path   Path
	times  map[Path]time.Duration
	batch  int
	input  nn.Shape
	output int
	cost   nn.Cost
	engine engine
}

// engine computes the outputs of at most a batch of images.
type engine interface {
	run(outputs, images []float32) error
	close()
}

// Compile prepares a network for inference with weights pruned by a mask: pruned
// weights count as zero, whatever their value. Without a mask (nil), the weights that
// are zero count as pruned. Up to rounding, outputs are those of the network with these
// weights.
//
// To choose, it times all paths, and for Sparse the forms of each layer, which takes
// seconds; with Options.Tuning it does so only once. Weights or a mask that do not fit the
// network are an error, and so is a Path that cannot compute it (ErrNoSparseForm).
func Compile(ctx context.Context, n *nn.Network, weights nn.Weights, mask nn.WeightMask, o Options) (*Program, error) {
	if n == nil {
		return nil, errors.New("compile for inference: there is no network")
	}
	p, err := compileNetwork(ctx, n, weights, mask, o)
	if err != nil {
		return nil, fmt.Errorf("compile network %s: %w", n.Name, err)
	}
	return p, nil
}

func compileNetwork(ctx context.Context, n *nn.Network, weights nn.Weights, mask nn.WeightMask, o Options) (*Program, error) {
	if err := o.fill(); err != nil {
		return nil, err
	}
	if err := weights.Check(n); err != nil {
		return nil, err
	}
	if mask == nil {
		mask = nn.NonZeroWeights(n, weights)
	}
	if err := nn.CheckMask(n, mask); err != nil {
		return nil, err
	}
	c, err := newCandidates(n, weights, mask, o)
	if err != nil {
		return nil, err
	}
	path, err := c.choose(ctx)
	if err == nil {
		_, err = c.engine(ctx, path)
	}
	c.closeAll(path, err)
	if err != nil {
		return nil, err
	}
	return &Program{
		path: path, times: c.times, batch: o.Batch, input: n.Input, output: n.Output().Size(),
		cost: nn.CostOf(n, mask), engine: c.engines[path],
	}, nil
}

// model is a network with its weights.
type model struct {
	network *nn.Network
	weights nn.Weights
}

// Path is how the network is computed.
func (p *Program) Path() Path { return p.path }

// Run computes the outputs [images, outputs] of images [images, height, width, channels].
// There may be any number of images; a batch is computed at a time.
func (p *Program) Run(ctx context.Context, images []float32) ([]float32, error) {
	size := p.input.Size()
	switch {
	case p.engine == nil:
		return nil, errors.New("inference: the program is closed")
	case len(images)%size != 0:
		return nil, fmt.Errorf("inference: %d numbers are no images of %s", len(images), p.input)
	}
	count := len(images) / size
	outputs := make([]float32, count*p.output)
	for from := 0; from < count; from += p.batch {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		to := min(from+p.batch, count)
		if err := p.engine.run(outputs[from*p.output:to*p.output], images[from*size:to*size]); err != nil {
			return nil, fmt.Errorf("inference: %w", err)
		}
	}
	return outputs, nil
}

// Close releases goroutines and memory. The program cannot be run afterwards.
func (p *Program) Close() {
	if p.engine != nil {
		p.engine.close()
	}
	p.engine = nil
}
