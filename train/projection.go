package train

import (
	"fmt"

	"espalier/nn"
)

// Projection projects a network's weights onto the set that they should belong to, at
// the beginning of training, after each epoch and at the end, before anything is
// evaluated. In between they move freely, and the optimizer's state is not changed. Its
// fields are plain values that describe it completely.
type Projection interface {
	// Project returns the projected weights of a network; those given are not
	// changed. It must be a projection: what it returns is projected to itself,
	// because a run that was interrupted between two epochs does it again.
	Project(n *nn.Network, weights nn.Weights) (nn.Weights, error)
}

// project projects the weights where that is due.
func (t *trainer) project() error {
	projection := t.job.Options.Projection
	if projection == nil || !t.projectionDue() {
		return nil
	}
	weights, err := t.program.weights()
	if err != nil {
		return err
	}
	if weights, err = projection.Project(t.job.Network, weights); err != nil {
		return fmt.Errorf("projection: %w", err)
	}
	if err := weights.Check(t.job.Network); err != nil {
		return fmt.Errorf("projection: %w", err)
	}
	if weights, err = t.job.masked(weights); err != nil {
		return err
	}
	return t.program.network.LoadInto(t.program.store, weights)
}

func (t *trainer) projectionDue() bool {
	i := t.state.iteration
	return i == t.start || i == t.end || i%t.clock.PerEpoch == 0
}
