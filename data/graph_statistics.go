package data

// Homophily is the share of edges between two nodes of the same class, where each pair
// of nodes with an edge in either direction counts once and loops do not count. The
// second result is false without labels or edges.
func (g *Graph) Homophily() (share float64, ok bool) {
	same, all := 0, 0
	for to := range g.Nodes() {
		last := int32(-1)
		for _, from := range g.incoming.row(to) {
			if from == last || int(from) == to || int(from) > to && g.outgoing.has(to, from) {
				continue
			}
			last = from
			all++
			if g.Classes() > 0 && g.Label(int(from)) == g.Label(to) {
				same++
			}
		}
	}
	if g.Classes() == 0 || all == 0 {
		return 0, false
	}
	return float64(same) / float64(all), true
}

// NodeHomophily is the mean, over all nodes with an edge from another node, of the
// share of those other nodes, each counted once, that are of the node's class. The
// second result is false without labels or edges.
func (g *Graph) NodeHomophily() (mean float64, ok bool) {
	nodes := 0
	for to := range g.Nodes() {
		same, all := 0, 0
		last := int32(-1)
		for _, from := range g.incoming.row(to) {
			if from == last || int(from) == to {
				continue
			}
			last = from
			all++
			if g.Classes() > 0 && g.Label(int(from)) == g.Label(to) {
				same++
			}
		}
		if all > 0 {
			nodes++
			mean += float64(same) / float64(all)
		}
	}
	if g.Classes() == 0 || nodes == 0 {
		return 0, false
	}
	return mean / float64(nodes), true
}

// Degrees returns, for each node, with how many others it has an edge, in either
// direction.
func (g *Graph) Degrees() []int {
	degrees := make([]int, g.Nodes())
	for node := range degrees {
		in, out := g.incoming.row(node), g.outgoing.row(node)
		for len(in) > 0 || len(out) > 0 {
			other := nextNode(in, out)
			if int(other) != node {
				degrees[node]++
			}
			in, out = in[leading(in, other):], out[leading(out, other):]
		}
	}
	return degrees
}
