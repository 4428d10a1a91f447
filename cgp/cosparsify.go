package cgp

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"espalier/data"
	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
	"espalier/train"
)

// Options are the options of CoSparsify. The zero value prunes nothing, with the other
// hyper-parameters of CGP's scripts.
type Options struct {
	// Densities are the shares to be left at the end. 0 leaves an element alone, without
	// learned values for edges and features; 1 keeps all of it, with learned values.
	Densities Densities
	// Initial are the densities at the beginning, at random positions, with Erdős–Rényi
	// densities for matrices; 0 means all. If they equal Densities, nothing is pruned,
	// and living values are only exchanged: dynamic sparse training.
	Initial  Densities
	Schedule Schedule
	Regrowth Regrowth
	// Uniform ranks each weight matrix by itself, and counts the schedule's steps as the
	// reference then does: see Schedule.Uniform.
	Uniform bool
	Ratings Ratings
	// EdgeStart is the initial value of all learned edge values; 0 draws them from N(0,
	// 1). They cannot start at 0 itself, which is the value of a pruned edge.
	EdgeStart float64

	Epochs       int     // 0 means 200
	LearningRate float64 // of Adam; 0 means .01
	WeightDecay  float64 // of all parameters; 0 means 5e-4, below 0 none
	Initializer  nn.Initializer
	// NoCompaction leaves everything that was pruned in place, held at zero, until the
	// end. Otherwise the training after the last pruning runs on what is left.
	NoCompaction bool
}

// Ratings say what is pruned first.
type Ratings struct{ Edges, Features, Weights Rating }

func (o Options) withDefaults() Options {
	o.Initial.Edges, o.Initial.Features, o.Initial.Weights = cmp.Or(o.Initial.Edges, 1), cmp.Or(o.Initial.Features, 1), cmp.Or(o.Initial.Weights, 1)
	o.Epochs = cmp.Or(o.Epochs, 200)
	o.LearningRate = cmp.Or(o.LearningRate, .01)
	o.WeightDecay = or(o.WeightDecay, 5e-4)
	o.Schedule = o.Schedule.withDefaults()
	o.Schedule.Uniform = o.Schedule.Uniform || o.Uniform
	return o
}

// element is one kind of values that compete to stay, from one density to another; 0 if
// it is left alone.
type element struct {
	name           string
	initial, final float64
}

func (o Options) elements() []element {
	return []element{
		{Edges, o.Initial.Edges, o.Densities.Edges},
		{Features, o.Initial.Features, o.Densities.Features},
		{Weights, o.Initial.Weights, o.Densities.Weights},
	}
}

// Check reports invalid options.
func (o Options) Check() error {
	o = o.withDefaults()
	for _, e := range o.elements() {
		if !(e.final >= 0 && e.final <= 1) {
			return fmt.Errorf("density %v of %s is not in [0, 1]", e.final, e.name)
		}
		if !(e.initial > 0 && e.initial <= 1 && e.initial >= e.final) {
			return fmt.Errorf("%s begin at a density of %v; it has to be above 0, at most 1, and not below the %v that is to be left", e.name, e.initial, e.final)
		}
	}
	if o.Ratings.Features == Degree || o.Ratings.Weights == Degree {
		return fmt.Errorf("only edges can be rated by %s", Degree)
	}
	if o.Epochs < 0 || o.LearningRate < 0 {
		return fmt.Errorf("%d epochs at a learning rate of %v; neither can be negative", o.Epochs, o.LearningRate)
	}
	if o.Schedule.End >= o.Epochs {
		return fmt.Errorf("pruning up to epoch %d of %d leaves no epoch to choose the result from", o.Schedule.End, o.Epochs)
	}
	return cmp.Or(o.Schedule.Check(), o.Regrowth.Check(), o.Ratings.Edges.Check(), o.Ratings.Features.Check(), o.Ratings.Weights.Check())
}

// Result is the outcome of a co-sparsification.
type Result struct {
	// Epoch is the first with the best validation accuracy among those after the
	// schedule's end, and Weights are the values of that epoch, of all edges, features
	// and weights.
	Epoch
	Weights nn.Weights
	// Mask says which of the prunable values live.
	Mask    *prune.Mask
	History []Epoch
	// Prunings are the densities after each pruning.
	Prunings []Pruning
	Timing   Timing
}

// Pruning has the densities that a pruning should leave and did leave.
type Pruning struct {
	Step            int
	Wanted, Reached Densities
}

// Timing has wall-clock times, as medians. It differs from run to run.
type Timing struct {
	// Step and Inference are those of the whole graph and network, before the last
	// pruning; CompactStep and CompactInference those of what is left, 0 without
	// compaction.
	Step, Inference, CompactStep, CompactInference time.Duration
}

