package cgp

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"

	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// SparseOptions are the options of TrainSparse. The zero value is RigL as Peng et al.,
// "Towards Sparsification of Graph Neural Networks", ICCD 2022, have it for graph
// convolutional networks. Their perceptrons on links have a density of .05 in every
// matrix and 50 epochs of batches, with an exchange every 500 steps.
type SparseOptions struct {
	Density float64 // of the weights of all matrices; 0 means .1
	// Even gives each matrix the same density; otherwise they have Erdős and Rényi's.
	Even bool
	// Growth is Gradient for RigL, which is what empty means, RandomGrowth for SET, and
	// NoGrowth for a mask that is drawn once: a control.
	Growth       Growth
	Exchanged    float64 // initial fraction of the live weights that is exchanged; 0 means .5, below 0 none
	Every        int     // steps between exchanges; 0 means 50
	Epochs       int     // 0 means 300
	LearningRate float64 // of Adam; 0 means .01
	WeightDecay  float64 // of the first layer; 0 means 5e-4, below 0 none
	Initializer  nn.Initializer
}

func (o SparseOptions) withDefaults() SparseOptions {
	o.Density, o.Growth, o.Exchanged = cmp.Or(o.Density, .1), cmp.Or(o.Growth, Gradient), cmp.Or(o.Exchanged, .5)
	o.Every, o.Epochs = cmp.Or(o.Every, 50), cmp.Or(o.Epochs, 300)
	o.LearningRate, o.WeightDecay = cmp.Or(o.LearningRate, .01), or(o.WeightDecay, 5e-4)
	return o
}

// Check reports invalid options.
func (o SparseOptions) Check() error {
	o = o.withDefaults()
	if !(o.Density > 0 && o.Density <= 1) || o.Epochs < 1 || o.LearningRate < 0 {
		return fmt.Errorf("density %v, %d epochs, learning rate %v; a density is in (0, 1], and nothing negative", o.Density, o.Epochs, o.LearningRate)
	}
	return o.gradual().Check()
}

// gradual exchanges weights and removes none.
func (o SparseOptions) gradual() Gradual {
	return Gradual{
		Schedule: Schedule{Every: o.Every, End: max(o.Epochs-1, 0)},
		Regrowth: Regrowth{Growth: o.Growth, Rate: o.Exchanged, Period: o.Epochs},
	}
}

// SparseNetwork is a network with sparse weights, and what its training took.
type SparseNetwork struct {
	// Epoch is the first with the best validation accuracy, and Weights are those of
	// that epoch.
	Epoch
	Weights nn.Weights
	// Mask is what lived at that epoch.
	Mask *prune.Mask
	// Operations is how many multiply-accumulates with weights the training took,
	// relative to a dense training of the same number of epochs: the mean of the
	// densities, where a third of each step that needs all gradients counts as dense.
	Operations float64
	History    []Epoch
}

// TrainSparse trains a network that has sparse weights from the beginning and exchanges
// them as it trains.
func TrainSparse(ctx context.Context, problem Problem, o SparseOptions) (*SparseNetwork, error) {
	if err := cmp.Or(problem.check(), o.Check()); err != nil {
		return nil, fmt.Errorf("sparse training: %w", err)
	}
	s := &sparseTraining{Problem: problem, SparseOptions: o.withDefaults()}
	trained, err := s.run(ctx)
	if err != nil {
		return nil, fmt.Errorf("sparse training on %s: %w", problem.Graph.Name(), err)
	}
	return trained, nil
}

// sparseTraining carries out one TrainSparse.
type sparseTraining struct {
	Problem
	SparseOptions
	program  *gnn.Program
	matrices []nn.Parameter
	mask     *prune.Mask
	exchange Gradual
	best     *prune.Mask
	dense    int // steps that needed the gradients by all weights
}

func (s *sparseTraining) run(ctx context.Context) (*SparseNetwork, error) {
	if err := s.prepare(); err != nil {
		return nil, err
	}
	defer s.program.Close()
	task := s.start("sparse training", s.Epochs)
	defer task.End()
	f := fit{problem: s.Problem, program: s.program, epochs: s.Epochs, rate: s.LearningRate, after: s.after, task: task,
		keep: func() (nn.Weights, error) {
			s.best = s.mask
			return s.program.Weights()
		}}
	chosen, history, err := f.run(ctx)
	if err != nil {
		return nil, err
	}
	density := s.mask.Density()
	return &SparseNetwork{
		Epoch: chosen.Epoch, Weights: chosen.weights, Mask: s.best, History: history,
		Operations: density + (1-density)/3*float64(s.dense)/float64(s.Epochs),
	}, nil
}

// prepare compiles the network and draws its mask.
func (s *sparseTraining) prepare() error {
	prepared, err := gnn.NewGraph(s.Graph)
	if err != nil {
		return err
	}
	s.matrices = s.Problem.matrices(prepared.Shape())
	s.exchange = s.gradual()
	s.exchange.Groups = []Group{{Name: Weights, Parameters: names(s.matrices), Initial: s.Density, Final: s.Density}}
	densities, err := firstDensities(s.matrices, s.Density, s.Even)
	if err != nil {
		return err
	}
	s.mask = prune.RandomMask(s.matrices, densities, func(parameter string) *rand.Rand {
		return s.Seed.Derive("first mask").Stream(parameter)
	})
	recipe := gnn.Recipe{
		Graph: prepared, Masked: names(s.matrices),
		Optimizer: train.Adam{LearningRate: s.LearningRate}, WeightDecay: gnn.WeightDecay{First: s.WeightDecay},
	}
	if s.Growth == Gradient {
		recipe.Gradients = recipe.Masked
	}
	weights, err := gnn.Initialize(s.Network, prepared.Shape(), s.Initializer, s.Seed.Derive("initial weights"))
	if err != nil {
		return err
	}
	s.program, err = s.begin(recipe, weights, s.Seed.Derive("training"), living(s.mask))
	return err
}

// firstDensities are the densities at the start of a sparse training: Erdős–Rényi, or
// the same for each parameter.
func firstDensities(parameters []nn.Parameter, density float64, even bool) (map[string]float64, error) {
	if !even {
		return prune.ErdosRenyi(parameters, density)
	}
	densities := make(map[string]float64)
	for _, p := range parameters {
		densities[p.Name] = density
	}
	return densities, nil
}

// after exchanges weights where it is due.
func (s *sparseTraining) after(epoch int) (ends bool, err error) {
	if !s.exchange.Schedule.Due(epoch) || s.Growth == NoGrowth {
		return false, nil
	}
	weights, err := values(s.program, names(s.matrices))
	if err != nil {
		return false, err
	}
	m := Moment{
		Step: epoch, Mask: s.mask, Scores: make(prune.Values),
		Random: func(parameter string) *rand.Rand { return s.Seed.Derive("growth", epoch).Stream(parameter) },
	}
	for name, x := range weights {
		m.Scores[name] = prune.Absolute(x)
	}
	if s.Growth == Gradient {
		s.dense++
		if m.Gradients, err = copied(names(s.matrices), s.program.Gradient); err != nil {
			return false, err
		}
	}
	change, err := s.exchange.Update(m)
	if err != nil {
		return false, err
	}
	s.mask = change.Mask
	return false, setMask(s.program, s.mask, names(s.matrices))
}
