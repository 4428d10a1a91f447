package data

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// NodeSplit says which nodes are for training, validation and testing. A node is in
// one part at most; it may be in none.
type NodeSplit struct {
	Name                    string
	Train, Validation, Test []int32
}

func (s NodeSplit) validate(nodes int) error {
	seen := make([]bool, nodes)
	for _, part := range [][]int32{s.Train, s.Validation, s.Test} {
		for _, node := range part {
			if node < 0 || int(node) >= nodes {
				return fmt.Errorf("split %q has node %d, but there are %d", s.Name, node, nodes)
			}
			if seen[node] {
				return fmt.Errorf("split %q has node %d twice", s.Name, node)
			}
			seen[node] = true
		}
	}
	return nil
}

func cloneSplits(splits []NodeSplit) []NodeSplit {
	clones := slices.Clone(splits)
	for i, s := range clones {
		clones[i] = NodeSplit{Name: s.Name, Train: slices.Clone(s.Train), Validation: slices.Clone(s.Validation), Test: slices.Clone(s.Test)}
	}
	return clones
}

// keep renumbers the nodes of a split: number has the new one of each, or −1 for
// those that are gone.
func (s NodeSplit) keep(number []int32) NodeSplit {
	renumber := func(part []int32) []int32 {
		var kept []int32
		for _, node := range part {
			if number[node] >= 0 {
				kept = append(kept, number[node])
			}
		}
		return kept
	}
	return NodeSplit{Name: s.Name, Train: renumber(s.Train), Validation: renumber(s.Validation), Test: renumber(s.Test)}
}

func errNoLabels(g *Graph) error {
	return fmt.Errorf("graph %q has no labels, by which nodes could be split", g.Name())
}

// nodesOfClasses are the nodes of each class, sorted.
func (g *Graph) nodesOfClasses() [][]int32 {
	nodes := make([][]int32, g.Classes())
	for node, label := range g.content.Labels {
		nodes[label] = append(nodes[label], int32(node))
	}
	return nodes
}

func shuffle(nodes []int32, stream *rand.Rand) {
	stream.Shuffle(len(nodes), func(i, j int) { nodes[i], nodes[j] = nodes[j], nodes[i] })
}

// cut takes the first n, or as many as there are.
func cut(nodes []int32, n int) (first, rest []int32) {
	n = min(n, len(nodes))
	return nodes[:n], nodes[n:]
}

func (s NodeSplit) sorted() NodeSplit {
	for _, part := range []*[]int32{&s.Train, &s.Validation, &s.Test} {
		*part = slices.Clone(*part)
		slices.Sort(*part)
	}
	return s
}
