package cpu

import (
	"slices"

	"github.com/gomlx/compute"
)

// rematerialize makes a value lazy that one group computes and others read, if the value is
// a tensor scaled or shifted by few numbers and the tensor itself is in memory, too: the
// other groups then compute it again, and it need not be written. An example is the
// gradient in a residual network, which goes on along the shortcut and, scaled, into the
// batch norm beside it.
func (g *ir) rematerialize() {
	external := g.external()
	readers := map[*value][]unit{}
	for _, u := range g.units {
		for _, v := range g.readBy(u) {
			readers[v] = append(readers[v], u)
		}
	}
	for _, v := range g.outputs {
		readers[under(v)] = append(readers[under(v)], unit{})
	}
	for _, u := range g.units {
		if u.fused == nil {
			continue
		}
		for _, n := range u.fused.members {
			if external[n.result()] && g.isScaled(n, u.fused, external) && readInGroups(n.result(), readers[n.result()]) {
				g.lazy[n] = true
			}
		}
	}
}

// isScaled says that a member scales or shifts another, which is in memory.
func (g *ir) isScaled(n *node, c *cluster, external map[*value]bool) bool {
	switch n.op {
	case compute.OpTypeAdd, compute.OpTypeSub, compute.OpTypeMul:
	default:
		return false
	}
	if !isElementwise(n) || n.result().shape.Size() != c.size {
		return false
	}
	for i, v := range n.operands {
		tensor, few := seen(v), seen(n.operands[1-i])
		if isBroadcast(few.node) {
			few = seen(few.node.operands[0])
		}
		if tensor.shape.Size() == c.size && slices.Contains(c.members, tensor.node) && !g.lazy[tensor.node] &&
			external[tensor] && few.shape.Size() < c.size && !slices.Contains(c.members, few.node) {
			return true
		}
	}
	return false
}

// readInGroups says that a value is read, and only by groups of its size.
func readInGroups(v *value, readers []unit) bool {
	for _, u := range readers {
		if u.fused == nil || u.fused.size != v.shape.Size() {
			return false
		}
		if u.node != nil && slices.ContainsFunc(u.node.operands, func(o *value) bool { return under(o) == v }) {
			return false
		}
	}
	return len(readers) > 0
}
