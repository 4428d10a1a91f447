package prune

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"espalier/nn"
)

// Channels says for each layer which output channels stay, in rising order. A layer
// that is not named keeps all. nn.KeepChannels turns it into a mask.
type Channels map[string][]int

// Mask is the mask under which the channels that stay live, and the others lose all
// their weights.
func (c Channels) Mask(n *nn.Network) (*Mask, error) {
	kept, err := nn.KeepChannels(n, c)
	if err != nil {
		return nil, err
	}
	editor := Ones(n).Edit()
	for _, name := range kept.Names() {
		for i := range kept.SizeOf(name) {
			editor.Set(name, i, false)
		}
		for i := range kept.Live(name) {
			editor.Set(name, i, true)
		}
	}
	return editor.Mask(), nil
}

// Removals says for each layer how many of its filters are removed. A filter is what
// computes one output channel.
type Removals map[string]int

// RemovedFilters counts the filters of each layer that have no living weight.
func (m *Mask) RemovedFilters(n *nn.Network) Removals {
	removals := make(Removals)
	for _, p := range n.Prunable() {
		for _, lives := range m.Channels(p.Name) {
			if !lives {
				removals[p.Layer]++
			}
		}
	}
	return removals
}

// MACs is the share of the network's multiply-accumulates that is left when so many
// filters of each layer, whichever they are, are removed together with their channels.
func (r Removals) MACs(n *nn.Network) (float64, error) {
	channels, err := r.choose(n, func(p nn.Parameter) ([]float64, error) { return make([]float64, p.Shape[len(p.Shape)-1]), nil })
	if err != nil {
		return 0, err
	}
	kept, err := nn.KeepChannels(n, channels)
	if err != nil {
		return 0, err
	}
	shrunk, err := nn.Shrink(n, nil, kept, nn.Silent)
	if err != nil {
		return 0, err
	}
	return float64(nn.CostOf(shrunk.Network, nil).MACs) / float64(nn.CostOf(n, nil).MACs), nil
}

// Norm is a norm of a filter's weights.
type Norm int

// The norms, Σ|w| and Σw²; the order of the squares is that of their roots.
const (
	L1 Norm = iota
	L2
)

// NormFilters removes the filters of each layer whose weights have the smallest norm.
func NormFilters(n *nn.Network, weights nn.Weights, norm Norm, removals Removals) (Channels, error) {
	return removals.choose(n, func(p nn.Parameter) ([]float64, error) { return norm.of(p, weights) })
}

// RandomFilters removes filters of each layer chosen at random: the control of every
// criterion.
func RandomFilters(n *nn.Network, removals Removals, random func(parameter string) *rand.Rand) (Channels, error) {
	return removals.choose(n, func(p nn.Parameter) ([]float64, error) {
		rated := make([]float64, p.Shape[len(p.Shape)-1])
		for i, rank := range random(p.Name).Perm(len(rated)) {
			rated[i] = float64(rank)
		}
		return rated, nil
	})
}

// of is the norm of each filter of a parameter.
func (norm Norm) of(p nn.Parameter, weights nn.Weights) ([]float64, error) {
	values := weights[p.Name]
	if len(values) != p.Size() {
		return nil, fmt.Errorf("there are %d values for the %d weights of %s", len(values), p.Size(), p.Name)
	}
	sums := make([]float64, p.Shape[len(p.Shape)-1])
	for i, w := range values {
		if norm == L2 {
			w *= w
		}
		sums[i%len(sums)] += float64(absolute(w))
	}
	if i := slices.IndexFunc(sums, math.IsNaN); i >= 0 {
		return nil, fmt.Errorf("the norm of filter %d of %s is not a number: has training diverged?", i, p.Name)
	}
	return sums, nil
}

// choose removes the filters that are rated lowest, of equal ones the first.
func (r Removals) choose(n *nn.Network, rate func(p nn.Parameter) ([]float64, error)) (Channels, error) {
	channels := make(Channels, len(r))
	for _, p := range n.Prunable() {
		count, ok := r[p.Layer]
		if !ok {
			continue
		}
		if filters := p.Shape[len(p.Shape)-1]; count < 0 || count >= filters {
			return nil, fmt.Errorf("layer %s cannot lose %d of its %d filters: at least one stays", p.Layer, count, filters)
		}
		rated, err := rate(p)
		if err != nil {
			return nil, err
		}
		channels[p.Layer] = withoutLowest(rated, count)
	}
	for _, layer := range slices.Sorted(maps.Keys(r)) {
		if channels[layer] == nil {
			return nil, fmt.Errorf("network %s has no layer %s with a weight", n.Name, layer)
		}
	}
	return channels, nil
}

// withoutLowest lists in rising order all but the count with the smallest values.
func withoutLowest(rated []float64, count int) []int {
	order := make([]int, len(rated))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rated[a], rated[b]) })
	kept := order[count:]
	slices.Sort(kept)
	return kept
}

// RoundDown is a fraction of a number of filters, weights or edges, rounded down. The small
// number keeps a product such as 0.7·10 from falling to 6.
func RoundDown(n int, fraction float64) int { return int(float64(n)*fraction + 1e-9) }
