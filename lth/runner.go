package lth

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"

	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// runner carries out a study, with its defaults filled in.
type runner struct {
	Study
	rules   Rules
	session *train.Session
}

// trainDense trains level 0 and finds what all others are rewound to.
func (r *runner) trainDense(ctx context.Context) (Level, error) {
	initial, err := nn.Initialize(r.Network, r.Initializer, r.Seed.Derive("initial weights"))
	if err != nil {
		return Level{}, err
	}
	origin := &Origin{Rewound: initial}
	moment := r.Options.Rewind
	level := Level{Method: Tickets, Origin: origin}
	var snapshots []train.Length
	switch {
	case moment.IsZero():
	case r.rules.Rewinding == Pretrain:
		if origin.Rewound, err = r.pretrain(ctx, initial); err != nil {
			return Level{}, err
		}
		level.start = moment
	default:
		snapshots = []train.Length{moment}
	}
	for _, further := range r.Options.Snapshots {
		if !slices.Contains(snapshots, further) {
			snapshots = append(snapshots, further)
		}
	}
	if level, err = level.withStart(r.Network, Start{Mask: prune.Ones(r.Network), Weights: origin.Rewound}); err != nil {
		return Level{}, err
	}
	if level, err = r.train(ctx, level, snapshots...); err != nil {
		return Level{}, err
	}
	if slices.Contains(snapshots, moment) {
		origin.Rewound = level.Result.Snapshots[moment.String()]
	}
	origin.Trained = level.Result.Weights
	return level, nil
}

// continueFrom yields a level and those after it.
func (r *runner) continueFrom(ctx context.Context, level Level, err error, yield func(Level, error) bool) {
	for {
		if err != nil {
			yield(Level{}, fmt.Errorf("lottery tickets: %w", err))
			return
		}
		if !yield(level, nil) || level.Index >= r.Options.Levels {
			return
		}
		level, err = r.trainNext(ctx, level)
	}
}

// pretrain trains from the initial weights to the rewind point, as the first part
// of the whole training.
func (r *runner) pretrain(ctx context.Context, initial nn.Weights) (nn.Weights, error) {
	level := Level{Method: "pretraining", Mask: prune.Ones(r.Network), Remaining: 1, Initial: initial}
	folder := ""
	if r.Folder != "" {
		folder = filepath.Join(r.Folder, level.Method)
	}
	job := r.job(level, folder, nil)
	job.Options.Length = r.Options.Rewind
	job.Options.Schedule = firstPart{whole: r.Options.Training}
	result, err := r.session.Run(ctx, job)
	if err != nil {
		return nil, fmt.Errorf("pretraining: %w", err)
	}
	return result.Weights, nil
}

// trainNext prunes a ticket, rewinds what is left and trains it.
func (r *runner) trainNext(ctx context.Context, ticket Level) (Level, error) {
	next, err := r.pruneAndRewind(ctx, ticket)
	if err != nil {
		return Level{}, err
	}
	if next, err = r.train(ctx, next); err == nil && next.Index == 1 {
		next.Origin.FirstTrained = next.Result.Weights
	}
	return next, err
}

// pruneAndRewind prunes a ticket and rewinds what is left.
func (r *runner) pruneAndRewind(ctx context.Context, ticket Level) (Level, error) {
	next := Level{Method: Tickets, Index: ticket.Index + 1, Origin: ticket.Origin}
	mask, err := r.pruneMask(ctx, ticket)
	if err != nil {
		return Level{}, fmt.Errorf("level %d: %w", next.Index, err)
	}
	if r.rules.Rewinding != Restart {
		next.start = r.Options.Rewind
	}
	return next.withStart(r.Network, Start{Mask: mask, Weights: ticket.Origin.Rewound})
}

// pruneMask returns the mask of the level after a ticket.
func (r *runner) pruneMask(ctx context.Context, ticket Level) (*prune.Mask, error) {
	d := r.derivatives()
	defer d.Close()
	in := prune.Input{
		Network:     r.Network,
		Weights:     ticket.Result.Weights,
		Initial:     ticket.Initial,
		Mask:        ticket.Mask,
		Random:      r.streams("score", ticket.Index+1),
		Derivatives: d,
	}
	mask, err := prune.Prune(ctx, r.Options.score(), in, r.rules.Selection)
	if err != nil || r.Options.Reshape == nil {
		return mask, err
	}
	in.Mask, in.Random = mask, r.streams("reshape", ticket.Index+1)
	in.Features = d.features(ticket.Result.Weights)
	return r.Options.Reshape(ctx, r.Study, in)
}

// trainControl trains what a control makes of a ticket, unless the same has been trained
// as the ticket itself or as the control's level before.
func (r *runner) trainControl(ctx context.Context, control Control, ticket, before Level) (Level, error) {
	start, err := control.Start(ctx, r.Study, ticket)
	if err != nil {
		return Level{}, fmt.Errorf("level %d: %w", ticket.Index, err)
	}
	level := Level{Method: control.Name, Index: ticket.Index, Origin: ticket.Origin, start: ticket.start}
	if level, err = level.withStart(r.Network, start); err != nil {
		return Level{}, err
	}
	for _, trained := range []Level{ticket, before} {
		if level.startsLike(trained) {
			level.Result, level.Shrunk = trained.Result, trained.Shrunk
			return level, keepMask(r.folder(level), level.Mask)
		}
	}
	return r.train(ctx, level)
}

// train writes down a level's mask and trains the level.
func (r *runner) train(ctx context.Context, level Level, snapshots ...train.Length) (Level, error) {
	place := r.folder(level)
	if err := keepMask(place, level.Mask); err != nil {
		return Level{}, fmt.Errorf("level %d: %w", level.Index, err)
	}
	result, err := r.session.Run(ctx, r.job(level, place, snapshots))
	if err != nil {
		return Level{}, fmt.Errorf("level %d: %w", level.Index, err)
	}
	level.Result = result
	return level, nil
}

// job is the training of a level. The seed is the same for all, as in OpenLTH, so
// that levels and controls see the same images in the same order.
func (r *runner) job(level Level, folder string, snapshots []train.Length) train.Job {
	job := train.Job{
		Network:    r.Network,
		Weights:    level.Initial,
		Train:      r.Train,
		Validation: r.Validation,
		Test:       r.Test,
		Options:    r.Options.Training,
		Seed:       r.Seed.Derive("training"),
		Snapshots:  snapshots,
		Folder:     folder,
		Name:       fmt.Sprintf("%s, level %d, %.3g %% of weights", level.Method, level.Index, 100*level.Remaining),
		Progress:   r.Progress,
		Log:        r.Log,
	}
	job.Options.Start = level.start
	network, mask := level.Trained(r.Network)
	if level.Shrunk != nil {
		job.Network, job.Weights = network, level.Shrunk.Weights
	}
	if mask.Count() < mask.Size() {
		job.Mask = mask
	}
	return job
}

// streams are the random numbers for one purpose at one level, by parameter.
func (s Study) streams(purpose string, index ...int) func(parameter string) *rand.Rand {
	derived := s.Seed.Derive(purpose, index...)
	return func(parameter string) *rand.Rand { return derived.Stream(parameter) }
}

// folder is where a level is kept, empty for nowhere.
func (r *runner) folder(level Level) string {
	if r.Folder == "" {
		return ""
	}
	return LevelFolder(r.Folder, level.Method, level.Index)
}
