package lth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"

	"github.com/gomlx/compute"

	"espalier/data"
	"espalier/nn"
	"espalier/progress"
	"espalier/prune"
	"espalier/seed"
	"espalier/train"
)

// Study looks for the lottery tickets of one network on one data set. It is a plain
// value: equal studies give the same tickets, to the last bit, however often they
// are interrupted.
type Study struct {
	Network     *nn.Network
	Initializer nn.Initializer // zero: Glorot's normal, as in the paper

	Train      *data.Images
	Validation *data.Images // nil: no early stopping and no best weights
	Test       *data.Images // nil: no test

	Options Options
	Seed    seed.Seed

	// Folder is where levels keep checkpoints, results and masks; empty: nowhere. A
	// finished level is read back from it, an unfinished one continues. It belongs to
	// one study, and only one process at a time may use it.
	Folder string

	Backend  compute.Backend
	Progress progress.Reporter // nil: silent
	Log      *slog.Logger      // of warnings; nil: slog.Default()
}

// Options are the hyper-parameters of a study.
type Options struct {
	Variant Variant
	// Levels is how often the network is pruned. Level 0, the dense network, is not
	// counted.
	Levels int
	// Fraction of the live weights that a level removes; 0: 0.2. Where Paper has rates
	// by kind of layer, it is that of hidden linear layers only.
	Fraction float64
	// Rewind is the moment of training to whose weights each level is rewound;
	// zero: the initial ones.
	Rewind train.Length
	// Snapshots are further moments at which the dense network's training keeps the
	// weights, for Level.RewoundTo.
	Snapshots []train.Length
	// Score rates the weights; nil: prune.Magnitude.
	Score prune.Score
	// Reshape replaces each level's mask after pruning; nil: it stays.
	Reshape Reshape
	// Training is how each level is trained. Its Start must be zero.
	Training train.Options
}

const defaultFraction = 0.2

// Tickets finds the tickets by iterative magnitude pruning with rewinding. Level 0 is
// the dense network; each further level prunes the trained weights of the one before,
// rewinds those that are left, and trains them. An error ends the sequence; running the
// same study again continues from there.
func (s Study) Tickets(ctx context.Context) iter.Seq2[Level, error] {
	return s.sequence(func(r *runner, yield func(Level, error) bool) {
		level, err := r.trainDense(ctx)
		r.continueFrom(ctx, level, err, yield)
	})
}

// TicketsFrom continues from an existing level, which it yields first, as Tickets
// continues from level 0.
func (s Study) TicketsFrom(ctx context.Context, level Level) iter.Seq2[Level, error] {
	return s.sequence(func(r *runner, yield func(Level, error) bool) { r.continueFrom(ctx, level, nil, yield) })
}

// Next is the ticket after a level, before it is trained: it has its mask and the
// weights it is rewound to, but no Result.
func (s Study) Next(ctx context.Context, ticket Level) (Level, error) {
	r, err := s.runner()
	if err != nil {
		return Level{}, fmt.Errorf("lottery tickets: %w", err)
	}
	defer r.session.Close()
	next, err := r.pruneAndRewind(ctx, ticket)
	if err != nil {
		return Level{}, fmt.Errorf("lottery tickets: %w", err)
	}
	return next, nil
}

// PerEpoch is how many iterations an epoch has.
func (s Study) PerEpoch() int {
	return data.Batches{Images: s.Train, Size: s.Options.Training.BatchSize}.PerEpoch()
}

// Control trains a control's network for each of a study's tickets, with the same
// options and in the same order of the data. Results go into a folder of the control's
// name in the study's folder. A level that would be trained exactly as the ticket or as
// the level before is not trained again.
func (s Study) Control(ctx context.Context, control Control, tickets iter.Seq2[Level, error]) iter.Seq2[Level, error] {
	return s.sequence(func(r *runner, yield func(Level, error) bool) {
		var before Level
		for ticket, err := range tickets {
			if err == nil {
				before, err = r.trainControl(ctx, control, ticket, before)
			}
			if err != nil {
				yield(Level{}, fmt.Errorf("%s: %w", control.Name, err))
				return
			}
			if !yield(before, nil) {
				return
			}
		}
	})
}

// sequence opens a runner for as long as the sequence is read.
func (s Study) sequence(levels func(*runner, func(Level, error) bool)) iter.Seq2[Level, error] {
	return func(yield func(Level, error) bool) {
		r, err := s.runner()
		if err != nil {
			yield(Level{}, fmt.Errorf("lottery tickets: %w", err))
			return
		}
		defer r.session.Close()
		levels(r, yield)
	}
}

// runner checks the study and fills in its defaults.
func (s Study) runner() (*runner, error) {
	if s.Network == nil || s.Backend == nil {
		return nil, errors.New("the study has no network or no backend")
	}
	rules, err := s.Options.rules(s.Network)
	if err != nil {
		return nil, err
	}
	s.Log = cmp.Or(s.Log, slog.Default())
	return &runner{Study: s, rules: rules, session: train.NewSession(s.Backend)}, nil
}

func (o Options) score() prune.Score {
	if o.Score == nil {
		return prune.Magnitude
	}
	return o.Score
}

// Check reports options that are invalid for the network: an unknown variant, a
// fraction outside (0, 1), levels that would leave a layer without weights.
func (o Options) Check(n *nn.Network) error {
	_, err := o.rules(n)
	return err
}

// rules are the variant's with the fraction filled in.
func (o Options) rules(n *nn.Network) (Rules, error) {
	rules, err := o.Variant.Rules(n)
	if err != nil {
		return Rules{}, err
	}
	rules.Selection.Fraction = cmp.Or(o.Fraction, defaultFraction)
	switch f := rules.Selection.Fraction; {
	case !(f > 0 && f < 1):
		return Rules{}, fmt.Errorf("the fraction %v to prune at a level is not between 0 and 1", f)
	case o.Levels < 0:
		return Rules{}, fmt.Errorf("levels must not be negative, got %d", o.Levels)
	case !o.Training.Start.IsZero():
		return Rules{}, fmt.Errorf("training starts at %s: a study decides itself where it starts", o.Training.Start)
	case o.Levels > 0 && !prunes(rules.Selection, n):
		return Rules{}, fmt.Errorf("variant %s spares every layer of network %s", o.Variant, n.Name)
	}
	if err := rules.Selection.CheckRepeated(n, o.Levels); err != nil {
		return Rules{}, fmt.Errorf("%d levels of network %s: %w", o.Levels, n.Name, err)
	}
	return rules, nil
}

// prunes reports whether there is a parameter that is not spared.
func prunes(sel prune.Selection, n *nn.Network) bool {
	for _, p := range n.Prunable() {
		if sel.Spare == nil || !sel.Spare(p) {
			return true
		}
	}
	return false
}