// CoSparsify trains a network while it prunes the graph, its features and the
// network's weights, as Liu et al., "Comprehensive Graph Gradual Pruning for Sparse
// Training in Graph Neural Networks", 2022, do.
//
// Edges and features get learned values behind a sigmoid; all parameters are trained by
// Adam with coupled weight decay, one step an epoch. After each step at which the
// schedule prunes, each of the three groups loses its lowest rated values and exchanges
// part of the rest.
func CoSparsify(ctx context.Context, problem Problem, options Options) (*Result, error) {
	if err := cmp.Or(problem.check(), options.Check()); err != nil {
		return nil, fmt.Errorf("co-sparsify: %w", err)
	}
	c, err := newCoSparsification(problem, options.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("co-sparsify %s on %s: %w", problem.Network.Kind(), problem.Graph.Name(), err)
	}
	defer func() { c.part.program.Close() }()
	result, err := c.run(ctx)
	if err != nil {
		return nil, fmt.Errorf("co-sparsify %s on %s: %w", problem.Network.Kind(), problem.Graph.Name(), err)
	}
	return result, nil
}

// coSparsification carries out one CoSparsify.
type coSparsification struct {
	Problem
	Options
	gradual Gradual
	mask    *prune.Mask
	fixed   prune.Values // the ratings that do not change
	part    *part
	best    best
	times   []time.Duration
	result  Result
}

func newCoSparsification(problem Problem, options Options) (*coSparsification, error) {
	c := &coSparsification{Problem: problem, Options: options, best: best{after: options.Schedule.End}}
	c.gradual = Gradual{Schedule: options.Schedule, Regrowth: options.Regrowth}
	prepared, err := gnn.NewGraph(problem.Graph)
	if err != nil {
		return nil, err
	}
	parameters := map[string][]nn.Parameter{
		Edges: {edgesOf(prepared.Shape().Edges)}, Features: {featuresOf(prepared.Shape().Features)},
		Weights: problem.matrices(prepared.Shape()),
	}
	var learned, masked []nn.Parameter
	first := make(map[string]float64)
	for _, e := range options.elements() {
		if e.final == 0 {
			continue
		}
		if prune.OnesOf(parameters[e.name]).Size() == 0 {
			return nil, fmt.Errorf("there are no %s to prune; leave their density at 0", e.name)
		}
		if e.name != Weights {
			learned = append(learned, parameters[e.name]...)
		}
		masked = append(masked, parameters[e.name]...)
		densities, err := firstDensities(parameters[e.name], e.initial, options.Uniform)
		if err != nil {
			return nil, err
		}
		maps.Copy(first, densities)
		c.gradual.Groups = append(c.gradual.Groups, Group{
			Name: e.name, Parameters: names(parameters[e.name]), Initial: e.initial, Final: e.final,
			Uniform: options.Uniform && e.name == Weights,
		})
	}
	c.mask = prune.RandomMask(masked, first, func(parameter string) *rand.Rand {
		return c.Seed.Derive("first mask").Stream(parameter)
	})
	c.fixed = c.Ratings.fixed(c.mask, c.Graph, c.Seed)
	c.part, err = newPart(problem, options, prepared, learned, c.mask)
	return c, err
}

// fixed are the ratings that training does not change.
func (r Ratings) fixed(mask *prune.Mask, g *data.Graph, from seed.Seed) prune.Values {
	fixed := make(prune.Values)
	for _, name := range mask.Names() {
		random := from.Derive("ratings").Stream(name)
		switch r.of(name) {
		case RandomRating:
			fixed[name] = byChance(mask.SizeOf(name), random)
		case Degree:
			fixed[name] = byDegree(g, random)
		}
	}
	return fixed
}

func (r Ratings) of(name string) Rating {
	switch name {
	case Edges:
		return r.Edges
	case Features:
		return r.Features
	}
	return r.Weights
}

// run takes the epochs.
func (c *coSparsification) run(ctx context.Context) (*Result, error) {
	task := c.start("co-sparsify", c.Epochs)
	defer task.End()
	for epoch := 1; epoch <= c.Epochs; epoch++ {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("stopped after epoch %d of %d: %w", epoch-1, c.Epochs, err)
		}
		if err := c.epoch(epoch); err != nil {
			return nil, err
		}
		task.Step(epoch)
	}
	c.result.Epoch, c.result.Weights, c.result.Mask = c.best.Epoch, c.best.weights, c.mask
	if c.part.kept == nil {
		return &c.result, c.measure(&c.result.Timing.Step, &c.result.Timing.Inference)
	}
	return &c.result, c.measure(&c.result.Timing.CompactStep, &c.result.Timing.CompactInference)
}

