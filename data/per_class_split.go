package data

import (
	"cmp"
	"fmt"
	"slices"

	"espalier/seed"
)

// PerClassSplit draws equally many nodes of each class for training and for
// validation; the rest is for testing. The zero value is the protocol of O. Shchur,
// M. Mumme, A. Bojchevski and S. Günnemann, "Pitfalls of Graph Neural Network
// Evaluation", 2018. A class that has fewer nodes gives what it has, first for
// training.
type PerClassSplit struct {
	Train      int // nodes of each class; 0 means 20
	Validation int // nodes of each class; 0 means 30

	// AnyClass draws the nodes for validation of all that are left, as many as there
	// would be, whatever their class.
	AnyClass bool
}

// Split splits the nodes of a graph that has labels. Every part is sorted.
func (o PerClassSplit) Split(g *Graph, s seed.Seed) (NodeSplit, error) {
	if g.Classes() == 0 {
		return NodeSplit{}, errNoLabels(g)
	}
	if o.Train < 0 || o.Validation < 0 {
		return NodeSplit{}, fmt.Errorf("%d and %d nodes of each class; they must not be negative", o.Train, o.Validation)
	}
	train, validation := cmp.Or(o.Train, 20), cmp.Or(o.Validation, 30)
	split := NodeSplit{Name: fmt.Sprintf("%d + %d a class", train, validation)}
	var left []int32
	for class, nodes := range g.nodesOfClasses() {
		shuffle(nodes, s.Stream("split", class))
		var drawn []int32
		drawn, nodes = cut(nodes, train)
		split.Train = append(split.Train, drawn...)
		if !o.AnyClass {
			drawn, nodes = cut(nodes, validation)
			split.Validation = append(split.Validation, drawn...)
		}
		left = append(left, nodes...)
	}
	if o.AnyClass {
		drawn := min(validation, g.Nodes()) * g.Classes()
		split.Name = fmt.Sprintf("%d a class + %d", train, drawn)
		slices.Sort(left)
		shuffle(left, s.Stream("validation"))
		split.Validation, left = cut(left, drawn)
	}
	split.Test = left
	return split.sorted(), nil
}
