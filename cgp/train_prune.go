package cgp

import (
	"cmp"
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/gnn"
	"espalier/nn"
	"espalier/progress"
	"espalier/prune"
	"espalier/train"
)

// TrainPruneOptions are the options of TrainAndPrune. The zero value prunes by
// surrogate Lagrangian relaxation, as Peng et al., ICCD 2022, do; but all matrices
// together, where they leave all but the first convolution of their graph networks
// dense.
type TrainPruneOptions struct {
	Density float64 // of the weights of all matrices; 0 means .1
	// OneShot prunes the trained network by magnitude, without relaxation: a control.
	OneShot      bool
	Relaxation   SLR
	Pretrain     int // epochs of the dense network; 0 means 200
	Relax        int // epochs of the relaxation; 0 means 50
	Retrain      int // epochs of what is left; 0 means 50
	LearningRate float64
	WeightDecay  float64 // of the first layer; 0 means 5e-4, below 0 none
	Initializer  nn.Initializer
}

func (o TrainPruneOptions) withDefaults() TrainPruneOptions {
	o.Density = cmp.Or(o.Density, .1)
	o.Pretrain, o.Relax, o.Retrain = cmp.Or(o.Pretrain, 200), cmp.Or(o.Relax, 50), cmp.Or(o.Retrain, 50)
	if o.OneShot {
		o.Relax = 0
	}
	o.LearningRate, o.WeightDecay = cmp.Or(o.LearningRate, .01), or(o.WeightDecay, 5e-4)
	return o
}

// Check reports invalid options.
func (o TrainPruneOptions) Check() error {
	o = o.withDefaults()
	if !(o.Density > 0 && o.Density <= 1) || min(o.Pretrain, o.Relax, o.Retrain) < 0 || o.LearningRate < 0 {
		return fmt.Errorf("density %v, %d, %d and %d epochs, learning rate %v; a density is in (0, 1], and nothing negative",
			o.Density, o.Pretrain, o.Relax, o.Retrain, o.LearningRate)
	}
	return o.Relaxation.Check()
}

// TrainAndPrune trains a dense network, prunes it, and trains what is left: the
// procedure with which sparse training is compared.
func TrainAndPrune(ctx context.Context, problem Problem, o TrainPruneOptions) (*SparseNetwork, error) {
	if err := cmp.Or(problem.check(), o.Check()); err != nil {
		return nil, fmt.Errorf("train and prune: %w", err)
	}
	o = o.withDefaults()
	p := &pruning{Problem: problem, TrainPruneOptions: o, task: problem.start("train and prune", o.Pretrain+o.Relax+o.Retrain)}
	defer p.task.End()
	pruned, err := p.run(ctx)
	if err != nil {
		return nil, fmt.Errorf("train and prune on %s: %w", problem.Graph.Name(), err)
	}
	return pruned, nil
}

// pruning carries out one TrainAndPrune.
type pruning struct {
	Problem
	TrainPruneOptions
	matrices []nn.Parameter
	program  *gnn.Program
	relaxed  *Relaxation
	task     progress.Task
	history  []Epoch
	before   float64 // the loss with the weights of the epoch before
}

func (p *pruning) run(ctx context.Context) (*SparseNetwork, error) {
	if err := p.prepare(); err != nil {
		return nil, err
	}
	defer p.program.Close()
	if _, err := p.fit(ctx, p.Pretrain, nil); err != nil {
		return nil, err
	}
	if p.Relax > 0 {
		if err := p.relax(ctx); err != nil {
			return nil, err
		}
	}
	mask, err := p.prune()
	if err != nil {
		return nil, err
	}
	chosen, err := p.fit(ctx, p.Retrain, nil)
	if err != nil {
		return nil, err
	}
	dense := float64(p.Pretrain + p.Relax)
	return &SparseNetwork{
		Epoch: chosen.Epoch, Weights: chosen.weights, Mask: mask, History: p.history,
		Operations: (dense + float64(p.Retrain)*mask.Density()) / (dense + float64(p.Retrain)),
	}, nil
}

// The parameters that hold Λ, Z and ρ for a weight.
func multiplierName(weight string) string { return "multipliers of " + weight }
func wantedName(weight string) string     { return "wanted " + weight }

const strengthName = "strength of the relaxation"

// prepare compiles the network with a penalty on its weights, which is 0 at first.
func (p *pruning) prepare() error {
	prepared, err := gnn.NewGraph(p.Graph)
	if err != nil {
		return err
	}
	p.matrices = p.Problem.matrices(prepared.Shape())
	held := []nn.Parameter{{Name: strengthName, Layer: strengthName, Role: nn.Held, Shape: []int{1}}}
	weights, err := gnn.Initialize(p.Network, prepared.Shape(), p.Initializer, p.Seed.Derive("initial weights"))
	if err != nil {
		return err
	}
	weights[strengthName] = []float32{0}
	for _, m := range p.matrices {
		for _, name := range []string{multiplierName(m.Name), wantedName(m.Name)} {
			held = append(held, nn.Parameter{Name: name, Layer: m.Layer, Role: nn.Held, Shape: m.Shape})
			weights[name] = make([]float32, m.Size())
		}
	}
	p.program, err = p.begin(gnn.Recipe{
		Graph: prepared, Masked: names(p.matrices),
		Insertion:   &gnn.Insertion{Parameters: held, Penalty: p.penalty},
		Optimizer:   train.Adam{LearningRate: p.LearningRate},
		WeightDecay: gnn.WeightDecay{First: p.WeightDecay},
	}, weights, p.Seed.Derive("training"), living(prune.OnesOf(p.matrices)))
	return err
}

