package lth

import (
	"context"

	"espalier/data"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// derivatives are those of a study's loss over its training images, as an epoch of
// training shows them. The backend is asked when the first is needed.
type derivatives struct {
	study  Study
	opened *train.Derivatives
}

var _ prune.Derivatives = (*derivatives)(nil)

func (s Study) derivatives() *derivatives { return &derivatives{study: s} }

// Close frees what was compiled.
func (d *derivatives) Close() {
	if d.opened != nil {
		d.opened.Close()
	}
}

func (d *derivatives) open() (*train.Derivatives, error) {
	if d.opened != nil {
		return d.opened, nil
	}
	o := d.study.Options.Training
	opened, err := train.NewDerivatives(d.study.Backend, d.study.Network, data.Batches{
		Images: d.study.Train, Size: o.BatchSize, Normalisation: o.Normalisation, Augmentation: o.Augmentation,
		Seed: d.study.Seed.Derive("derivatives"), Workers: o.Workers,
	})
	if err != nil {
		return nil, err
	}
	d.opened = opened
	return opened, nil
}

// Gradient is train.Derivatives.Gradient.
func (d *derivatives) Gradient(ctx context.Context, weights nn.Weights, temperature float64) (nn.Weights, error) {
	of, err := d.open()
	if err != nil {
		return nil, err
	}
	return of.Gradient(ctx, weights, temperature)
}

// HessianProduct is train.Derivatives.HessianProduct.
func (d *derivatives) HessianProduct(ctx context.Context, weights, vector nn.Weights, temperature float64) (nn.Weights, error) {
	of, err := d.open()
	if err != nil {
		return nil, err
	}
	return of.HessianProduct(ctx, weights, vector, temperature)
}

// FlowGradient is train.Derivatives.FlowGradient.
func (d *derivatives) FlowGradient(ctx context.Context, weights nn.Weights) (nn.Weights, error) {
	of, err := d.open()
	if err != nil {
		return nil, err
	}
	return of.FlowGradient(ctx, weights)
}

// features computes feature maps under weights.
func (d *derivatives) features(weights nn.Weights) func(context.Context) (*prune.FeatureMaps, error) {
	return func(ctx context.Context) (*prune.FeatureMaps, error) {
		of, err := d.open()
		if err != nil {
			return nil, err
		}
		maps, err := of.FeatureMaps(ctx, weights)
		if err != nil {
			return nil, err
		}
		return &prune.FeatureMaps{
			L1: maps.L1, L2: maps.L2, Saliency: maps.Saliency, First: prune.FeatureMap(maps.First),
		}, nil
	}
}
