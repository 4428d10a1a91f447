package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// cluster is a group of element-wise nodes of one size, and of reductions of what
// they compute, which run as one pass over memory.
type cluster struct {
	size    int
	members []*node
	emitted bool
	// unit is the number of elements of which the length of blocks is a multiple, for the
	// reductions.
	unit int
}

// maxMembers of a cluster, so that its blocks stay in cache.
const maxMembers = 48

// maxUnit bounds the blocks of clusters with several reductions.
const maxUnit = 2 * maxColumns

// unitOf is the number of which a node needs the length of blocks to be a multiple.
func unitOf(n *node) int {
	if !isReduction(n) {
		return 1
	}
	groups := groupAxes(n.operands[0].shape.Dimensions, n.attributes.(*reduceAttributes).axes)
	if len(groups) == 1 {
		return 1
	}
	return groups[1].length
}

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

// readThrough looks through a broadcast: it returns the value that an operand of an
// element-wise operation repeats, and the pattern in which that is read.
func readThrough(v *value, shape shapes.Shape) (source *value, walk pattern) {
	if isBroadcast(v.node) && v.shape.Equal(shape) {
		return v.node.operands[0], broadcastPattern(v.node)
	}
	return v, implicitBroadcast(v.shape, shape)
}

// isElementwise says that a node can be a member of a cluster, one result for each
// element.
func isElementwise(n *node) bool {
	if len(n.results) != 1 || !isBlockType(n.result().shape.DType) || n.result().shape.Size() == 0 {
		return false
	}
	if n.op == compute.OpTypeConvertDType {
		from := n.operands[0].shape.DType
		return isBlockType(from) || from == dtypes.Int32 || from == dtypes.Uint32
	}
	for _, v := range n.operands {
		if !isBlockType(v.shape.DType) {
			return false
		}
	}
	return n.op == compute.OpTypeWhere || vectorUnaries[n.op] != nil || vectorBinaries[n.op] != nil
}

// maxColumns is the longest row or line that a cluster reduces: a block holds at
// least one.
const maxColumns = 2 * blockLength

// isReduction says that a node reduces all elements, rows to one, or each line, of
// float32 elements that a cluster computes.
func isReduction(n *node) bool {
	if _, ok := folds[n.op]; !ok || !isFloat32(n) || n.operands[0].shape.Size() == 0 {
		return false
	}
	groups := groupAxes(n.operands[0].shape.Dimensions, n.attributes.(*reduceAttributes).axes)
	switch len(groups) {
	case 1:
		return groups[0].reduced
	case 2:
		return groups[1].length <= maxColumns
	}
	return false
}

// lazyNodes are element-wise nodes that are so cheap that each of their several readers
// computes them again, in place of reading them from memory: those that shift or scale a
// tensor in memory by few numbers. Broadcasts are lazy, too.
func (g *ir) lazyNodes() map[*node]bool {
	users := map[*node][]*node{}
	for _, n := range g.nodes {
		if isView(n.op) {
			continue
		}
		for _, v := range n.operands {
			users[seen(v).node] = append(users[seen(v).node], n)
		}
	}
	for _, v := range g.outputs {
		users[seen(v).node] = append(users[seen(v).node], nil)
	}
	lazy := map[*node]bool{}
	for _, n := range g.nodes {
		lazy[n] = isBroadcast(n) || isCheap(n) && readInBlocks(n, users[n])
	}
	return lazy
}

// isCheap says that a node shifts or scales a tensor that no cluster computes.
func isCheap(n *node) bool {
	switch n.op {
	case compute.OpTypeAdd, compute.OpTypeSub, compute.OpTypeMul:
	default:
		return false
	}
	if !isElementwise(n) || n.result().shape.DType != dtypes.Float32 {
		return false
	}
	size, tensors, few := n.result().shape.Size(), 0, 0
	for _, v := range n.operands {
		switch base := seen(v); {
		case base.shape.Size() < size:
			few++
		case isBroadcast(base.node) && base.node.operands[0].shape.Size() < size:
			few++
		case !isElementwise(base.node) && !isBroadcast(base.node):
			tensors++
		}
	}
	return tensors == 1 && few == 1
}

// readInBlocks says that several nodes read a node's result, and all of them in
// blocks of its own size.
func readInBlocks(n *node, users []*node) bool {
	size := n.result().shape.Size()
	for _, user := range users {
		switch {
		case user == nil:
			return false
		case isReduction(user):
		case !isElementwise(user) || user.result().shape.Size() != size:
			return false
		}
	}
	return len(users) > 1
}
