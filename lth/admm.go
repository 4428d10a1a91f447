package lth

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"

	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

func init() { registerControls(ADMM, ReferenceADMM) }

// admmEpochs is how long the authors of Structure-LTH pull weights towards zero.
const admmEpochs = 20

// ADMM first trains a dense network for 20 epochs towards sparse weights, by
// train.ADMM. It then prunes the smallest of its weights in one step to the ticket's
// number of weights, and trains what is left from the rewound weights. The first
// training is the same for all levels; with a folder it is done once. In the authors'
// code its loss is the negative logit of the right class, because a softmax is missing,
// and falls without bound; here the loss is the cross-entropy.
var ADMM = NewADMM("admm", train.ADMM{})

// ReferenceADMM is ADMM with the penalty of the authors' code, the norm without its square.
var ReferenceADMM = NewADMM("admm-reference", train.ADMM{Unsquared: true})

// NewADMM is ADMM with other hyper-parameters. Its optimizer is that of the study,
// its interval an epoch, unless they are given.
func NewADMM(name string, o train.ADMM) Control {
	return Control{Name: name, Start: func(ctx context.Context, s Study, ticket Level) (Start, error) {
		rules, err := s.Options.rules(s.Network)
		if err != nil {
			return Start{}, err
		}
		trained, err := s.trainADMM(ctx, name, o, ticket.Origin.Rewound)
		if err != nil {
			return Start{}, fmt.Errorf("training towards sparse weights: %w", err)
		}
		mask, err := prune.PruneLike(ctx, prune.Magnitude, prune.Input{
			Network: s.Network, Weights: trained, Initial: ticket.Origin.Rewound,
		}, rules.Selection, ticket.Mask)
		return Start{Mask: mask, Weights: ticket.Origin.Rewound}, err
	}}
}

// trainADMM trains the dense network with ADMM at a constant learning rate.
func (s Study) trainADMM(ctx context.Context, name string, o train.ADMM, from nn.Weights) (nn.Weights, error) {
	job := train.Job{
		Network: s.Network, Weights: from, Train: s.Train, Options: s.Options.Training,
		Seed: s.Seed.Derive("training"), Name: name + ", dense", Progress: s.Progress, Log: s.Log,
	}
	if s.Folder != "" {
		job.Folder = filepath.Join(s.Folder, name, "dense")
	}
	if o.Optimizer == nil {
		o.Optimizer = job.Options.Optimizer
	}
	o.Interval = cmp.Or(o.Interval, s.PerEpoch())
	job.Options.Optimizer, job.Options.Length, job.Options.Schedule = o, train.Epochs(admmEpochs), nil
	result, err := train.Run(ctx, s.Backend, job)
	if err != nil {
		return nil, err
	}
	return result.Weights, nil
}
