package experiments

import (
	"cmp"

	"espalier/data"
	"espalier/gnn"
)

// What cost estimates by: how many numbers that edges and features carry, and how much
// arithmetic, the default backend does in a second on one core, of whole runs of these
// experiments; how long it is busy with a weight in a step; how much faster it carries
// rows that are only multiplied and added up than those that attention is paid to, and
// how many numbers it could carry while it finds a row; and how many epochs a training
// that stops by itself takes at most.
const (
	costCarried      = 4e8
	costWeight       = 4e-9 // seconds
	costPlainRow     = 6
	costRow          = 5
	costStoppedEpoch = 800
)

// add counts epochs, a step each, that take so many seconds each on one core.
func (c *Cost) add(epochs int, seconds float64) {
	c.Iterations += epochs
	c.Minutes += float64(epochs) * seconds / costCores / 60
}

// epochSeconds is an estimate of what a step and an inference of a network on a graph that
// has a name take on one core.
func epochSeconds(network gnn.Network, set string) (float64, error) {
	size, err := data.SizeOfGraph(set)
	if err != nil {
		return 0, err
	}
	return stepSeconds(network, gnn.Shape{
		Nodes: size.Nodes, Edges: 2 * size.Edges, Features: size.Features, Classes: max(size.Classes, 2),
	}), nil
}

// stepSeconds is an estimate of what a step and an inference of a network take on one
// core: each weight's columns go along every edge once, those of a propagation several
// times, and a tenth of the features are taken not to be 0.
func stepSeconds(n gnn.Network, s gnn.Shape) float64 {
	var carried, products, weights float64
	first := true
	for _, p := range n.Parameters(s) {
		if !p.Prunable() {
			continue
		}
		in, out := float64(p.Shape[0]), float64(p.Shape[1])
		weights += in * out
		if first {
			in /= 10
			first = false
		}
		products += 2 * float64(s.Nodes) * in * out
		carried += row(n, out)
	}
	switch n := n.(type) {
	case gnn.APPNP:
		carried = row(n, float64(s.Classes)) * float64(cmp.Or(n.Hops, 10))
	case gnn.SGC:
		carried *= float64(cmp.Or(n.Hops, 2))
	case gnn.MLP:
		carried = 0
	}
	return 4*(float64(s.Edges)*carried/costCarried+products/costOperations) + weights*costWeight + costStep
}

// row is how many numbers an edge could carry while it carries a row of some.
func row(n gnn.Network, width float64) float64 {
	switch n.(type) {
	case gnn.GAT, gnn.ResGCN:
		return width
	}
	return width/costPlainRow + costRow
}
