package lth

import (
	"context"
	"fmt"
	"strconv"

	"espalier/nn"
	"espalier/prune"
)

// Uniform keeps the same fraction of the filters of every inner convolution, those with
// the largest L1 norm: a target network that is known before anything is trained, as
// ThiNet's are (Luo et al., "ThiNet: a filter level pruning method for deep neural
// network compression", ICCV 2017). ThiNet itself chooses the filters by what the next
// layer reconstructs best, which matters for fine-tuning alone. An amount is the
// fraction that is kept, as 0.5.
var Uniform = Thinning{Name: "uniform", Choose: func(_ context.Context, s Study, trained nn.Weights, amount string) (prune.Channels, error) {
	kept, err := strconv.ParseFloat(amount, 64)
	if err != nil || !(kept > 0 && kept <= 1) {
		return nil, fmt.Errorf("the width %q is not a number in (0, 1]", amount)
	}
	removals, err := prune.StageFractions{Fractions: []float64{1 - kept}}.Removals(s.Network)
	if err != nil {
		return nil, err
	}
	return prune.NormFilters(s.Network, trained, prune.L1, removals)
}}
