package train

import (
	"cmp"
	"errors"
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

// Slimming adds the subgradient of Strength · Σ|γ| over the scales γ of batch norm,
// Strength · sign(γ), to the gradient that another optimizer follows, so that useless
// channels fade (Liu et al., "Learning efficient convolutional networks through network
// slimming", ICCV 2017).
type Slimming struct {
	Optimizer Optimizer // must be given
	Strength  float64   // 0 means 1e-4, the paper's for VGG; 1e-5 for residual networks
}

// Rate is the other optimizer's.
func (s Slimming) Rate() float64 { return s.Optimizer.Rate() }

// Slots are the other optimizer's.
func (s Slimming) Slots() []string { return s.Optimizer.Slots() }

// Scalars are the other optimizer's.
func (s Slimming) Scalars(rate float64, update int) []float64 {
	return s.Optimizer.Scalars(rate, update)
}

// Update adds the subgradient and then the other optimizer's step.
func (s Slimming) Update(p Parameter) (*graph.Node, []*graph.Node) {
	if p.Role == nn.Scale {
		p.Gradient = graph.Add(p.Gradient, graph.MulScalar(graph.Sign(p.Value), cmp.Or(s.Strength, 1e-4)))
	}
	return s.Optimizer.Update(p)
}

// Check reports hyper-parameters out of range.
func (s Slimming) Check() error {
	if s.Optimizer == nil {
		return errors.New("slimming: no optimizer to wrap")
	}
	return cmp.Or(s.Optimizer.Check(), checkRange("slimming strength", s.Strength, math.Inf(1)))
}
