package lth

import (
	"context"
	"fmt"
	"strconv"

	"espalier/nn"
	"espalier/prune"
)

func init() { registerThinning(Uniform) }

// Uniform keeps the same fraction of the filters of every inner convolution, those with
// the largest L1 norm: a target network that is known before anything is trained, like
// ThiNet's. ThiNet itself chooses the filters by how well the next layer's outputs are
// reconstructed, which matters if trained weights are kept. An amount is the fraction
// that is kept, such as 0.5.
var Uniform = Thinning{Name: "uniform", Choose: func(_ context.Context, s Study, trained nn.Weights, amount string) (prune.Channels, error) {
	removals, err := uniformRemovals(s.Network, amount)
	if err != nil {
		return nil, err
	}
	return prune.NormFilters(s.Network, trained, prune.L1, removals)
}}

// uniformRemovals are those that leave the same fraction of every inner convolution.
func uniformRemovals(n *nn.Network, amount string) (prune.Removals, error) {
	kept, err := strconv.ParseFloat(amount, 64)
	if err != nil || !(kept > 0 && kept <= 1) {
		return nil, fmt.Errorf("the width %q is not a number in (0, 1]", amount)
	}
	return prune.StageFractions{Fractions: []float64{1 - kept}}.Removals(n)
}
