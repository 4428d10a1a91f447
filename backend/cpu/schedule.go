package cpu

import (
	"container/heap"
	"slices"
)

// scheduler orders nodes and groups element-wise ones. It takes every element-wise node as
// soon as it can be computed and postpones all others, so that a group grows until a node
// outside of it needs a result. The group is placed there, when everything that it reads
// has run.
type scheduler struct {
	units    []unit
	waiting  map[*node]int
	users    map[*node][]*node
	ready    nodeHeap
	eager    nodeHeap
	lazy     map[*node]bool
	clusters map[*node]*cluster
	emitted  map[*node]bool
}

// nodeHeap holds nodes by when they were recorded.
type nodeHeap struct {
	nodes    []*node
	position map[*node]int
}

// Len is the number of nodes.
func (h *nodeHeap) Len() int { return len(h.nodes) }

// Less puts what was recorded first in front.
func (h *nodeHeap) Less(i, j int) bool { return h.position[h.nodes[i]] < h.position[h.nodes[j]] }

// Swap exchanges two nodes.
func (h *nodeHeap) Swap(i, j int) { h.nodes[i], h.nodes[j] = h.nodes[j], h.nodes[i] }

// Push adds a node, for package heap.
func (h *nodeHeap) Push(x any) { h.nodes = append(h.nodes, x.(*node)) }

// Pop removes the last node, for package heap.
func (h *nodeHeap) Pop() any {
	last := h.nodes[len(h.nodes)-1]
	h.nodes = h.nodes[:len(h.nodes)-1]
	return last
}

// schedule orders and groups the graph's nodes.
func (g *ir) schedule(s *summary) {
	g.lazy = g.lazyNodes()
	position := map[*node]int{}
	k := &scheduler{waiting: map[*node]int{}, users: map[*node][]*node{}, lazy: g.lazy,
		ready: nodeHeap{position: position}, eager: nodeHeap{position: position},
		clusters: map[*node]*cluster{}, emitted: map[*node]bool{}}
	for i, n := range g.nodes {
		position[n] = i
		operands := operandNodes(n)
		k.waiting[n] = len(operands)
		for _, operand := range operands {
			k.users[operand] = append(k.users[operand], n)
		}
	}
	for _, n := range g.nodes {
		if k.waiting[n] == 0 {
			k.enqueue(n)
		}
	}
	for k.eager.Len() > 0 || k.ready.Len() > 0 {
		queue := &k.eager
		if queue.Len() == 0 {
			queue = &k.ready
		}
		k.take(heap.Pop(queue).(*node))
	}
	for _, v := range g.outputs {
		k.need(v)
	}
	g.units = k.units
	for _, u := range g.units {
		if u.fused != nil {
			s.fused += len(u.fused.members) - 1
		}
	}
}

// operandNodes are the distinct nodes whose results a node uses.
func operandNodes(n *node) []*node {
	var out []*node
	for _, v := range n.operands {
		if !slices.Contains(out, v.node) {
			out = append(out, v.node)
		}
	}
	return out
}

func (k *scheduler) enqueue(n *node) {
	if isView(n.op) || isLeaf(n.op) || k.lazy[n] || isElementwise(n) || isReduction(n) {
		heap.Push(&k.eager, n)
		return
	}
	heap.Push(&k.ready, n)
}

// take runs a node whose operands are taken, or puts it into a group.
func (k *scheduler) take(n *node) {
	switch {
	case isLeaf(n.op):
		k.emit(n)
	case isView(n.op), k.lazy[n]:
		// A view has its operand's memory, and readers compute a lazy node themselves.
	case isElementwise(n):
		k.join(n, n.result().shape.Size())
	case isReduction(n) && k.computedInBlocks(n.operands[0]):
		k.join(n, n.operands[0].shape.Size())
	default:
		for _, v := range n.operands {
			k.need(v)
		}
		k.emit(n)
	}
	for _, user := range k.users[n] {
		if k.waiting[user]--; k.waiting[user] == 0 {
			k.enqueue(user)
		}
	}
}

func (k *scheduler) emit(n *node) {
	k.emitted[n] = true
	k.units = append(k.units, unit{node: n})
}

// computedInBlocks says that a value need not be read from memory.
func (k *scheduler) computedInBlocks(v *value) bool {
	n := seen(v).node
	c := k.clusters[n]
	return c != nil && !c.emitted && !isReduction(n) || k.lazy[n] && !k.emitted[n] && !isBroadcast(n)
}

