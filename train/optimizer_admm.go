package train

import (
	"cmp"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

// ADMM pulls weights towards sparse ones while another optimizer trains, by the
// alternating direction method of multipliers for the L1 norm (Zhang et al., "A
// systematic DNN weight pruning framework using alternating direction method of
// multipliers", ECCV 2018). For each weight W, with Z = W and U = 0 at first, the
// gradient of
//
//	Penalty/2 · ‖W − Z + U‖²
//
// is added to that of the loss, and after every Interval steps
//
//	Z ← S(W + U)        S(x) = sign(x) · max(|x| − Shrinkage/Penalty, 0)
//	U ← U + W − Z
//
// Biases and batch norm are trained by the other optimizer alone.
type ADMM struct {
	Optimizer Optimizer // must be given
	Interval  int       // steps, usually those of an epoch; must be given
	Penalty   float64   // ρ; 0 means 0.01, as in the code of Structure-LTH
	Shrinkage float64   // α; 0 means 0.0005, as there
	// Unsquared takes the norm without the square, Penalty/2 · ‖W − Z + U‖, as the
	// code of Structure-LTH does: the pull is then of the same strength however far
	// W is from Z.
	Unsquared bool
}

// Rate is the other optimizer's.
func (a ADMM) Rate() float64 { return a.Optimizer.Rate() }

// Slots are the other optimizer's, then Z and U.
func (a ADMM) Slots() []string { return append(a.Optimizer.Slots(), "admm-sparse", "admm-dual") }

// Scalars are the other optimizer's, then 1 at the first step, then 1 at the last step
// of an interval.
func (a ADMM) Scalars(rate float64, update int) []float64 {
	return append(a.Optimizer.Scalars(rate, update), indicator(update == 1), indicator(update%a.Interval == 0))
}

func indicator(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}

// Update adds the penalty's gradient, then the other optimizer's step, then that of Z
// and U.
func (a ADMM) Update(p Parameter) (*graph.Node, []*graph.Node) {
	a = a.withDefaults()
	slots, scalars := len(a.Optimizer.Slots()), len(p.Scalars)-2
	sparse, dual := p.Slots[slots], p.Slots[slots+1]
	first, last := truth(p.Scalars[scalars]), truth(p.Scalars[scalars+1])
	inner := p
	inner.Slots, inner.Scalars = p.Slots[:slots], p.Scalars[:scalars]
	if p.Role != nn.Weight {
		value, innerSlots := a.Optimizer.Update(inner)
		return value, append(innerSlots, sparse, dual)
	}
	sparse = graph.Where(first, p.Value, sparse)
	inner.Gradient = graph.Add(p.Gradient, a.pull(graph.Add(graph.Sub(p.Value, sparse), dual)))
	value, innerSlots := a.Optimizer.Update(inner)

	shifted := graph.Add(value, dual)
	shrunk := graph.Mul(graph.Sign(shifted), graph.MaxScalar(graph.AddScalar(graph.Abs(shifted), -a.Shrinkage/a.Penalty), 0))
	return value, append(innerSlots,
		graph.Where(last, shrunk, sparse),
		graph.Where(last, graph.Sub(shifted, shrunk), dual))
}

// pull is the gradient of the penalty by W, given W − Z + U.
func (a ADMM) pull(gap *graph.Node) *graph.Node {
	if !a.Unsquared {
		return graph.MulScalar(gap, a.Penalty)
	}
	norm := graph.Sqrt(graph.ReduceAllSum(graph.Square(gap)))
	one := graph.OnesLike(norm)
	// At 0 the gap is 0 too, and so is the pull.
	return graph.Div(graph.MulScalar(gap, a.Penalty/2), graph.Where(graph.GreaterThan(norm, graph.ZerosLike(norm)), norm, one))
}

func truth(scalar *graph.Node) *graph.Node {
	return graph.GreaterThan(scalar, graph.ZerosLike(scalar))
}

func (a ADMM) withDefaults() ADMM {
	a.Penalty = cmp.Or(a.Penalty, 0.01)
	a.Shrinkage = cmp.Or(a.Shrinkage, 0.0005)
	return a
}

// Check reports hyper-parameters out of range.
func (a ADMM) Check() error {
	switch {
	case a.Optimizer == nil:
		return errors.New("admm: no optimizer to wrap")
	case a.Interval < 1:
		return fmt.Errorf("admm: an interval of %d steps; it must be positive", a.Interval)
	}
	return cmp.Or(
		a.Optimizer.Check(),
		checkRange("admm penalty", a.Penalty, math.Inf(1)),
		checkRange("admm shrinkage", a.Shrinkage, math.Inf(1)),
	)
}
