package prune

import (
	"context"
	"fmt"
)

// Elementwise is the score that rates each weight by its trained and its initial
// value alone, a "mask criterion" in the words of Zhou et al., "Deconstructing
// Lottery Tickets" (NeurIPS 2019), who compare nine of them. For instance
//
//	prune.Elementwise(func(weight, initial float32) float32 {
//		return max(weight*initial, 0) // large, and of the sign it began with
//	})
//
// Where the input has no initial values, they are taken to be 0.
func Elementwise(rate func(weight, initial float32) float32) Score {
	return func(ctx context.Context, in Input) (Values, error) {
		values := make(Values)
		for _, p := range in.Network.Prunable() {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			trained, initial := in.Weights[p.Name], in.Initial[p.Name]
			if initial == nil {
				initial = make([]float32, p.Size())
			}
			if len(trained) != p.Size() || len(initial) != p.Size() {
				return nil, fmt.Errorf("score %s: %d trained and %d initial values for its %d weights",
					p.Name, len(trained), len(initial), p.Size())
			}
			rated := make([]float32, len(trained))
			for i, weight := range trained {
				rated[i] = rate(weight, initial[i])
			}
			values[p.Name] = rated
		}
		return values, nil
	}
}