// epoch takes a step, prunes where the schedule does, and scores what it comes to.
func (c *coSparsification) epoch(epoch int) error {
	begin := time.Now()
	loss, err := c.part.program.Step(c.LearningRate)
	if err != nil {
		return fmt.Errorf("epoch %d: %w", epoch, err)
	}
	c.times = append(c.times, time.Since(begin))
	if len(c.gradual.Groups) > 0 && c.Schedule.Due(epoch) {
		if err := c.prune(epoch); err != nil {
			return err
		}
		if epoch == c.Schedule.Last() && !c.NoCompaction {
			if err := c.compact(); err != nil {
				return fmt.Errorf("epoch %d: compact: %w", epoch, err)
			}
		}
	}
	e := Epoch{Epoch: epoch, Loss: loss}
	if e.Train, e.Validation, e.Test, err = c.part.program.Score(c.Split); err != nil {
		return fmt.Errorf("epoch %d: %w", epoch, err)
	}
	c.result.History = append(c.result.History, e)
	return c.best.see(e, c.part.weights)
}

// prune changes the masks.
func (c *coSparsification) prune(epoch int) error {
	moment, err := c.moment(epoch)
	if err != nil {
		return err
	}
	change, err := c.gradual.Update(moment)
	if err != nil {
		return err
	}
	weights, err := values(c.part.program, c.mask.Names())
	if err != nil {
		return err
	}
	if weights, err = change.Apply(weights); err != nil {
		return err
	}
	c.mask = change.Mask
	for _, name := range c.mask.Names() {
		if err := c.part.program.SetValue(name, weights[name]); err != nil {
			return err
		}
	}
	c.result.Prunings = append(c.result.Prunings, c.pruning(epoch))
	return setMask(c.part.program, c.mask, c.mask.Names())
}

// moment is what the training has come to.
func (c *coSparsification) moment(epoch int) (Moment, error) {
	m := Moment{
		Step: epoch, Mask: c.mask, Scores: make(prune.Values),
		Random: func(parameter string) *rand.Rand { return c.Seed.Derive("growth", epoch).Stream(parameter) },
	}
	program, masked := c.part.program, c.mask.Names()
	for _, name := range masked {
		if m.Scores[name] = c.fixed[name]; m.Scores[name] != nil {
			continue
		}
		current, err := program.Value(name)
		if err != nil {
			return m, err
		}
		m.Scores[name] = c.Ratings.of(name).rate(current)
	}
	var err error
	switch c.Regrowth.withDefaults().Growth {
	case Gradient:
		m.Gradients, err = copied(masked, program.Gradient)
	case Momentum:
		if m.Means, err = copied(masked, slot(program, train.Adam{}.Slots()[0])); err == nil {
			m.Squares, err = copied(masked, slot(program, train.Adam{}.Slots()[1]))
		}
	}
	return m, err
}

func slot(p *gnn.Program, name string) func(string) ([]float32, error) {
	return func(parameter string) ([]float32, error) { return p.Slot(name, parameter) }
}

// pruning compares the densities with those that were wanted.
func (c *coSparsification) pruning(epoch int) Pruning {
	p := Pruning{Step: epoch, Wanted: Densities{1, 1, 1}, Reached: Densities{1, 1, 1}}
	for _, group := range c.gradual.Groups {
		wanted, reached := c.Schedule.Density(epoch, group.Initial, group.Final), densityOf(c.mask, group.Parameters)
		switch group.Name {
		case Edges:
			p.Wanted.Edges, p.Reached.Edges = wanted, reached
		case Features:
			p.Wanted.Features, p.Reached.Features = wanted, reached
		default:
			p.Wanted.Weights, p.Reached.Weights = wanted, reached
		}
	}
	return p
}

// densityOf is that of some parameters together.
func densityOf(mask *prune.Mask, names []string) float64 {
	live, size := 0, 0
	for _, name := range names {
		live, size = live+mask.CountOf(name), size+mask.SizeOf(name)
	}
	return float64(live) / float64(max(size, 1))
}

// Left are the densities of a mask: of the edges and of the features, if the mask has
// them, and of everything else together.
func Left(mask *prune.Mask) Densities {
	left := Densities{1, 1, 1}
	var weights []string
	for _, name := range mask.Names() {
		switch name {
		case Edges:
			left.Edges = mask.DensityOf(name)
		case Features:
			left.Features = mask.DensityOf(name)
		default:
			weights = append(weights, name)
		}
	}
	if len(weights) > 0 {
		left.Weights = densityOf(mask, weights)
	}
	return left
}

// compact continues with what is left.
func (c *coSparsification) compact() error {
	if err := c.measure(&c.result.Timing.Step, &c.result.Timing.Inference); err != nil {
		return err
	}
	stands, err := c.part.state()
	if err != nil {
		return err
	}
	// The two programs are never in memory together.
	c.part.program.Close()
	small, err := c.part.compact(stands, c.mask)
	if err != nil {
		return err
	}
	c.part = small
	return nil
}

// measure takes the median time of the steps since it was last called, and of some
// inferences.
func (c *coSparsification) measure(step, inference *time.Duration) error {
	*step, c.times = median(c.times), nil
	times := make([]time.Duration, 5)
	for i := range times {
		begin := time.Now()
		if err := c.part.program.Logits(func([]float32) {}); err != nil {
			return err
		}
		times[i] = time.Since(begin)
	}
	*inference = median(times)
	return nil
}

func median(times []time.Duration) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}
