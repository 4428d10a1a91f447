package prune

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"espalier/nn"
)

// Criterion names a way to rate output channels: those with the largest values stay.
// The zero value is WeightNorm.
type Criterion string

// The criteria of Chen et al. (ICML 2022), for a channel with mask m, weights θ and
// feature map a, which is the layer's output before batch norm and activation, over
// one batch of training images.
const (
	// Surviving is how many weights live, Σ m; "remain" in the authors' code.
	Surviving Criterion = "surviving-weights"
	// WeightNorm is ‖m ⊙ θ‖₁, the paper's choice. As Reference it is ‖θ‖₁ of the
	// weights that are given, which the code takes from the checkpoint of another
	// round, with the mask of that round.
	WeightNorm Criterion = "weight-norm"
	// FeatureL1 is Σ |a|, FeatureL2 Σ a², Saliency Σ |a · ∂L/∂a|, over images and
	// places. As Reference, no channel is rated by its own map: the code takes the
	// network's first map for every layer, since it never counts its layers, and cuts
	// it, in the order image, channel, row, column, into as many equal pieces as the
	// layer has channels, where it meant to sum by channel.
	FeatureL1 Criterion = "feature-l1"
	FeatureL2 Criterion = "feature-l2"
	Saliency  Criterion = "saliency"
)

// FeatureMaps are the sums of a network's feature maps over a batch of images, by
// parameter, one for each output channel.
type FeatureMaps struct {
	L1, L2, Saliency map[string][]float32
	// First is the whole map of the first prunable layer.
	First FeatureMap
}

// FeatureMap is a layer's output, [images, height, width, channels], and the gradient
// of the loss with respect to it.
type FeatureMap struct {
	Shape             [4]int
	Values, Gradients []float32
}

// criterion rates the channels of every prunable parameter.
type criterion struct {
	paper, reference func(ctx context.Context, in Input) (map[string][]float64, error)
}

var criteria = map[Criterion]criterion{
	Surviving:  {surviving, surviving},
	WeightNorm: {maskedNorm, givenNorm},
	FeatureL1: {
		features("feature-l1", func(f *FeatureMaps) map[string][]float32 { return f.L1 }),
		firstFeature("feature-l1", func(a, _ float64) float64 { return max(a, -a) }),
	},
	FeatureL2: {
		features("feature-l2", func(f *FeatureMaps) map[string][]float32 { return f.L2 }),
		firstFeature("feature-l2", func(a, _ float64) float64 { return a * a }),
	},
	Saliency: {
		features("saliency", func(f *FeatureMaps) map[string][]float32 { return f.Saliency }),
		firstFeature("saliency", func(a, gradient float64) float64 { return max(a*gradient, -a*gradient) }),
	},
}

// Criteria lists the criteria by name.
func Criteria() []Criterion { return slices.Sorted(maps.Keys(criteria)) }

// rate gives the values of the output channels of every prunable parameter.
func (c Criterion) rate(ctx context.Context, in Input, v Variant) (map[string][]float64, error) {
	if c == "" {
		c = WeightNorm
	}
	chosen, ok := criteria[c]
	if !ok {
		names := make([]string, 0, len(criteria))
		for _, name := range Criteria() {
			names = append(names, string(name))
		}
		return nil, fmt.Errorf("no criterion is called %q: there are %s", string(c), strings.Join(names, ", "))
	}
	if v == Reference {
		return chosen.reference(ctx, in)
	}
	return chosen.paper(ctx, in)
}

func surviving(ctx context.Context, in Input) (map[string][]float64, error) {
	return byChannel(ctx, in.Network, func(p nn.Parameter, sums []float64) error {
		for i := range in.Mask.Live(p.Name) {
			sums[i%len(sums)]++
		}
		return nil
	})
}

func maskedNorm(ctx context.Context, in Input) (map[string][]float64, error) {
	weights, err := in.Mask.Apply(in.Weights)
	if err != nil {
		return nil, err
	}
	in.Weights = weights
	return givenNorm(ctx, in)
}

func givenNorm(ctx context.Context, in Input) (map[string][]float64, error) {
	return byChannel(ctx, in.Network, func(p nn.Parameter, sums []float64) error {
		weights := in.Weights[p.Name]
		if len(weights) != p.Size() {
			return fmt.Errorf("there are %d values for the %d weights of %s", len(weights), p.Size(), p.Name)
		}
		for i, w := range weights {
			sums[i%len(sums)] += float64(absolute(w))
		}
		return nil
	})
}

// byChannel fills in a sum for each output channel of each prunable parameter.
func byChannel(ctx context.Context, n *nn.Network, add func(p nn.Parameter, sums []float64) error) (map[string][]float64, error) {
	all := make(map[string][]float64)
	for _, p := range n.Prunable() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		all[p.Name] = make([]float64, p.Shape[len(p.Shape)-1])
		if err := add(p, all[p.Name]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (in Input) featureMaps(ctx context.Context, name string) (*FeatureMaps, error) {
	if in.Features == nil {
		return nil, errors.New(name + " criterion: the input has no feature maps")
	}
	return in.Features(ctx)
}

func features(name string, of func(*FeatureMaps) map[string][]float32) func(context.Context, Input) (map[string][]float64, error) {
	return func(ctx context.Context, in Input) (map[string][]float64, error) {
		featureMaps, err := in.featureMaps(ctx, name)
		if err != nil {
			return nil, err
		}
		return byChannel(ctx, in.Network, func(p nn.Parameter, sums []float64) error {
			values := of(featureMaps)[p.Name]
			if len(values) != len(sums) {
				return fmt.Errorf("%s criterion: there are %d values for the %d channels of %s", name, len(values), len(sums), p.Name)
			}
			for i, value := range values {
				sums[i] = float64(value)
			}
			return nil
		})
	}
}

func firstFeature(name string, rate func(a, gradient float64) float64) func(context.Context, Input) (map[string][]float64, error) {
	return func(ctx context.Context, in Input) (map[string][]float64, error) {
		featureMaps, err := in.featureMaps(ctx, name)
		if err != nil {
			return nil, err
		}
		rated := featureMaps.First.rated(rate)
		return byChannel(ctx, in.Network, func(p nn.Parameter, sums []float64) error {
			if len(rated)%len(sums) != 0 {
				return fmt.Errorf("%s criterion: the first feature map has %d values, which the %d channels of %s do not divide", name, len(rated), len(sums), p.Name)
			}
			piece := len(rated) / len(sums)
			for i, value := range rated {
				sums[i/piece] += value
			}
			return nil
		})
	}
}

// rated is a function of every value, in the order image, channel, row, column.
func (f FeatureMap) rated(rate func(a, gradient float64) float64) []float64 {
	images, height, width, channels := f.Shape[0], f.Shape[1], f.Shape[2], f.Shape[3]
	all := make([]float64, 0, len(f.Values))
	for image := range images {
		for channel := range channels {
			for place := range height * width {
				i := (image*height*width+place)*channels + channel
				all = append(all, rate(float64(f.Values[i]), float64(f.Gradients[i])))
			}
		}
	}
	return all
}
