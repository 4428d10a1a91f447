package gnn

import (
	"cmp"
	"context"
	"fmt"

	"github.com/gomlx/compute"

	"espalier/data"
	"espalier/nn"
	"espalier/progress"
	"espalier/seed"
	"espalier/train"
)

// Job says completely what is trained.
type Job struct {
	Network Network
	Graph   *Graph
	Split   data.NodeSplit
	Options Options
	// Weights are the initial ones; nil are drawn from the seed.
	Weights nn.Weights
	Seed    seed.Seed

	Name     string            // for progress and errors; empty is the network's kind
	Progress progress.Reporter // nil shows nothing
}

// Options are the hyper-parameters of a training. Its zero value trains for 200 epochs,
// each one step of Adam over the whole graph with a learning rate of 0.01, and takes
// the last epoch.
type Options struct {
	Epochs      int             // at most; 0 means 200
	Optimizer   train.Optimizer // without weight decay; nil means Adam with a rate of 0.01
	WeightDecay WeightDecay
	Initializer nn.Initializer // empty means GlorotUniform
	Stop        Stop
}

// MaxEpochs is how many epochs there are at most.
func (o Options) MaxEpochs() int { return cmp.Or(o.Epochs, 200) }

// Result is the outcome of a training.
type Result struct {
	// Weights are those after Epoch, which Options.Stop chose, and the scores theirs.
	Weights                 nn.Weights
	Epoch                   int // counted from 1
	Train, Validation, Test Score
	// History has a point for every epoch.
	History []Point
}

// Point is the state after an epoch.
type Point struct {
	Epoch int // counted from 1
	// StepLoss is the loss of the epoch's step, with dropout, before the update.
	StepLoss                float64
	Train, Validation, Test Score
}

// Train trains a network on the nodes of a graph. Equal jobs give equal results on a
// backend, whatever the number of workers.
func Train(ctx context.Context, backend compute.Backend, job Job) (*Result, error) {
	if err := checkParts(job.Network, job.Graph); err != nil {
		return nil, fmt.Errorf("train: %w", err)
	}
	job.Name = cmp.Or(job.Name, string(job.Network.Kind()))
	if job.Progress == nil {
		job.Progress = progress.Silent
	}
	result, err := job.train(ctx, backend)
	if err != nil {
		return nil, fmt.Errorf("train %s on %s: %w", job.Name, job.Graph.name, err)
	}
	return result, nil
}

func (j Job) train(ctx context.Context, backend compute.Backend) (*Result, error) {
	o := j.Options
	if o.Epochs < 0 {
		return nil, fmt.Errorf("%d epochs; they must not be negative", o.Epochs)
	}
	if err := o.Stop.check(); err != nil {
		return nil, err
	}
	p, err := NewProgram(backend, Recipe{
		Network: j.Network, Graph: j.Graph, Nodes: j.Split.Train, Optimizer: o.Optimizer, WeightDecay: o.WeightDecay,
	})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	weights := j.Weights
	if weights == nil {
		if weights, err = Initialize(j.Network, j.Graph.shape, o.Initializer, j.Seed); err != nil {
			return nil, err
		}
	}
	if err := p.Load(weights, j.Seed); err != nil {
		return nil, err
	}
	return j.run(ctx, p)
}

// run takes the epochs.
func (j Job) run(ctx context.Context, p *Program) (*Result, error) {
	if err := p.recipe.Graph.checkSplit(j.Split); err != nil {
		return nil, err
	}
	epochs := j.Options.MaxEpochs()
	task := j.Progress.Start(j.Name, epochs)
	defer task.End()
	stop, result := newStopper(j.Options.Stop), &Result{}
	for epoch := 1; epoch <= epochs; epoch++ {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("stopped after epoch %d of %d: %w", epoch-1, epochs, err)
		}
		loss, err := p.Step(p.recipe.Optimizer.Rate())
		if err != nil {
			return nil, err
		}
		point := Point{Epoch: epoch, StepLoss: loss}
		if err := p.score(j.Split, &point); err != nil {
			return nil, err
		}
		result.History = append(result.History, point)
		chosen, ends := stop.see(epoch, point.Validation)
		ends = ends || epoch == epochs
		// The last epoch's weights need no copy before there is a last epoch.
		if chosen && (ends || stop.keeps()) || ends && result.Epoch == 0 {
			if err := result.choose(p, point); err != nil {
				return nil, err
			}
		}
		task.Step(epoch)
		if ends {
			break
		}
	}
	return result, nil
}

// keeps says that an epoch before the last may be chosen.
func (s *stopper) keeps() bool { return s.Select != "" && s.Select != LastEpoch }

// score judges the program on the parts of a split of its graph (checkSplit).
func (p *Program) score(split data.NodeSplit, point *Point) error {
	return p.Logits(func(logits []float32) {
		g := p.recipe.Graph
		point.Train = g.scoreOf(logits, split.Train)
		point.Validation = g.scoreOf(logits, split.Validation)
		point.Test = g.scoreOf(logits, split.Test)
	})
}

// choose makes the epoch just ended the result.
func (r *Result) choose(p *Program, point Point) (err error) {
	r.Epoch, r.Train, r.Validation, r.Test = point.Epoch, point.Train, point.Validation, point.Test
	r.Weights, err = p.Weights()
	return err
}
