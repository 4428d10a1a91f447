package prunetest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

// Case is one situation that a method is tested in. All fields of its input and
// selection but the input's mask are set; a nil mask is the dense network.
type Case struct {
	Name      string
	Input     prune.Input
	Selection prune.Selection
}

func (c Case) mask() *prune.Mask {
	if c.Input.Mask == nil {
		return prune.Ones(c.Input.Network)
	}
	return c.Input.Mask
}

// pools is the selection's allocation, less empty pools.
func (c Case) pools() []prune.Pool {
	var candidates, spared []nn.Parameter
	for _, p := range c.Input.Network.Prunable() {
		if c.Selection.Spare(p) {
			spared = append(spared, p)
		} else {
			candidates = append(candidates, p)
		}
	}
	pools := c.Selection.Allocation(c.Input.Network, c.Selection.Fraction, candidates, spared)
	return slices.DeleteFunc(pools, func(pool prune.Pool) bool { return len(pool.Parameters) == 0 })
}

// named is a variant of one part of a case.
type named[T any] struct {
	name  string
	value T
}

// Cases are the situations of the suite: every combination of network, mask,
// allocation, count, layers spared, and fraction.
func Cases() ([]Case, error) {
	inputs, err := inputs()
	if err != nil {
		return nil, fmt.Errorf("conformance suite: %w", err)
	}
	var cases []Case
	for _, in := range inputs {
		for _, sel := range selections(in.value.Network) {
			cases = append(cases, Case{Name: in.name + ", " + sel.name, Input: in.value, Selection: sel.value})
		}
	}
	return cases, nil
}

func selections(n *nn.Network) []named[prune.Selection] {
	var all []named[prune.Selection]
	for _, allocation := range []named[prune.Allocation]{
		{"global", prune.Global},
		{"by layer", prune.ByLayer},
		{"by kind", prune.ByKind(prune.Rates{})},
		{"by kind with rates", prune.ByKind(prune.Rates{Convolution: 0.15, Output: 0.35})},
	} {
		for _, count := range []named[prune.Count]{{"round", prune.Round}, {"ceil plus one", prune.CeilPlusOne}} {
			for _, spare := range spares(n) {
				for _, fraction := range []float64{0.01, 0.2, 0.5, 1} {
					all = append(all, named[prune.Selection]{
						fmt.Sprintf("%s, %s, %s spared, fraction %v", allocation.name, count.name, spare.name, fraction),
						prune.Selection{Fraction: fraction, Allocation: allocation.value, Count: count.value, Spare: spare.value},
					})
				}
			}
		}
	}
	return all
}

func spares(n *nn.Network) []named[prune.Spare] {
	return []named[prune.Spare]{
		{"nothing", prune.SpareLayers()},
		{"first and last", prune.SpareLayers(n.Prunable()[0].Layer, prune.OutputLayer(n))},
		{"everything", func(nn.Parameter) bool { return true }},
	}
}

// inputs are networks with weights, some of them with many equal magnitudes, under
// masks of several densities.
func inputs() ([]named[prune.Input], error) {
	networks, err := networks()
	if err != nil {
		return nil, err
	}
	var all []named[prune.Input]
	for i, n := range networks {
		s := seed.Seed(i)
		weights, err := nn.Initialize(n, nn.KaimingNormal, s.Derive("weights"))
		if err != nil {
			return nil, err
		}
		initial, err := nn.Initialize(n, nn.KaimingNormal, s.Derive("initial"))
		if err != nil {
			return nil, err
		}
		random := func(name string) *rand.Rand { return s.Stream(name) }
		for _, values := range []named[nn.Weights]{{"distinct", weights}, {"equal", coarse(weights)}} {
			for _, mask := range masks(n, s) {
				all = append(all, named[prune.Input]{
					fmt.Sprintf("%s with %s weights, %s", n.Name, values.name, mask.name),
					prune.Input{Network: n, Weights: values.value, Initial: initial, Mask: mask.value, Random: random, Derivatives: quadratic{n}},
				})
			}
		}
	}
	return all, nil
}

func masks(n *nn.Network, s seed.Seed) []named[*prune.Mask] {
	return []named[*prune.Mask]{
		{"dense", nil},
		{"half dense", sparse(n, s, 0.5)},
		{"almost empty", sparse(n, s, 0.02)},
	}
}

// sparse is a mask in which each weight lives with the given probability.
func sparse(n *nn.Network, s seed.Seed, density float64) *prune.Mask {
	editor := prune.Ones(n).Edit()
	for _, p := range n.Prunable() {
		random := s.Stream("mask " + p.Name)
		for i := range p.Size() {
			editor.Set(p.Name, i, random.Float64() < density)
		}
	}
	return editor.Mask()
}

// coarse rounds weights to multiples of ¼, so that most have equals.
func coarse(weights nn.Weights) nn.Weights {
	rounded := weights.Clone()
	for _, values := range rounded {
		for i, value := range values {
			values[i] = float32(math.Round(4*float64(value)) / 4)
		}
	}
	return rounded
}
