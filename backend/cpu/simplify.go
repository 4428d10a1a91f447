package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// simplify returns a value that is a node's result for less work, or nil. What it
// returns has the same elements; it may differ in the sign of zero alone.
func (r *reducer) simplify(n *node) *value {
	if len(n.results) != 1 {
		return nil
	}
	switch n.op {
	case compute.OpTypeTranspose:
		return r.simplifyTranspose(n)
	case compute.OpTypeReshape:
		return r.simplifyReshape(n)
	case compute.OpTypeWhere:
		return r.simplifyWhere(n)
	case compute.OpTypeConvGeneral:
		return r.flipKernel(n)
	case compute.OpTypeSelectAndScatterMax:
		return r.reusePool(n)
	case compute.OpTypeMul:
		return r.dropNeutral(n, 1, true)
	case compute.OpTypeDiv:
		return r.dropNeutral(n, 1, false)
	case compute.OpTypeAdd:
		return r.dropNeutral(n, 0, true)
	case compute.OpTypeSub:
		return r.dropNeutral(n, 0, false)
	case compute.OpTypeSlice, compute.OpTypePad:
		return r.dropWhole(n)
	case compute.OpTypeConcatenate:
		if joined := r.joinGroups(n); joined != nil {
			return joined
		}
		return r.dropWhole(n)
	case compute.OpTypeScatterSum:
		return r.sparseProduct(n)
	case compute.OpTypeReduceSum:
		if products := r.edgeProducts(n); products != nil {
			return products
		}
		if known := r.simplifyRowSum(n); known != nil {
			return known
		}
		return r.asReshape(n)
	case compute.OpTypeReduceMax, compute.OpTypeReduceMin, compute.OpTypeReduceProduct,
		compute.OpTypeBroadcastInDim:
		return r.asReshape(n)
	}
	return nil
}

// asReshape replaces a node that moves no element by a view.
func (r *reducer) asReshape(n *node) *value {
	if n.operands[0].shape.Size() != n.result().shape.Size() || n.result().shape.Size() == 0 {
		return nil
	}
	return r.reshaped(n.operands[0], n)
}

// reshaped is a value in the shape of a node's result.
func (r *reducer) reshaped(v *value, n *node) *value {
	if v.shape.Equal(n.result().shape) {
		return v
	}
	return r.newNode(&node{op: compute.OpTypeReshape, operands: []*value{v}}, n.result().shape)
}

// simplifyReshape drops a reshape to the same shape and joins two in a row.
func (r *reducer) simplifyReshape(n *node) *value {
	operand := n.operands[0]
	if operand.shape.Equal(n.result().shape) {
		return operand
	}
	if operand.node.op == compute.OpTypeReshape {
		return r.reshaped(operand.node.operands[0], n)
	}
	return nil
}

// simplifyTranspose replaces a permutation that only moves axes of length 1 by a
// view and joins two in a row.
func (r *reducer) simplifyTranspose(n *node) *value {
	permutation := n.attributes.([]int)
	operand := n.operands[0]
	var longAxes []int
	for _, axis := range permutation {
		if operand.shape.Dimensions[axis] != 1 {
			longAxes = append(longAxes, axis)
		}
	}
	if slices.IsSorted(longAxes) {
		return r.reshaped(operand, n)
	}
	if operand.node.op == compute.OpTypeDotGeneral {
		return r.swapProduct(n)
	}
	if operand.node.op != compute.OpTypeTranspose {
		return nil
	}
	inner := operand.node.attributes.([]int)
	joint := make([]int, len(permutation))
	for i, axis := range permutation {
		joint[i] = inner[axis]
	}
	source := operand.node.operands[0]
	if slices.IsSorted(joint) {
		return r.reshaped(source, n)
	}
	return r.newNode(&node{op: compute.OpTypeTranspose, operands: []*value{source}, attributes: joint,
		replay: func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.Transpose(in[0], joint...))
		}}, n.result().shape)
}

// dropNeutral returns the operand that a neutral element leaves as it is.
func (r *reducer) dropNeutral(n *node, neutral float32, commutes bool) *value {
	keep := func(x, y *value) bool { return x.shape.Equal(n.result().shape) && isSplat(y, neutral) }
	if keep(n.operands[0], n.operands[1]) {
		return n.operands[0]
	}
	if commutes && keep(n.operands[1], n.operands[0]) {
		return n.operands[1]
	}
	return nil
}

// isSplat says that all elements of a value are known to be x.
func isSplat(v *value, x float32) bool {
	for v.node.op == compute.OpTypeBroadcastInDim || v.node.op == compute.OpTypeReshape {
		v = v.node.operands[0]
	}
	c, ok := v.node.attributes.(*constant)
	if v.node.op != compute.OpTypeConstant || !ok || v.shape.DType != dtypes.Float32 || v.shape.Size() == 0 || v.shape.Size() > maxFolded {
		return false
	}
	for _, y := range elementsAt[float32](c.memory.base, v.shape.Size()) {
		if y != x {
			return false
		}
	}
	return true
}

// dropWhole returns the operand of a slice, padding or concatenation that takes it
// whole and adds nothing.
func (r *reducer) dropWhole(n *node) *value {
	same := func(v *value) bool { return v.shape.Equal(n.result().shape) }
	switch n.op {
	case compute.OpTypePad:
		for _, axis := range n.attributes.([]compute.PadAxis) {
			if axis != (compute.PadAxis{}) {
				return nil
			}
		}
		return n.operands[0]
	case compute.OpTypeConcatenate:
		if len(n.operands) > 1 {
			return nil
		}
		return n.operands[0]
	}
	if !same(n.operands[0]) || slices.Max(append([]int{1}, n.attributes.(*sliceAttributes).strides...)) > 1 {
		return nil
	}
	return n.operands[0]
}

// swapProduct computes a transposed product (X·Y)ᵀ as Yᵀ·Xᵀ: DotGeneral with its
// sides exchanged.
func (r *reducer) swapProduct(n *node) *value {
	product := n.operands[0].node
	a := product.attributes.(dotAttributes)
	if len(a.lhsBatch) > 0 {
		return nil
	}
	left := product.operands[0].shape.Rank() - len(a.lhsContracting)
	right := product.operands[1].shape.Rank() - len(a.rhsContracting)
	for i, axis := range n.attributes.([]int) {
		if axis != (i+left)%(left+right) {
			return nil
		}
	}
	swapped := dotAttributes{lhsContracting: a.rhsContracting, rhsContracting: a.lhsContracting, config: a.config}
	return r.newNode(&node{op: compute.OpTypeDotGeneral, attributes: swapped,
		operands: []*value{product.operands[1], product.operands[0]},
		replay: func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.DotGeneral(in[0], swapped.lhsContracting, nil, in[1], swapped.rhsContracting, nil, swapped.config))
		}}, n.result().shape)
}
