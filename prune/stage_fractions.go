package prune

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"espalier/nn"
)

// StageFractions say how many filters the inner convolutions of a network lose, stage
// by stage (Li et al., "Pruning filters for efficient ConvNets", ICLR 2017). A stage is
// the layers whose outputs have one height.
type StageFractions struct {
	// Fractions are those of the filters that go, one for each stage that has an inner
	// convolution, or one for all. Of C filters ⌊C·(1 − fraction)⌋ stay.
	Fractions []float64
	// Skip are numbers of convolutions that keep all filters. Convolutions count from
	// 1, the first; ProjectionShortcuts do not count.
	Skip []int
}

// publishedStageFractions has, by network, the published configurations by their names,
// in the implementation of Liu et al., "Rethinking the value of network pruning", ICLR
// 2019.
var publishedStageFractions = map[string]map[string]StageFractions{
	"vgg16":       {"A": vgg16A},
	"vgg16-fc512": {"A": vgg16A},
	"resnet56": {
		"A": {[]float64{0.1, 0.1, 0.1}, []int{16, 20, 38, 54}},
		"B": {[]float64{0.6, 0.3, 0.1}, []int{16, 18, 20, 34, 38, 54}},
	},
	"resnet110": {
		"A": {[]float64{0.5, 0, 0}, []int{36}},
		"B": {[]float64{0.5, 0.4, 0.3}, []int{36, 38, 74}},
	},
}

var vgg16A = StageFractions{[]float64{0.5, 0, 0, 0.5, 0.5}, []int{2}}

// ParseStageFractions reads the fractions for a network: the name of a published
// configuration, such as A of resnet56; or numbers with slashes between, such as
// 0.6/0.3/0.1, or one for all stages.
func ParseStageFractions(n *nn.Network, text string) (StageFractions, error) {
	if published, ok := publishedStageFractions[n.Name][text]; ok {
		return published, nil
	}
	var f StageFractions
	for part := range strings.SplitSeq(text, "/") {
		fraction, err := strconv.ParseFloat(part, 64)
		if err != nil || !(fraction >= 0 && fraction < 1) {
			return StageFractions{}, fmt.Errorf("fractions %q for network %s: write numbers in [0, 1) as 0.6/0.3/0.1, or the name of a published configuration: %s",
				text, n.Name, publishedNames())
		}
		f.Fractions = append(f.Fractions, fraction)
	}
	return f, nil
}

func publishedNames() string {
	var names []string
	for network, configurations := range publishedStageFractions {
		for name := range configurations {
			names = append(names, name+" of "+network)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// Removals are how many filters go, by layer. Fractions that are not in [0, 1), or not as
// many as there are stages, are an error.
func (f StageFractions) Removals(n *nn.Network) (Removals, error) {
	if len(f.Fractions) == 0 || slices.ContainsFunc(f.Fractions, func(x float64) bool { return !(x >= 0 && x < 1) }) {
		return nil, fmt.Errorf("the fractions %v of filters to remove from network %s: at least one is needed, and each is in [0, 1)", f.Fractions, n.Name)
	}
	inner, shortcuts := InnerConvolutions(n), ProjectionShortcuts(n)
	removals := make(Removals)
	number, stage, height := 0, -1, 0
	for _, node := range n.Nodes {
		if node.Layer.Kind() != nn.KindConvolution || slices.Contains(shortcuts, node.Name) {
			continue
		}
		number++
		if !slices.Contains(inner, node.Name) {
			continue
		}
		if node.Shape.Height != height {
			stage, height = stage+1, node.Shape.Height
		}
		if len(f.Fractions) > 1 && stage >= len(f.Fractions) {
			return nil, fmt.Errorf("network %s has more stages than the %d fractions of filters", n.Name, len(f.Fractions))
		}
		fraction := f.Fractions[min(stage, len(f.Fractions)-1)]
		if filters := node.Shape.Channels; !slices.Contains(f.Skip, number) {
			removals[node.Name] = filters - max(1, RoundDown(filters, 1-fraction))
		}
	}
	if stage+1 < len(f.Fractions) {
		return nil, fmt.Errorf("network %s has %d stages with convolutions that can lose filters, not %d", n.Name, stage+1, len(f.Fractions))
	}
	return removals, nil
}
