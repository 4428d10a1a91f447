package lth

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"espalier/nn"
	"espalier/train"
)

// linePoints is at how many points of the line between two children Frankle et al.
// evaluate.
const linePoints = 30

// Stable is the instability below which a network is called stable.
const Stable = 0.02

// Fork is a parent at one moment of training and two children that were trained from
// there to the end on the same images in different orders, augmented differently
// (Frankle et al., "Linear Mode Connectivity and the Lottery Ticket Hypothesis", ICML
// 2020, algorithm 1).
type Fork struct {
	// Level is what was forked; its weights are those at the moment of the fork, and
	// it has no Result.
	Level
	// At is the moment of the fork.
	At       train.Length
	Children [2]*train.Result
	// Errors are the fractions of the test images that networks on the line between
	// the children get wrong, at evenly spaced points from the first child to the
	// second, both included. All parameters are interpolated, batch norm's running
	// statistics too.
	Errors []float64
}

// Instability is how much higher the error is at the worst point of the line than on
// average at its ends:
//
//	max_α E((1−α)·W₁ + α·W₂) − (E(W₁) + E(W₂))/2
//
// It is the error barrier between the children: if it is below Stable, they are
// linearly connected, in the same valley.
func (f Fork) Instability() float64 { return slices.Max(f.Errors) - f.EndError() }

// EndError is the mean error of the children.
func (f Fork) EndError() float64 { return (f.Errors[0] + f.Errors[len(f.Errors)-1]) / 2 }

// UnchangedTicket trains the ticket's own mask from the rewound weights. It stands for the
// ticket where a Control is expected.
var UnchangedTicket = Control{Name: Tickets, Start: func(_ context.Context, _ Study, ticket Level) (Start, error) {
	return Start{Mask: ticket.Mask, Weights: ticket.Origin.Rewound}, nil
}}

// Fork trains two children of a control's network for a ticket, or of the ticket itself
// (UnchangedTicket), from the moment to which the study rewinds, and evaluates the line
// between them on the test images. A study without any is an error before anything is
// trained.
func (s Study) Fork(ctx context.Context, control Control, ticket Level) (Fork, error) {
	r, err := s.runner()
	if err != nil {
		return Fork{}, fmt.Errorf("fork: %w", err)
	}
	defer r.session.Close()
	fork, err := r.fork(ctx, control, ticket)
	if err != nil {
		return Fork{}, fmt.Errorf("fork %s at %s, level %d: %w", control.Name, s.Options.Rewind, ticket.Index, err)
	}
	return fork, nil
}

func (r *runner) fork(ctx context.Context, control Control, ticket Level) (Fork, error) {
	if r.Test == nil || r.Test.Len() == 0 {
		return Fork{}, errors.New("the study has no test images, on which children are compared")
	}
	start, err := control.Start(ctx, r.Study, ticket)
	if err != nil {
		return Fork{}, err
	}
	level := Level{Method: control.Name, Index: ticket.Index, Origin: ticket.Origin}
	if r.rules.Rewinding != Restart {
		level.start = r.Options.Rewind
	}
	if level, err = level.withStart(r.Network, start); err != nil {
		return Fork{}, err
	}
	fork := Fork{Level: level, At: r.Options.Rewind}
	for i := range fork.Children {
		if fork.Children[i], err = r.child(ctx, fork, i); err != nil {
			return Fork{}, err
		}
	}
	fork.Errors, err = r.lineErrors(ctx, fork)
	return fork, err
}

// child trains one of the two children of a fork.
func (r *runner) child(ctx context.Context, f Fork, i int) (*train.Result, error) {
	folder := ""
	if r.Folder != "" {
		folder = filepath.Join(r.Folder, "fork-"+f.At.String(), f.Method, levelName(f.Index), fmt.Sprintf("child-%d", i+1))
	}
	job := r.job(f.Level, folder, nil)
	job.Name = fmt.Sprintf("%s, forked at %s, child %d", f.Method, f.At, i+1)
	job.Seed = r.Seed.Derive("child", i)
	return r.session.Run(ctx, job)
}

// lineErrors are the errors along the line between the children.
func (r *runner) lineErrors(ctx context.Context, f Fork) ([]float64, error) {
	o := r.Options.Training
	network, _ := f.Trained(r.Network)
	line := make([]float64, linePoints)
	for i := range line {
		between := interpolate(f.Children[0].Weights, f.Children[1].Weights, float64(i)/(linePoints-1))
		_, accuracy, err := r.session.Evaluate(ctx, network, between, r.Test, o.Normalisation, o.EvaluationBatch)
		if err != nil {
			return nil, fmt.Errorf("the line between the children: %w", err)
		}
		line[i] = 1 - accuracy
	}
	return line, nil
}

// interpolate is (1−t)·a + t·b.
func interpolate(a, b nn.Weights, t float64) nn.Weights {
	between := make(nn.Weights, len(a))
	for name, values := range a {
		mixed := make([]float32, len(values))
		for i, x := range values {
			mixed[i] = float32((1-t)*float64(x) + t*float64(b[name][i]))
		}
		between[name] = mixed
	}
	return between
}