// penalty is Λ·(W − Z) + ρ/2·‖W − Z‖² in a GoMLX graph.
func (p *pruning) penalty(b *gnn.Builder) *graph.Node {
	strength := graph.Reshape(b.Parameter(strengthName))
	sum := graph.ZerosLike(strength)
	for _, m := range p.matrices {
		away := graph.Sub(b.Parameter(m.Name), b.Parameter(wantedName(m.Name)))
		linear := graph.ReduceAllSum(graph.Mul(b.Parameter(multiplierName(m.Name)), away))
		square := graph.ReduceAllSum(graph.Square(away))
		sum = graph.Add(sum, graph.Add(linear, graph.Mul(strength, graph.MulScalar(square, .5))))
	}
	return sum
}

func (p *pruning) fit(ctx context.Context, epochs int, after func(int) (bool, error)) (best, error) {
	network := names(p.Network.Parameters(gnn.ShapeOf(p.Graph)))
	f := fit{problem: p.Problem, program: p.program, epochs: epochs, rate: p.LearningRate, after: after,
		task: p.task, done: len(p.history), keep: func() (nn.Weights, error) { return values(p.program, network) }}
	chosen, history, err := f.run(ctx)
	for _, e := range history {
		e.Epoch += f.done
		p.history = append(p.history, e)
	}
	chosen.Epoch.Epoch += f.done
	return chosen, err
}

// relax pulls the weights towards their targets.
func (p *pruning) relax(ctx context.Context) error {
	joined, err := p.joined()
	if err != nil {
		return err
	}
	if p.relaxed, err = p.Relaxation.Relax(joined, p.keep(len(joined))); err != nil {
		return err
	}
	if p.before, err = p.loss(); err != nil {
		return err
	}
	if err := p.setRelaxation(float32(p.relaxed.Penalty())); err != nil {
		return err
	}
	if _, err := p.fit(ctx, p.Relax, p.update); err != nil {
		return err
	}
	return p.program.SetValue(strengthName, []float32{0})
}

// keep is how many of some weights stay.
func (p *pruning) keep(weights int) int { return max(1, prune.RoundDown(weights, p.Density)) }

// update moves multipliers and wanted weights after an epoch.
func (p *pruning) update(int) (ends bool, err error) {
	joined, err := p.joined()
	if err != nil {
		return false, err
	}
	loss, err := p.loss()
	if err != nil {
		return false, err
	}
	if err := p.relaxed.Update(joined, loss, p.before); err != nil {
		return false, err
	}
	p.before = loss
	return false, p.setRelaxation(float32(p.relaxed.Penalty()))
}

// loss is that of the training nodes, without dropout.
func (p *pruning) loss() (float64, error) {
	train, _, _, err := p.program.Score(p.Split)
	return train.Loss, err
}

// joined are all weights, one matrix after the other.
func (p *pruning) joined() ([]float32, error) {
	var joined []float32
	for _, m := range p.matrices {
		x, err := p.program.Value(m.Name)
		if err != nil {
			return nil, err
		}
		joined = append(joined, x...)
	}
	return joined, nil
}

// setRelaxation gives the program the current state of the relaxation.
func (p *pruning) setRelaxation(strength float32) error {
	at := 0
	for _, m := range p.matrices {
		end := at + m.Size()
		if err := p.program.SetValue(multiplierName(m.Name), p.relaxed.Multipliers()[at:end]); err != nil {
			return err
		}
		if err := p.program.SetValue(wantedName(m.Name), p.relaxed.Target()[at:end]); err != nil {
			return err
		}
		at = end
	}
	return p.program.SetValue(strengthName, []float32{strength})
}

// prune removes the smallest weights, and the penalty on the rest.
func (p *pruning) prune() (*prune.Mask, error) {
	weights, err := values(p.program, names(p.matrices))
	if err != nil {
		return nil, err
	}
	scores := make(prune.Values)
	for name, x := range weights {
		scores[name] = prune.Absolute(x)
		if err := p.program.SetValue(multiplierName(name), make([]float32, len(x))); err != nil {
			return nil, err
		}
	}
	mask := prune.OnesOf(p.matrices)
	mask, err = mask.Remove(scores, mask.Size()-p.keep(mask.Size()), names(p.matrices)...)
	if err != nil {
		return nil, err
	}
	return mask, setMask(p.program, mask, names(p.matrices))
}
