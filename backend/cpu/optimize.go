package cpu

// graph is a function while it is compiled.
type graph struct {
	nodes   []*node
	outputs []*value
	units   []unit
}

// unit is what runs as one: a node, or a fused group of element-wise nodes.
type unit struct {
	node  *node
	fused *cluster
}

// optimize reduces a function to what its results need.
func optimize(f *Function, s *summary) (*graph, error) {
	g := &graph{nodes: f.nodes, outputs: f.outputs}
	s.recorded = len(f.nodes)
	s.dead += g.sweep()
	g.schedule(s)
	return g, nil
}

// sweep drops the nodes that no output needs and returns how many. Nodes stay in
// the order in which they were recorded, which puts operands first.
func (g *graph) sweep() int {
	live := map[*node]bool{}
	var stack []*node
	visit := func(v *value) {
		if !live[v.node] {
			live[v.node] = true
			stack = append(stack, v.node)
		}
	}
	for _, v := range g.outputs {
		visit(v)
	}
	for len(stack) > 0 {
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, v := range n.operands {
			visit(v)
		}
	}
	kept := make([]*node, 0, len(live))
	for _, n := range g.nodes {
		if live[n] {
			kept = append(kept, n)
		}
	}
	dropped := len(g.nodes) - len(kept)
	g.nodes = kept
	return dropped
}
