package prune

import (
	"fmt"
	"slices"

	"espalier/nn"
)

// SoftFilters zeroes, in every convolution with C filters, the ⌊Rate·C⌋ with the least
// L2 norm (He et al., "Soft filter pruning for accelerating deep convolutional neural
// networks", IJCAI 2018). Biases, batch norm and linear layers are not changed. As
// train.Options.Projection it lets zeroed filters train on, and others may take their
// place after the next epoch.
//
// The authors' code takes the fraction that is kept and computes int(C·(1 − kept)) in
// floating point, which may be one less if the exact product is a whole number.
type SoftFilters struct {
	// Rate is the fraction of filters that are zeroed, in [0, 1).
	Rate float64
	// Spare names convolutions that keep all filters: on ImageNet, in the paper, the
	// ProjectionShortcuts.
	Spare []string
}

// removals are how many filters are zeroed, by layer.
func (s SoftFilters) removals(n *nn.Network) (Removals, error) {
	if !(s.Rate >= 0 && s.Rate < 1) {
		return nil, fmt.Errorf("the fraction %v of filters is not in [0, 1)", s.Rate)
	}
	removals := make(Removals)
	for _, p := range n.Prunable() {
		if s.prunes(p) {
			removals[p.Layer] = RoundDown(p.Shape[len(p.Shape)-1], s.Rate)
		}
	}
	return removals, nil
}

func (s SoftFilters) prunes(p nn.Parameter) bool {
	return p.Kind == nn.KindConvolution && !slices.Contains(s.Spare, p.Layer)
}

// Mask is the mask of what is not zeroed.
func (s SoftFilters) Mask(n *nn.Network, weights nn.Weights) (*Mask, error) {
	removals, err := s.removals(n)
	if err != nil {
		return nil, fmt.Errorf("soft filters: %w", err)
	}
	channels, err := NormFilters(n, weights, L2, removals)
	if err != nil {
		return nil, fmt.Errorf("soft filters: %w", err)
	}
	return channels.Mask(n)
}

// Project returns the weights with those filters at zero.
func (s SoftFilters) Project(n *nn.Network, weights nn.Weights) (nn.Weights, error) {
	mask, err := s.Mask(n, weights)
	if err != nil {
		return nil, err
	}
	return mask.Apply(weights)
}

// MACs are the multiply-accumulates of the convolutions without the zeroed filters, as
// the authors count them: those of a convolution times 1 − Rate for its outputs, and
// again for its inputs where they are one convolution's outputs. What reads a sum reads
// all its channels. Rates are not rounded to whole filters.
func (s SoftFilters) MACs(n *nn.Network) float64 {
	kept, index, total := make(map[string]float64), make(map[string]int), 0.0
	for i, node := range n.Nodes {
		index[node.Name] = i
	}
	for _, p := range n.Prunable() {
		if p.Kind != nn.KindConvolution {
			continue
		}
		kept[p.Layer] = 1
		if s.prunes(p) {
			kept[p.Layer] = 1 - s.Rate
		}
		share := kept[p.Layer]
		if source := sourceOf(n, index[p.Layer]); source >= 0 {
			share *= kept[n.Nodes[source].Name]
		}
		total += share * float64(p.Size()*p.Positions)
	}
	return total
}

// sourceOf is the one convolution whose output channels a layer reads, through layers
// with one input each; −1 where there is none.
func sourceOf(n *nn.Network, layer int) int {
	for i := n.Nodes[layer].Inputs[0]; i != nn.Input; i = n.Nodes[i].Inputs[0] {
		switch node := n.Nodes[i]; {
		case node.Layer.Kind() == nn.KindConvolution:
			return i
		case len(node.Inputs) != 1:
			return -1
		}
	}
	return -1
}
