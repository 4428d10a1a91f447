package main

import (
	"espalier/nn"
	"espalier/seed"
	"espalier/sparse"
)

// compile prints how package sparse computes a network: what was measured, now or
// before, and the form of each layer. Without weights they are initial ones.
func (t *terminal) compile(n *nn.Network, weights nn.Weights, mask nn.WeightMask, batch int) error {
	if weights == nil {
		var err error
		if weights, err = nn.Initialize(n, nn.KaimingNormal, seed.Seed(0)); err != nil {
			return err
		}
	}
	tuning := t.openTuning()
	defer tuning.keep()
	program, err := sparse.Compile(t, n, weights, mask, sparse.Options{Batch: batch, Workers: t.Workers, Tuning: tuning.Tuning})
	if err != nil {
		return err
	}
	defer program.Close()
	if t.JSON {
		return printJSON(t.out, program.Choice())
	}
	return program.Choice().WriteTable(t.out)
}
