package prune

import (
	"fmt"
	"math"
	"slices"

	"espalier/nn"
)

// SlimFilters removes a fraction of all filters of a network, those whose batch norm
// has the smallest scales |γ| (Liu et al., "Learning efficient convolutional networks
// through network slimming", ICCV 2017). Of all T scales in rising order, those that
// are not larger than the one at index ⌊fraction·T⌋ are removed, as in the authors'
// code. Their code fails if a layer has no larger one; here the layer keeps its
// largest. Training with train.Slimming makes scales fade.
//
// A batch norm that does not follow a convolution is an error, because it does not
// scale filters.
func SlimFilters(n *nn.Network, weights nn.Weights, fraction float64) (Channels, error) {
	if !(fraction >= 0 && fraction < 1) {
		return nil, fmt.Errorf("slimming: the fraction %v of channels is not in [0, 1)", fraction)
	}
	scales, err := convolutionScales(n, weights)
	if err != nil {
		return nil, fmt.Errorf("slimming network %s: %w", n.Name, err)
	}
	var pool []float32
	for _, layer := range scales {
		pool = append(pool, layer...)
	}
	if len(pool) == 0 {
		return nil, fmt.Errorf("slimming: network %s has no batch norm", n.Name)
	}
	slices.Sort(pool)
	// A fraction just below 1 is rounded to 1.
	threshold := pool[min(RoundDown(len(pool), fraction), len(pool)-1)]
	channels := make(Channels, len(scales))
	for name, layer := range scales {
		for c, scale := range layer {
			if scale > threshold {
				channels[name] = append(channels[name], c)
			}
		}
		if channels[name] == nil {
			channels[name] = []int{slices.Index(layer, slices.Max(layer))}
		}
	}
	return channels, nil
}

// convolutionScales are the |γ| behind each convolution.
func convolutionScales(n *nn.Network, weights nn.Weights) (map[string][]float32, error) {
	scales := make(map[string][]float32)
	for _, node := range n.Nodes {
		if node.Layer.Kind() != nn.KindBatchNorm {
			continue
		}
		input := node.Inputs[0]
		if input == nn.Input || n.Nodes[input].Layer.Kind() != nn.KindConvolution {
			return nil, fmt.Errorf("batch norm %s does not follow a convolution", node.Name)
		}
		values := weights[node.Name+"."+string(nn.Scale)]
		if len(values) != node.Shape.Channels {
			return nil, fmt.Errorf("there are %d scales for the %d channels of %s", len(values), node.Shape.Channels, node.Name)
		}
		layer := make([]float32, len(values))
		for c, scale := range values {
			if math.IsNaN(float64(scale)) {
				return nil, fmt.Errorf("scale %d of %s is not a number: has training diverged?", c, node.Name)
			}
			layer[c] = absolute(scale)
		}
		scales[n.Nodes[input].Name] = layer
	}
	return scales, nil
}
