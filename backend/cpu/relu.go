package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"espalier/internal/simd"
)

// Operations that only the compiler makes.
const (
	opReLU compute.OpType = compute.OpTypeLast + 1 + iota
	opReLUGradient
	opSparseProduct
	opEdgeProducts
	opMoments
	opMomentum
	opAdam
	opCount
)

func init() {
	vectorUnaries[opReLU] = simd.ReLU.Apply
	vectorBinaries[opReLUGradient] = simd.ReLUGradient.Apply
}

// opName is an operation's name.
func opName(op compute.OpType) string {
	switch op {
	case opReLU:
		return "ReLU"
	case opReLUGradient:
		return "ReLUGradient"
	case opSparseProduct:
		return "SparseProduct"
	case opEdgeProducts:
		return "EdgeProducts"
	case opMoments:
		return "Moments"
	case opMomentum:
		return "Momentum"
	case opAdam:
		return "Adam"
	}
	return op.String()
}

// simplifyWhere recognises max(x, 0) written as a choice, Where(x ≤ 0, 0, x), and
// its gradient Where(x ≤ 0, 0, dy). The gradient reads the result in place of x: it
// is greater than 0 for the same elements, and others need it too.
func (r *reducer) simplifyWhere(n *node) *value {
	condition, zero, other := n.operands[0].node, n.operands[1], n.operands[2]
	if condition.op != compute.OpTypeLessOrEqual || other.shape.DType != dtypes.Float32 ||
		!other.shape.Equal(n.result().shape) || !isSplat(zero, 0) {
		return nil
	}
	x := condition.operands[0]
	if !x.shape.Equal(other.shape) || !isSplat(condition.operands[1], 0) {
		return nil
	}
	if x == other {
		y := r.newNode(&node{op: opReLU, operands: []*value{x}}, x.shape)
		r.rectified[x] = y
		return y
	}
	if y, ok := r.rectified[x]; ok {
		return r.newNode(&node{op: opReLUGradient, operands: []*value{y, other}}, other.shape)
	}
	return nil
}
