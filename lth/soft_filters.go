package lth

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"

	"espalier/prune"
	"espalier/train"
)

func init() { registerControls(SoftReinitialized) }

// SoftFilters are the hyper-parameters of soft filter pruning (He et al., "Soft filter
// pruning for accelerating deep convolutional neural networks", IJCAI 2018): the whole
// network is trained, and before the first and after every epoch the filters with the
// smallest L2 norm are set to zero, from which they may recover. Those that are zero at
// the end are removed.
type SoftFilters struct {
	// Rates are the fractions of filters that are zeroed; each is a level.
	Rates []float64
	// Spare names convolutions that keep all filters.
	Spare []string
	// Pretrained begins from the trained dense network, at a tenth of the learning
	// rate, and not from its initial weights.
	Pretrained bool
}

// The methods of soft filter pruning.
const (
	SoftFilterPruning           = "soft-filters"
	PretrainedSoftFilterPruning = "soft-filters-pretrained"
)

// Method is SoftFilterPruning or PretrainedSoftFilterPruning.
func (o SoftFilters) Method() string {
	if o.Pretrained {
		return PretrainedSoftFilterPruning
	}
	return SoftFilterPruning
}

// pretrainedRate is what the learning rate is multiplied by for a trained network.
const pretrainedRate = 0.1

// SoftFilters prunes a network softly, once for each rate; levels count from 1. A
// level's mask keeps the filters that are left at the end; all its weights were
// trained. The dense network is level 0 of the study's tickets. Levels can be passed to
// Control like tickets.
func (s Study) SoftFilters(ctx context.Context, dense Level, o SoftFilters) iter.Seq2[Level, error] {
	return s.sequence(func(r *runner, yield func(Level, error) bool) {
		if dense.Origin == nil {
			yield(Level{}, errors.New("soft filters: the dense network has not been trained"))
			return
		}
		for i, rate := range o.Rates {
			level, err := r.softFilters(ctx, dense.Origin, o, i)
			if err != nil {
				yield(Level{}, fmt.Errorf("%s, rate %v: %w", o.Method(), rate, err))
				return
			}
			if !yield(level, nil) {
				return
			}
		}
	})
}

// SoftFolder is the folder of a rate's level of SoftFilterPruning or
// PretrainedSoftFilterPruning in a study's folder.
func SoftFolder(study, method string, rate float64) string {
	return filepath.Join(study, method, fmt.Sprintf("rate-%v", rate))
}

// softFilters trains one level.
func (r *runner) softFilters(ctx context.Context, origin *Origin, o SoftFilters, i int) (Level, error) {
	projection := prune.SoftFilters{Rate: o.Rates[i], Spare: o.Spare}
	level := Level{Method: o.Method(), Index: i + 1, Mask: prune.Ones(r.Network), Initial: origin.Rewound, Origin: origin}
	if o.Pretrained {
		level.Initial, level.slowed = origin.Trained, true
	}
	folder := ""
	if r.Folder != "" {
		folder = SoftFolder(r.Folder, level.Method, o.Rates[i])
	}
	job := r.job(level, folder, nil)
	job.Name = fmt.Sprintf("%s, %v of filters", level.Method, o.Rates[i])
	job.Options.Projection = projection
	if o.Pretrained {
		job.Options.Schedule = scaled{job.Options.Schedule, pretrainedRate}
	}
	result, err := r.session.Run(ctx, job)
	if err != nil {
		return Level{}, err
	}
	level.Result = result
	if level.Mask, err = projection.Mask(r.Network, result.Weights); err != nil {
		return Level{}, err
	}
	level.Remaining = level.Mask.Density()
	return level, keepMask(folder, level.Mask)
}

// SoftReinitialized trains the filters that a level keeps from new initial weights,
// those of RandomReinitialization: does a softly pruned network owe its accuracy to its
// structure alone?
var SoftReinitialized = Control{Name: SoftFilterPruning + "-reinitialized", Reshapes: true, Start: softReinitialized}

func softReinitialized(ctx context.Context, s Study, ticket Level) (Start, error) {
	start, err := randomReinitialization(ctx, s, ticket)
	start.Shrink = true
	return start, err
}

// scaled is a schedule whose learning rates are all multiplied by a factor.
type scaled struct {
	schedule train.Schedule
	factor   float64
}

// Factor is the schedule's, multiplied.
func (s scaled) Factor(iteration int, c train.Clock) float64 {
	if s.schedule == nil {
		return s.factor
	}
	return s.factor * s.schedule.Factor(iteration, c)
}

// String names the factor and the schedule.
func (s scaled) String() string {
	if s.schedule == nil {
		return fmt.Sprintf("%v of %s", s.factor, train.Constant{})
	}
	return fmt.Sprintf("%v of %s", s.factor, s.schedule)
}
