package cpu

import (
	"github.com/gomlx/compute"

	"espalier/internal/simd"
)

// findMomentum recognises stochastic gradient descent with momentum (simd.Momentum)
// by the node w − rate·direction:
//
//	v = number·v₀ + (gradient + decay·w)
//	direction = v                              or, Nesterov, (gradient + decay·w) + number·v
func findMomentum(n *node) *found {
	weights := n.operands[0]
	direction, rate := scaled(n.operands[1])
	if rate == nil || !isState(weights) || !weights.shape.Equal(direction.shape) {
		return nil
	}
	if f := momentumOf(direction, weights, rate); f != nil {
		f.results[0] = n.result()
		return f
	}
	var f *found
	pairOf(direction, compute.OpTypeAdd, func(whole, ahead *value) bool {
		velocity, number := scaled(ahead)
		if velocity == nil {
			return false
		}
		if f = momentumOf(velocity, weights, rate); f == nil || f.numbers[1] != number || !adds(velocity, whole) {
			f = nil
			return false
		}
		f.name, f.step = "Nesterov", stepMomentum(true)
		f.results[0] = n.result()
		return true
	})
	return f
}

// adds says that v is the sum of x and something else.
func adds(v, x *value) bool {
	return pairOf(v, compute.OpTypeAdd, func(a, _ *value) bool { return a == x })
}

// momentumOf recognises a velocity.
func momentumOf(velocity, weights, rate *value) *found {
	var f *found
	pairOf(velocity, compute.OpTypeAdd, func(kept, gradient *value) bool {
		state, number := scaled(kept)
		if state == nil || !isState(state) || !gradient.shape.Equal(velocity.shape) {
			return false
		}
		gradient, decay := decayed(gradient, weights)
		f = &found{update: update{op: opMomentum, name: "SGD", step: stepMomentum(false)}, gradient: gradient, weights: weights,
			state: []*value{state}, numbers: [maxNumbers]*value{rate, number, decay}, results: []*value{nil, velocity}}
		return true
	})
	return f
}

// stepMomentum is the step of either form.
func stepMomentum(nesterov bool) updateStep {
	return func(numbers *[maxNumbers]float32, weights []float32, state [][]float32, gradient []float32) {
		m := simd.Momentum{Rate: numbers[0], Momentum: numbers[1], Decay: numbers[2], Nesterov: nesterov}
		m.Step(weights, state[0], gradient)
	}
}
