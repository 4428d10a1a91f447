package lth

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// Retraining is a way to train a network that was made smaller (Liu et al., "Rethinking
// the value of network pruning", ICLR 2019).
type Retraining string

// The retrainings.
const (
	// FineTune continues from the large network's trained weights that are left.
	FineTune Retraining = "fine-tune"
	// ScratchE begins from new initial weights and trains for as many epochs as the
	// large network.
	ScratchE Retraining = "scratch-e"
	// ScratchB begins from new initial weights and trains with as many
	// multiply-accumulates as the large network: of E epochs it makes
	// ⌊E · MACs of the large network ÷ MACs of the small one⌋, and milestones of the
	// schedule move along.
	ScratchB Retraining = "scratch-b"
	// Rewound is ScratchE from the large network's initial weights that are left, as a
	// lottery ticket is.
	Rewound Retraining = "rewound"
)

// Retrainings lists the retrainings.
func Retrainings() []Retraining { return []Retraining{FineTune, ScratchE, ScratchB, Rewound} }

// Thinnings are the smaller networks to make and how to train them.
type Thinnings struct {
	Thinning Thinning
	// Amounts are how much the thinning is to remove or keep; each is a level.
	Amounts    []string
	Retraining Retraining
	// FineTuning is how FineTune trains: its Length, Optimizer and Schedule. All else is
	// the study's, whatever is set here. A zero Length is 40 epochs, a nil Optimizer the
	// study's momentum and decay with a learning rate of 0.001 where that is SGD.
	FineTuning train.Options
}

// Method names thinning and retraining, as in "l1-filters-scratch-e".
func (o Thinnings) Method() string { return ThinnedMethod(o.Thinning.Name, o.Retraining) }

// ThinnedMethod is the method of a thinning's name and a retraining.
func ThinnedMethod(thinning string, retraining Retraining) string {
	return thinning + "-" + string(retraining)
}

// Thinned is a smaller network, trained.
type Thinned struct {
	// Method is Thinnings.Method.
	Method string
	// Index counts amounts from 1.
	Index    int
	Amount   string
	Channels prune.Channels
	// Network has only the channels that are left; the batch norm of the others is
	// removed with them.
	Network *nn.Network
	// Remaining are its weights in convolutions and linear layers ÷ those of the large
	// network.
	Remaining float64
	// MACs are its multiply-accumulates ÷ those of the large network.
	MACs float64
	// Initial are the weights that training began from.
	Initial nn.Weights
	Options train.Options
	Result  *train.Result
}

// Thin makes smaller networks out of a trained one, one for each amount, and trains
// them. The dense network is level 0 of the tickets of Thinning.Study.
func (s Study) Thin(ctx context.Context, dense Level, o Thinnings) iter.Seq2[Thinned, error] {
	return func(yield func(Thinned, error) bool) {
		r, err := s.runner()
		if err == nil && dense.Origin == nil {
			err = errors.New("the large network has not been trained")
		}
		if err == nil && !slices.Contains(Retrainings(), o.Retraining) {
			err = fmt.Errorf("no retraining is called %q: there are %v", string(o.Retraining), Retrainings())
		}
		if err != nil {
			yield(Thinned{}, fmt.Errorf("%s: %w", o.Method(), err))
			return
		}
		defer r.session.Close()
		for i := range o.Amounts {
			thinned, err := r.thin(ctx, dense.Origin, o, i)
			if err != nil {
				yield(Thinned{}, fmt.Errorf("%s, amount %s: %w", o.Method(), o.Amounts[i], err))
				return
			}
			if !yield(thinned, nil) {
				return
			}
		}
	}
}

// thin makes and trains one smaller network.
func (r *runner) thin(ctx context.Context, origin *Origin, o Thinnings, i int) (Thinned, error) {
	channels, err := o.Thinning.Choose(ctx, r.Study, origin.Trained, o.Amounts[i])
	if err != nil {
		return Thinned{}, err
	}
	mask, err := channels.Mask(r.Network)
	if err != nil {
		return Thinned{}, err
	}
	shrunk, err := nn.Shrink(r.Network, origin.Trained, mask, nn.Silent)
	if err != nil {
		return Thinned{}, err
	}
	thinned := Thinned{
		Method: o.Method(), Index: i + 1, Amount: o.Amounts[i], Channels: channels, Network: shrunk.Network,
		Remaining: float64(prune.Ones(shrunk.Network).Size()) / float64(prune.Ones(r.Network).Size()),
		MACs:      float64(nn.CostOf(shrunk.Network, nil).MACs) / float64(nn.CostOf(r.Network, nil).MACs),
	}
	if thinned.Initial, err = r.thinnedStart(origin, shrunk, thinned, o.Retraining); err != nil {
		return Thinned{}, err
	}
	thinned.Options = r.thinnedOptions(thinned, o)
	job := r.thinnedJob(thinned)
	if err := keepMask(job.Folder, mask); err != nil {
		return Thinned{}, err
	}
	thinned.Result, err = r.session.Run(ctx, job)
	return thinned, err
}

// thinnedStart are the weights that a smaller network begins from.
func (r *runner) thinnedStart(origin *Origin, shrunk *nn.Shrunk, t Thinned, retraining Retraining) (nn.Weights, error) {
	switch retraining {
	case FineTune:
		return shrunk.Weights, nil
	case Rewound:
		weights := make(nn.Weights)
		for _, p := range shrunk.Network.Parameters() {
			weights[p.Name] = shrunk.Cut(p.Name, origin.Rewound[p.Name])
		}
		return weights, nil
	}
	return nn.Initialize(shrunk.Network, r.Initializer, r.Seed.Derive("scratch", t.Index))
}

const (
	fineTuningEpochs = 40
	fineTuningRate   = 0.001
)

// thinnedOptions are how a smaller network is trained.
func (r *runner) thinnedOptions(t Thinned, o Thinnings) train.Options {
	options := r.Options.Training
	switch o.Retraining {
	case ScratchB:
		return options.Stretch(1/t.MACs, r.PerEpoch())
	case FineTune:
		tuning := o.FineTuning
		if tuning.Length.IsZero() {
			tuning.Length = train.Epochs(fineTuningEpochs)
		}
		if tuning.Optimizer == nil {
			tuning.Optimizer = slowed(options.Optimizer)
		}
		options.Length, options.Optimizer, options.Schedule = tuning.Length, tuning.Optimizer, tuning.Schedule
	}
	return options
}

// slowed is an optimizer at the learning rate of fine-tuning, if it is SGD.
func slowed(optimizer train.Optimizer) train.Optimizer {
	if sgd, ok := optimizer.(train.SGD); ok {
		sgd.LearningRate = fineTuningRate
		return sgd
	}
	return optimizer
}

// thinnedJob is the training of a smaller network. Its images come in the order in
// which the large network saw them.
func (r *runner) thinnedJob(t Thinned) train.Job {
	job := train.Job{
		Network: t.Network, Weights: t.Initial, Train: r.Train, Validation: r.Validation, Test: r.Test,
		Options: t.Options, Seed: r.Seed.Derive("training"),
		Name:     fmt.Sprintf("%s, amount %s, %.3g %% of weights", t.Method, t.Amount, 100*t.Remaining),
		Progress: r.Progress, Log: r.Log,
	}
	if r.Folder != "" {
		job.Folder = LevelFolder(r.Folder, t.Method, t.Index)
	}
	return job
}
