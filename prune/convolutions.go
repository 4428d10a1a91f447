package prune

import (
	"slices"

	"espalier/nn"
)

// InnerConvolutions lists the convolutions that can lose filters without any sum losing
// channels: the outputs of each are read, through layers that keep channels apart, only
// by convolutions and linear layers. In residual networks these are all convolutions of
// a block but the last, in other networks all convolutions. Grouped convolutions are
// not among them.
func InnerConvolutions(n *nn.Network) []string {
	readers := readersOf(n)
	var inner []string
	for i, node := range n.Nodes {
		layer, ok := node.Layer.(nn.Convolution)
		if ok && layer.Groups < 2 && !feedsSum(n, readers, i) {
			inner = append(inner, node.Name)
		}
	}
	return inner
}

// readersOf lists for each layer those that read it.
func readersOf(n *nn.Network) [][]int {
	readers := make([][]int, len(n.Nodes))
	for i, node := range n.Nodes {
		for _, input := range node.Inputs {
			if input != nn.Input {
				readers[input] = append(readers[input], i)
			}
		}
	}
	return readers
}

// feedsSum reports whether a layer's channels reach a layer with several inputs, or the
// network's output, before they reach one with weights. A grouped convolution keeps
// channels apart too.
func feedsSum(n *nn.Network, readers [][]int, i int) bool {
	return i == len(n.Nodes)-1 || slices.ContainsFunc(readers[i], func(reader int) bool {
		switch layer := n.Nodes[reader].Layer.(type) {
		case nn.Convolution:
			return layer.Groups > 1 && feedsSum(n, readers, reader)
		case nn.Linear:
			return false
		}
		return len(n.Nodes[reader].Inputs) > 1 || feedsSum(n, readers, reader)
	})
}

// ProjectionShortcuts lists the convolutions that do nothing but bring the input of a
// residual block to the shape of its output: those whose output goes, through batch
// norm alone, into a sum, and whose input another layer reads too.
func ProjectionShortcuts(n *nn.Network) []string {
	readers := readersOf(n)
	var shortcuts []string
	for i, node := range n.Nodes {
		input := nn.Input
		if len(node.Inputs) > 0 {
			input = node.Inputs[0]
		}
		if node.Layer.Kind() != nn.KindConvolution || input == nn.Input || len(readers[input]) < 2 {
			continue
		}
		for len(readers[i]) == 1 && n.Nodes[readers[i][0]].Layer.Kind() == nn.KindBatchNorm {
			i = readers[i][0]
		}
		if len(readers[i]) == 1 && n.Nodes[readers[i][0]].Layer.Kind() == nn.KindAdd {
			shortcuts = append(shortcuts, node.Name)
		}
	}
	return shortcuts
}
