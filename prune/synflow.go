package prune

import (
	"context"
	"fmt"
	"math"
)

func init() { scores.Register("synflow", SynFlow) }

// SynFlowRounds is the number of rounds in which SynFlow is meant to prune:
// Selection.Rounds.
const SynFlowRounds = 100

// SynFlow rates a weight by |w| · ∂R/∂|w|, where R is the sum of the logits for an
// image of ones and every parameter is replaced by its magnitude: the flow through the
// weight's connection (Tanaka et al., "Pruning neural networks without any data by
// iteratively conserving synaptic flow", NeurIPS 2020). It needs no data. It is meant
// to be computed anew in each of SynFlowRounds rounds of pruning; in a single round, it
// cuts off whole layers.
//
// The flow grows with every layer. It is an error if it leaves the range of float32, as
// in networks of around a hundred layers.
func SynFlow(ctx context.Context, in Input) (Values, error) {
	weights, err := in.differentiable("synflow")
	if err != nil {
		return nil, err
	}
	for _, values := range weights {
		for i, weight := range values {
			values[i] = absolute(weight)
		}
	}
	gradient, err := in.Derivatives.FlowGradient(ctx, weights)
	if err != nil {
		return nil, err
	}
	flows, err := product(ctx, in.Network, weights, gradient, func(weight, gradient float32) float32 {
		return weight * gradient
	})
	if err != nil {
		return nil, err
	}
	for _, p := range in.Network.Prunable() {
		for _, flow := range flows[p.Name] {
			if math.IsNaN(float64(flow)) || math.IsInf(float64(flow), 0) {
				return nil, fmt.Errorf("synflow score: the flow through %s is beyond the range of float32: network %s is too deep for it", p.Name, in.Network.Name)
			}
		}
	}
	return flows, nil
}
