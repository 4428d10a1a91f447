package cpu

import (
	"github.com/gomlx/compute"

	"espalier/internal/simd"
)

// findAdam recognises Adam (simd.Adam) by the node w − rate·(m/(√v/deviation + ε)):
//
//	m = m₀ + a·(g − m₀)
//	v = b·v₀ + c·(g·g)
//	g = gradient + decay·w
func findAdam(n *node) *found {
	weights := n.operands[0]
	ratio, rate := scaled(n.operands[1])
	if rate == nil || !isState(weights) || ratio.node.op != compute.OpTypeDiv || !isFloat32(ratio.node) {
		return nil
	}
	mean, divisor := ratio.node.operands[0], ratio.node.operands[1]
	square, deviation, epsilon := deviationOf(divisor)
	if square == nil {
		return nil
	}
	first, g, meanRate := meanOf(mean)
	if first == nil {
		return nil
	}
	second, squareDecay, squareRate := squareOf(square, g)
	if second == nil {
		return nil
	}
	gradient, decay := decayed(g, weights)
	for _, v := range []*value{gradient, first, second, mean, square} {
		if !v.shape.Equal(weights.shape) {
			return nil
		}
	}
	return &found{update: update{op: opAdam, name: "Adam", step: stepAdam}, gradient: gradient, weights: weights,
		state:   []*value{first, second},
		numbers: [maxNumbers]*value{rate, meanRate, squareDecay, squareRate, deviation, epsilon, decay},
		results: []*value{n.result(), mean, square}}
}

// deviationOf takes √square/deviation + epsilon apart.
func deviationOf(v *value) (square, deviation, epsilon *value) {
	pairOf(v, compute.OpTypeAdd, func(quotient, number *value) bool {
		if number = numberOf(number); number == nil || quotient.node.op != compute.OpTypeDiv || !quotient.shape.Equal(v.shape) {
			return false
		}
		root, divisor := quotient.node.operands[0], numberOf(quotient.node.operands[1])
		if divisor == nil || root.node.op != compute.OpTypeSqrt {
			return false
		}
		square, deviation, epsilon = root.node.operands[0], divisor, number
		return true
	})
	return square, deviation, epsilon
}

// meanOf takes first + rate·(g − first) apart.
func meanOf(v *value) (first, g, rate *value) {
	pairOf(v, compute.OpTypeAdd, func(old, change *value) bool {
		difference, number := scaled(change)
		if difference == nil || !isState(old) || difference.node.op != compute.OpTypeSub || difference.node.operands[1] != old {
			return false
		}
		first, g, rate = old, difference.node.operands[0], number
		return true
	})
	return first, g, rate
}

// squareOf takes decay·second + rate·(g·g) apart.
func squareOf(v, g *value) (second, decay, rate *value) {
	pairOf(v, compute.OpTypeAdd, func(kept, added *value) bool {
		old, b := scaled(kept)
		product, c := scaled(added)
		if old == nil || product == nil || !isState(old) || product.node.op != compute.OpTypeMul ||
			product.node.operands[0] != g || product.node.operands[1] != g {
			return false
		}
		second, decay, rate = old, b, c
		return true
	})
	return second, decay, rate
}

func stepAdam(numbers *[maxNumbers]float32, weights []float32, state [][]float32, gradient []float32) {
	a := simd.Adam{Rate: numbers[0], MeanRate: numbers[1], SquareDecay: numbers[2], SquareRate: numbers[3],
		Deviation: numbers[4], Epsilon: numbers[5], Decay: numbers[6]}
	a.Step(weights, state[0], state[1], gradient)
}
