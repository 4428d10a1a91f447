package main

import (
	"fmt"
	"os"
	"path/filepath"

	"espalier/experiments"
	"espalier/internal/durable"
	"espalier/nn"
	"espalier/seed"
	"espalier/sparse"
)

// compile prints how package sparse computes a network: what was measured, now or
// before, and the form of each layer. Without weights they are initial ones.
func (c networkCommand) compile(t *terminal, n *nn.Network, weights nn.Weights, mask nn.WeightMask) error {
	if weights == nil {
		var err error
		if weights, err = nn.Initialize(n, nn.KaimingNormal, seed.Seed(0)); err != nil {
			return err
		}
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return fmt.Errorf("a place for measurements: %w", err)
	}
	path := filepath.Join(cache, "espalier", "sparse-tuning.json")
	tuning, err := sparse.ReadTuning(path, experiments.ThisProcessor().Model)
	if err != nil {
		return err
	}
	program, err := sparse.Compile(t, n, weights, mask, sparse.Options{Batch: c.Batch, Tuning: tuning})
	if err != nil {
		return err
	}
	defer program.Close()
	files := durable.OS{}
	if err := files.MkdirAll(filepath.Dir(path)); err != nil {
		return err
	}
	if err := tuning.Write(files, path); err != nil {
		return err
	}
	return program.WriteTable(t.out)
}
