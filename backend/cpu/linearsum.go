package cpu

import "github.com/gomlx/compute"

// The gradient of a batch norm by its input ends with a sum over the gradient by
// the centred input, x minus its mean m:
//
//	Σ (a·g + b·(x − m)) = a·Σg
//
// with rows a and b, since the differences from the mean add up to zero. Σg is the gradient
// by the offset, which is computed anyway, so the sum needs no pass over memory.

// term is one tensor of a linear expression, with the rows and numbers by which it is
// multiplied.
type term struct {
	tensor       *value
	coefficients []*value
	negative     bool
}

// sumOfLinear returns the sum of the rows of such an expression if the sum of its
// only tensor that is not centred is known, else nil.
func (r *reducer) sumOfLinear(n *node) *value {
	switch n.operands[0].node.op {
	case compute.OpTypeAdd, compute.OpTypeSub:
	default:
		return nil
	}
	_, columns, _ := rowSum(n)
	terms, ok := linearTerms(n.operands[0], columns, 0)
	if !ok {
		return nil
	}
	var left []term
	for _, t := range terms {
		if sum := centred(t.tensor); sum == nil || !sameAxes(sum, n) {
			left = append(left, t)
		}
	}
	if len(left) != 1 || len(terms) == 1 {
		return nil
	}
	known, ok := r.known[r.key(&node{op: n.op, operands: []*value{left[0].tensor}, results: n.results, attributes: n.attributes})]
	if !ok {
		return nil
	}
	shape := n.result().shape
	sum := known.results[0]
	for _, row := range left[0].coefficients {
		if row.shape.Size() == columns {
			row = r.reshaped(row, n)
		}
		sum = r.newNode(&node{op: compute.OpTypeMul, operands: []*value{sum, row}}, shape)
	}
	if left[0].negative {
		sum = r.newNode(&node{op: compute.OpTypeNeg, operands: []*value{sum}}, shape)
	}
	return sum
}

// maxLinearDepth bounds how far linearTerms looks.
const maxLinearDepth = 6

// linearTerms takes sums, differences and products with rows apart, until it finds
// tensors that are centred or none of these.
func linearTerms(v *value, columns, depth int) (terms []term, ok bool) {
	n := v.node
	if depth > maxLinearDepth || !isFloat32(n) {
		return nil, false
	}
	if centred(v) != nil {
		return []term{{tensor: v}}, true
	}
	switch n.op {
	case compute.OpTypeAdd, compute.OpTypeSub:
		for i, operand := range n.operands {
			if !operand.shape.Equal(v.shape) || rowVector(operand, v.shape, columns) != nil {
				return nil, false
			}
			more, ok := linearTerms(operand, columns, depth+1)
			if !ok {
				return nil, false
			}
			for _, t := range more {
				t.negative = t.negative != (i == 1 && n.op == compute.OpTypeSub)
				terms = append(terms, t)
			}
		}
		return terms, true
	case compute.OpTypeMul:
		for i, row := range n.operands {
			tensor := n.operands[1-i]
			row = rowVector(row, v.shape, columns)
			if row == nil || !tensor.shape.Equal(v.shape) {
				continue
			}
			terms, ok = linearTerms(tensor, columns, depth+1)
			for j := range terms {
				terms[j].coefficients = append(terms[j].coefficients, row)
			}
			return terms, ok
		}
	}
	return []term{{tensor: v}}, true
}
