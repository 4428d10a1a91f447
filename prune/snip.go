package prune

import "context"

func init() { scores.Register("snip", SNIP) }

// SNIP rates a weight by |w · ∂L/∂w|, how much the loss changes, to first order, when
// it is removed (Lee, Ajanthan and Torr, "SNIP: Single-shot network pruning based on
// connection sensitivity", ICLR 2019). The paper's division by the sum over the network
// does not change the order. L is taken over all images of Input.Derivatives, as in the
// code of Structure-LTH, whereas SNIP's own code takes one batch.
func SNIP(ctx context.Context, in Input) (Values, error) {
	weights, err := in.differentiable("snip")
	if err != nil {
		return nil, err
	}
	gradient, err := in.Derivatives.Gradient(ctx, weights, 1)
	if err != nil {
		return nil, err
	}
	return product(ctx, in.Network, weights, gradient, func(weight, gradient float32) float32 {
		return absolute(weight * gradient)
	})
}
