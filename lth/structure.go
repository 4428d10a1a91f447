package lth

import (
	"context"

	"espalier/prune"
)

// structural is a control that makes a ticket's mask structural. It leaves alone what
// the study's variant spares, and the output layer, which cannot do without a channel.
func structural(name string, start func(ctx context.Context, s Study, ticket Level, spare prune.Spare) (Start, error)) Control {
	return Control{Name: name, Reshapes: true, Start: func(ctx context.Context, s Study, ticket Level) (Start, error) {
		spare, err := s.structureSpare()
		if err != nil {
			return Start{}, err
		}
		return start(ctx, s, ticket, spare)
	}}
}

func (s Study) structureSpare() (prune.Spare, error) {
	rules, err := s.Options.rules(s.Network)
	if err != nil {
		return nil, err
	}
	output := prune.SpareLayers(prune.OutputLayer(s.Network))
	if rules.Selection.Spare == nil {
		return output, nil
	}
	return prune.SpareAny(rules.Selection.Spare, output), nil
}

// Reinitialized is a control that trains another's mask from new initial weights, those
// of RandomReinitialization at that level: does a structural ticket owe its accuracy to
// its structure alone?
func Reinitialized(control Control) Control {
	return Control{
		Name: control.Name + "-reinitialized", Reshapes: control.Reshapes,
		Start: func(ctx context.Context, s Study, ticket Level) (Start, error) {
			start, err := control.Start(ctx, s, ticket)
			if err != nil {
				return Start{}, err
			}
			fresh, err := randomReinitialization(ctx, s, ticket)
			start.Weights = fresh.Weights
			return start, err
		},
	}
}

// Reshape makes another mask of a level's after it was pruned, before it is trained.
type Reshape func(ctx context.Context, s Study, in prune.Input) (*prune.Mask, error)

// GroupAware regroups each level's mask, and the next level prunes what was regrouped:
// "group-aware IMP" (Chen et al. 2022, algorithm 4), which the paper finds worse than
// regrouping afterwards. The options' Spare is the study's. A level may be denser than
// its fraction says, since blocks are refilled.
func GroupAware(o prune.RegroupOptions) Reshape {
	return func(ctx context.Context, s Study, in prune.Input) (*prune.Mask, error) {
		spare, err := s.structureSpare()
		if err != nil {
			return nil, err
		}
		options := o
		options.Spare = spare
		mask, _, err := prune.Regroup(ctx, in, options)
		return mask, err
	}
}
