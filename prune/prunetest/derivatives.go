package prunetest

import (
	"context"
	"math"

	"espalier/nn"
	"espalier/prune"
)

// quadratic has the derivatives, in closed form, of the loss
//
//	L(w) = ½ Σ_i h_i (w_i − c_i)² / temperature²
//
// with h_i and c_i that depend on the position i in a parameter alone, and of the flow
// Σ_i h_i w_i².
type quadratic struct{ network *nn.Network }

var _ prune.Derivatives = quadratic{}

func curvature(i int) float64 { return 1 + math.Abs(math.Sin(float64(i))) }
func centre(i int) float64    { return math.Cos(float64(i)) / 4 }

func (q quadratic) Gradient(ctx context.Context, weights nn.Weights, temperature float64) (nn.Weights, error) {
	return q.each(ctx, func(name string, i int) float64 {
		return curvature(i) * (float64(weights[name][i]) - centre(i)) / (temperature * temperature)
	})
}

func (q quadratic) HessianProduct(ctx context.Context, _, vector nn.Weights, temperature float64) (nn.Weights, error) {
	return q.each(ctx, func(name string, i int) float64 {
		return curvature(i) * float64(vector[name][i]) / (temperature * temperature)
	})
}

func (q quadratic) FlowGradient(ctx context.Context, weights nn.Weights) (nn.Weights, error) {
	return q.each(ctx, func(name string, i int) float64 { return 2 * curvature(i) * float64(weights[name][i]) })
}

func (q quadratic) each(ctx context.Context, value func(name string, i int) float64) (nn.Weights, error) {
	values := make(nn.Weights)
	for _, p := range q.network.Prunable() {
		values[p.Name] = make([]float32, p.Size())
		for i := range values[p.Name] {
			values[p.Name][i] = float32(value(p.Name, i))
		}
	}
	return values, ctx.Err()
}