// need makes sure that a value is computed by the units so far.
func (k *scheduler) need(v *value) {
	n := under(v).node
	if c := k.clusters[n]; c != nil {
		k.close(c)
		return
	}
	if k.lazy[n] && !k.emitted[n] {
		for _, operand := range n.operands {
			k.needIn(operand, n.result().shape.Size())
		}
		k.emitted[n] = true
		k.units = append(k.units, unit{fused: &cluster{size: n.result().shape.Size(), members: []*node{n}, emitted: true}})
	}
}

// needIn makes sure that a group of a size can read a value.
func (k *scheduler) needIn(v *value, size int) {
	for _, s := range sources(v, size, func(n *node) bool { return k.lazy[n] && !k.emitted[n] }) {
		k.need(s)
	}
}

// close ends a group: it runs now.
func (k *scheduler) close(c *cluster) {
	if !c.emitted {
		c.emitted = true
		k.units = append(k.units, unit{fused: c})
	}
}

// sources are what a group of a size reads from memory for a value: the value
// itself, or what a lazy node is computed of.
func sources(v *value, size int, lazy func(n *node) bool) []*value {
	base := seen(v)
	if base.shape.Size() != size || !lazy(base.node) {
		return []*value{v}
	}
	if isBroadcast(base.node) {
		return base.node.operands
	}
	var out []*value
	for _, operand := range base.node.operands {
		out = append(out, sources(operand, size, lazy)...)
	}
	return out
}

// inside says that a value of a group's size is computed by a member.
func (k *scheduler) inside(v *value, size int) *cluster {
	v = seen(v)
	c := k.clusters[v.node]
	if c == nil || c.emitted || c.size != size || v.shape.Size() != size || isReduction(v.node) {
		return nil
	}
	return c
}

// join puts a node into the open groups that compute its operands, made one; or
// into a new group.
func (k *scheduler) join(n *node, size int) {
	var open []*cluster
	members, unit := 1, unitOf(n)
	for _, v := range n.operands {
		c := k.inside(v, size)
		if c == nil || slices.Contains(open, c) || members+len(c.members) > maxMembers {
			continue
		}
		if joint := leastCommonMultiple(unit, c.unit); joint <= maxUnit {
			members += len(c.members)
			unit = joint
			open = append(open, c)
		}
	}
	// Whatever is read from outside runs before. That can close one of the groups.
	for _, v := range n.operands {
		if c := k.inside(v, size); c == nil || !slices.Contains(open, c) {
			k.needIn(v, size)
		}
	}
	joined := &cluster{size: size, unit: unitOf(n)}
	for _, c := range open {
		if c.emitted {
			continue
		}
		if len(joined.members) == 0 {
			joined = c
			joined.unit = leastCommonMultiple(unitOf(n), c.unit)
			continue
		}
		joined.unit = leastCommonMultiple(joined.unit, c.unit)
		joined.members = append(joined.members, c.members...)
		for _, member := range c.members {
			k.clusters[member] = joined
		}
	}
	joined.members = append(joined.members, n)
	k.clusters[n] = joined
}

// external are the results that are read from memory, among them those of group
// members that are read outside of their group.
func (g *ir) external() map[*value]bool {
	out := map[*value]bool{}
	for _, v := range g.outputs {
		out[under(v)] = true
	}
	for _, u := range g.units {
		for _, v := range g.readBy(u) {
			out[v] = true
		}
	}
	return out
}

// readBy are the values that a unit reads from memory. A result that it computes
// itself is not among them where its epilogue finds it in cache.
func (g *ir) readBy(u unit) []*value {
	var out []*value
	if u.node != nil {
		for _, v := range u.node.operands {
			out = append(out, under(v))
		}
	}
	if u.then != nil {
		for _, v := range u.then.operands {
			if v = under(v); v.node != u.node {
				out = append(out, v)
			}
		}
	}
	if u.fused == nil {
		return out
	}
	lazy := func(n *node) bool { return g.lazy[n] }
	for _, n := range u.fused.members {
		for _, v := range n.operands {
			if slices.Contains(u.fused.members, seen(v).node) && v.shape.Size() == u.fused.size {
				continue
			}
			for _, s := range sources(v, u.fused.size, lazy) {
				if s = under(s); s.node != u.node {
					out = append(out, s)
				}
			}
		}
	}
	return out
}
