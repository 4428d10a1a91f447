package cgp

import (
	"context"
	"fmt"

	"espalier/gnn"
	"espalier/nn"
	"espalier/progress"
)

// fit is a training of a program, one step an epoch.
type fit struct {
	problem Problem
	program *gnn.Program
	epochs  int
	rate    float64
	// after is what is done after the step of an epoch, before it is scored; nil is
	// nothing. Training ends where it says so.
	after func(epoch int) (ends bool, err error)
	// keep copies what is needed from the epoch with the best validation accuracy; nil
	// copies all parameters.
	keep func() (nn.Weights, error)
	task progress.Task
	// done are the steps that the task had before.
	done int
}

// run returns the first epoch with the best validation accuracy, and all.
func (f fit) run(ctx context.Context) (best, []Epoch, error) {
	chosen, history := best{}, make([]Epoch, 0, f.epochs)
	if f.keep == nil {
		f.keep = f.program.Weights
	}
	for epoch := 1; epoch <= f.epochs; epoch++ {
		if err := ctx.Err(); err != nil {
			return best{}, nil, fmt.Errorf("stopped after epoch %d of %d: %w", epoch-1, f.epochs, err)
		}
		e, ends, err := f.epoch(epoch)
		if err != nil {
			return best{}, nil, fmt.Errorf("epoch %d: %w", epoch, err)
		}
		history = append(history, e)
		if err := chosen.see(e, f.keep); err != nil {
			return best{}, nil, err
		}
		f.task.Step(f.done + epoch)
		if ends {
			break
		}
	}
	return chosen, history, nil
}

func (f fit) epoch(epoch int) (e Epoch, ends bool, err error) {
	e.Epoch = epoch
	if e.Loss, err = f.program.Step(f.rate); err != nil {
		return e, false, err
	}
	if f.after != nil {
		if ends, err = f.after(epoch); err != nil {
			return e, false, err
		}
	}
	e.Train, e.Validation, e.Test, err = f.program.Score(f.problem.Split)
	return e, ends, err
}
