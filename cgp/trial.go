package cgp

import (
	"cmp"
	"context"
	"fmt"
)

// Trial is a network and a graph as CoSparsify begins with them, to be timed: how long a
// step takes depends neither on values nor on which of them are masked.
type Trial struct{ begun *coSparsification }

// NewTrial prepares a problem for steps and inferences. Close frees it.
func NewTrial(problem Problem, options Options) (*Trial, error) {
	options.Initial = Densities{} // all lives: a graph that is small already cannot begin with less
	if err := cmp.Or(problem.check(), options.Check()); err != nil {
		return nil, fmt.Errorf("trial: %w", err)
	}
	begun, err := newCoSparsification(problem, options.withDefaults())
	if err != nil {
		return nil, fmt.Errorf("trial of %s on %s: %w", problem.Network.Kind(), problem.Graph.Name(), err)
	}
	return &Trial{begun}, nil
}

// Step takes the step of an epoch.
func (t *Trial) Step(context.Context) error {
	_, err := t.begun.part.program.Step(t.begun.LearningRate)
	return err
}

// Infer runs inference on all nodes.
func (t *Trial) Infer(context.Context) error {
	return t.begun.part.program.Logits(func([]float32) {})
}

// Close frees what the backend holds.
func (t *Trial) Close() { t.begun.part.program.Close() }
