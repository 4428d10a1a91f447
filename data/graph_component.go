package data

// Components returns the number of each node's component, whatever the direction of
// its edges, and the sizes of the components. They are numbered by their first node.
func (g *Graph) Components() (of []int32, sizes []int) {
	of = make([]int32, g.Nodes())
	for i := range of {
		of[i] = -1
	}
	var queue []int32
	for first := range of {
		if of[first] >= 0 {
			continue
		}
		component := int32(len(sizes))
		of[first] = component
		queue = append(queue[:0], int32(first))
		for at := 0; at < len(queue); at++ {
			node := int(queue[at])
			for _, row := range [][]int32{g.incoming.row(node), g.outgoing.row(node)} {
				for _, other := range row {
					if of[other] < 0 {
						of[other] = component
						queue = append(queue, other)
					}
				}
			}
		}
		sizes = append(sizes, len(queue))
	}
	return of, sizes
}

// LargestComponent is the subgraph of the component with the most nodes, the first
// among equal ones. Nodes keep their order.
func (g *Graph) LargestComponent() *Graph {
	of, sizes := g.Components()
	largest := 0
	for i, size := range sizes {
		if size > sizes[largest] {
			largest = i
		}
	}
	var nodes []int32
	for node, component := range of {
		if int(component) == largest {
			nodes = append(nodes, int32(node))
		}
	}
	return g.subgraph("largest component", nodes)
}
