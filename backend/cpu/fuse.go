package cpu

import (
	"container/heap"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// cluster is a group of element-wise nodes with results of one size, which run as
// one pass over memory.
type cluster struct {
	size    int
	members []*node
	emitted bool
}

// maxMembers of a cluster, so that its blocks stay in cache.
const maxMembers = 48

// isView says that a node's result is its operand's memory.
func isView(op compute.OpType) bool {
	switch op {
	case compute.OpTypeReshape, compute.OpTypeIdentity, compute.OpTypeBitcast,
		compute.OpTypeOptimizationBarrier, compute.OpTypeSchedulingBarrier:
		return true
	}
	return false
}

// isLeaf says that a node has no operands to wait for and is placed by itself.
func isLeaf(op compute.OpType) bool {
	return op == compute.OpTypeParameter || op == compute.OpTypeConstant || op == compute.OpTypeCapturedValue
}

// seen looks through reshapes: it returns the value whose elements v has.
func seen(v *value) *value {
	for v.node.op == compute.OpTypeReshape || v.node.op == compute.OpTypeIdentity {
		v = v.node.operands[0]
	}
	return v
}

// under looks through all views.
func under(v *value) *value {
	for isView(v.node.op) {
		v = v.node.operands[v.index]
	}
	return v
}

// isBlockType says that elements of a data type are computed as float32 blocks.
func isBlockType(dtype dtypes.DType) bool {
	return dtype == dtypes.Float32 || dtype == dtypes.Bool
}

// isBroadcast says that a node only repeats elements that blocks can hold.
func isBroadcast(n *node) bool {
	return n.op == compute.OpTypeBroadcastInDim && isBlockType(n.result().shape.DType) && n.result().shape.Size() > 0
}

// isElementwise says that a node can be a member of a cluster.
func isElementwise(n *node) bool {
	if len(n.results) != 1 || !isBlockType(n.result().shape.DType) || n.result().shape.Size() == 0 {
		return false
	}
	if n.op == compute.OpTypeConvertDType {
		from := n.operands[0].shape.DType
		return isBlockType(from) || from == dtypes.Int32
	}
	for _, v := range n.operands {
		if !isBlockType(v.shape.DType) {
			return false
		}
	}
	return n.op == compute.OpTypeWhere || vectorUnaries[n.op] != nil || vectorBinaries[n.op] != nil
}

// scheduler puts nodes in the order in which they run and groups element-wise ones.
// It takes every element-wise node as soon as it can be computed and leaves all
// others for as long as possible, so that groups grow until somebody outside needs
// what they compute. A group runs when that happens, so everything that it reads
// has run before.
type scheduler struct {
	units    []unit
	position map[*node]int
	waiting  map[*node]int
	users    map[*node][]*node
	ready    nodeHeap
	eager    nodeHeap
	clusters map[*node]*cluster
	order    []*cluster
	emitted  map[*node]bool
}

// nodeHeap holds nodes by when they were recorded.
type nodeHeap struct {
	nodes    []*node
	position map[*node]int
}

func (h *nodeHeap) Len() int           { return len(h.nodes) }
func (h *nodeHeap) Less(i, j int) bool { return h.position[h.nodes[i]] < h.position[h.nodes[j]] }
func (h *nodeHeap) Swap(i, j int)      { h.nodes[i], h.nodes[j] = h.nodes[j], h.nodes[i] }
func (h *nodeHeap) Push(x any)         { h.nodes = append(h.nodes, x.(*node)) }
func (h *nodeHeap) Pop() any {
	last := h.nodes[len(h.nodes)-1]
	h.nodes = h.nodes[:len(h.nodes)-1]
	return last
}

// schedule orders and groups the graph's nodes.
func (g *ir) schedule(s *summary) {
	k := &scheduler{position: map[*node]int{}, waiting: map[*node]int{}, users: map[*node][]*node{},
		clusters: map[*node]*cluster{}, emitted: map[*node]bool{}}
	k.ready.position, k.eager.position = k.position, k.position
	for i, n := range g.nodes {
		k.position[n] = i
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
	if isView(n.op) || isLeaf(n.op) || isBroadcast(n) || isElementwise(n) {
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
	case isView(n.op), isBroadcast(n):
		// Where its operand is; or with whoever reads it.
	case isElementwise(n):
		k.join(n)
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

// need makes sure that a value is computed by the units so far.
func (k *scheduler) need(v *value) {
	n := under(v).node
	if c := k.clusters[n]; c != nil {
		k.close(c)
		return
	}
	if isBroadcast(n) && !k.emitted[n] {
		k.need(n.operands[0])
		k.emitted[n] = true
		k.units = append(k.units, unit{fused: &cluster{size: n.result().shape.Size(), members: []*node{n}, emitted: true}})
	}
}

// close ends a group: it runs now.
func (k *scheduler) close(c *cluster) {
	if !c.emitted {
		c.emitted = true
		k.units = append(k.units, unit{fused: c})
	}
}

// source is what a member of a group of a size reads: the operand itself, or what a
// broadcast to that size repeats.
func source(v *value, size int) *value {
	if base := seen(v); base.shape.Size() == size && isBroadcast(base.node) {
		return base.node.operands[0]
	}
	return v
}

// join puts a node into the open groups that compute its operands, made one; or
// into a new group.
func (k *scheduler) join(n *node) {
	size := n.result().shape.Size()
	var open []*cluster
	members := 1
	for _, v := range n.operands {
		v = seen(v)
		c := k.clusters[v.node]
		if c == nil || c.emitted || c.size != size || v.shape.Size() != size || slices.Contains(open, c) {
			continue
		}
		if members+len(c.members) <= maxMembers {
			members += len(c.members)
			open = append(open, c)
		}
	}
	// Whatever is read from outside runs before. That can close one of the groups.
	for _, v := range n.operands {
		if c := k.clusters[seen(v).node]; c == nil || !slices.Contains(open, c) {
			k.need(source(v, size))
		}
	}
	joined := &cluster{size: size}
	for _, c := range open {
		if c.emitted {
			continue
		}
		if len(joined.members) == 0 {
			joined = c
			continue
		}
		joined.members = append(joined.members, c.members...)
		for _, member := range c.members {
			k.clusters[member] = joined
		}
	}
	joined.members = append(joined.members, n)
	k.clusters[n] = joined
}

// external are the results of group members that are read outside of their group.
func (g *ir) external() map[*value]bool {
	out := map[*value]bool{}
	for _, v := range g.outputs {
		out[under(v)] = true
	}
	for _, u := range g.units {
		if u.fused == nil {
			for _, v := range u.node.operands {
				out[under(v)] = true
			}
			continue
		}
		for _, n := range u.fused.members {
			for _, v := range n.operands {
				if !slices.Contains(u.fused.members, seen(v).node) {
					out[under(v)] = true
					out[under(source(v, u.fused.size))] = true
				}
			}
		}
	}
	return out
}
