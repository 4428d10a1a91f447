package lth

import (
	"context"
	"fmt"
	"strconv"

	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

func init() { registerThinning(Slimming) }

// slimmingStrength is that of Liu et al. for residual networks and DenseNet.
const slimmingStrength = 1e-5

// Slimming is network slimming (Liu et al., "Learning efficient convolutional networks
// through network slimming", ICCV 2017) for residual networks: the large network is
// trained with train.Slimming, and prune.SlimFilters chooses. An amount is the fraction
// of all channels that are removed, such as 0.4.
var Slimming = NewSlimming("slimming", slimmingStrength)

// NewSlimming is Slimming with another strength of its penalty; for VGG the paper has
// 1e-4.
func NewSlimming(name string, strength float64) Thinning {
	return Thinning{
		Name: name,
		Penalise: func(inner train.Optimizer) train.Optimizer {
			return train.Slimming{Optimizer: inner, Strength: strength}
		},
		Choose: func(_ context.Context, s Study, trained nn.Weights, amount string) (prune.Channels, error) {
			fraction, err := strconv.ParseFloat(amount, 64)
			if err != nil {
				return nil, fmt.Errorf("the fraction of channels %q is not a number", amount)
			}
			return prune.SlimFilters(s.Network, trained, fraction)
		},
	}
}
