package prune

import (
	"context"
	"errors"
	"fmt"

	"espalier/nn"
)

// Derivatives are the derivatives of a network's loss on its data that scores may use.
// train.Derivatives computes them; a score itself knows nothing of data or backends.
// Each method returns values for every prunable weight, by the parameter's name, and
// changes none of its arguments.
type Derivatives interface {
	// Gradient is that of the mean cross-entropy of logits divided by a temperature.
	Gradient(ctx context.Context, weights nn.Weights, temperature float64) (nn.Weights, error)
	// HessianProduct is the Hessian of the same loss times a vector.
	HessianProduct(ctx context.Context, weights, vector nn.Weights, temperature float64) (nn.Weights, error)
	// FlowGradient is the gradient of the sum of the logits for an image of ones, in
	// the inference phase.
	FlowGradient(ctx context.Context, weights nn.Weights) (nn.Weights, error)
}

// masked are the input's weights with pruned ones at 0.
func (in Input) masked() (nn.Weights, error) {
	mask, err := in.mask()
	if err != nil {
		return nil, err
	}
	return mask.Apply(in.Weights)
}

// differentiable is masked, for a score that needs derivatives.
func (in Input) differentiable(score string) (nn.Weights, error) {
	if in.Derivatives == nil {
		return nil, errors.New(score + " score: the input has no derivatives of the loss")
	}
	weights, err := in.masked()
	if err != nil {
		return nil, fmt.Errorf("%s score: %w", score, err)
	}
	return weights, nil
}

// product rates each prunable weight by a function of it and of a derivative.
func product(ctx context.Context, n *nn.Network, weights, derivative nn.Weights, rate func(weight, derivative float32) float32) (Values, error) {
	return Elementwise(rate)(ctx, Input{Network: n, Weights: weights, Initial: derivative})
}

func absolute(x float32) float32 { return max(x, -x) }
