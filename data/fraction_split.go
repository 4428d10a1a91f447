package data

import (
	"fmt"
	"math"

	"espalier/seed"
)

// FractionSplit draws shares of each class; the rest is for testing. The zero value
// has the shares of the ten splits in the files of H. Pei, B. Wei, K. Chang, Y. Lei
// and B. Yang, "Geom-GCN", ICLR 2020, which are not drawn by class: 48 % for
// training, 32 % for validation, 20 % for testing. The numbers of a class are
// rounded, and at least one of its nodes is for training.
type FractionSplit struct {
	Train, Validation float64 // both 0 mean .48 and .32
}

// Split splits the nodes of a graph that has labels. Every part is sorted.
func (o FractionSplit) Split(g *Graph, s seed.Seed) (NodeSplit, error) {
	if g.Classes() == 0 {
		return NodeSplit{}, errNoLabels(g)
	}
	if o == (FractionSplit{}) {
		o = FractionSplit{Train: .48, Validation: .32}
	}
	if !(o.Train > 0 && o.Validation >= 0 && o.Train+o.Validation <= 1) {
		return NodeSplit{}, fmt.Errorf("shares of %g and %g; they must be positive and not above 1 together", o.Train, o.Validation)
	}
	percent := func(share float64) int { return int(math.Round(100 * share)) }
	split := NodeSplit{Name: fmt.Sprintf("%d/%d/%d", percent(o.Train), percent(o.Validation), percent(1-o.Train-o.Validation))}
	for class, nodes := range g.nodesOfClasses() {
		shuffle(nodes, s.Stream("split", class))
		n := float64(len(nodes))
		train := max(1, int(math.Round(o.Train*n)))
		drawn, rest := cut(nodes, train)
		split.Train = append(split.Train, drawn...)
		drawn, rest = cut(rest, max(0, int(math.Round((o.Train+o.Validation)*n))-train))
		split.Validation = append(split.Validation, drawn...)
		split.Test = append(split.Test, rest...)
	}
	return split.sorted(), nil
}
