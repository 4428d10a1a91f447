package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// signedOf is the signed integer of a float's size.
var signedOf = map[dtypes.DType]dtypes.DType{
	dtypes.Float16:  dtypes.Int16,
	dtypes.BFloat16: dtypes.Int16,
	dtypes.Float32:  dtypes.Int32,
	dtypes.Float64:  dtypes.Int64,
}

// totalOrder compares in the order -NaN < -Inf < -1 < -0 < +0 < 1 < Inf < NaN: that of
// the floats' bits read as sign and magnitude. Integers have no other order anyway.
func (f *Function) totalOrder(op compute.OpType, x, y compute.Value, method func(compute.Function, compute.Value, compute.Value) (compute.Value, error)) (holds compute.Value, err error) {
	defer within(&err, op.String(), x, y)
	keyX, err := f.orderKey(x)
	if err != nil {
		return nil, err
	}
	keyY, err := f.orderKey(y)
	if err != nil {
		return nil, err
	}
	return method(f, keyX, keyY)
}

// orderKey turns floats into integers of the same total order: with the sign bit
// set, all others are flipped.
func (f *Function) orderKey(x compute.Value) (compute.Value, error) {
	operands, err := f.resolve(compute.OpTypeEqualTotalOrder, []compute.Value{x})
	if err != nil {
		return nil, err
	}
	integer, isFloat := signedOf[operands[0].shape.DType]
	if !isFloat {
		return operands[0], nil
	}
	b := chain{f: f}
	bits := b.do1(f.Bitcast(operands[0], integer))
	sign := b.do1(f.ShiftRightArithmetic(bits, f.scalar(float64(integer.Bits()-1), integer)))
	magnitude := b.do1(f.ShiftRightLogical(f.scalar(-1, integer), f.scalar(1, integer)))
	flips := b.do1(f.BitwiseAnd(sign, magnitude))
	key := b.do1(f.BitwiseXor(bits, flips))
	return key, b.err
}

// chain records operations one on the other and keeps the first error.
type chain struct {
	f   *Function
	err error
}

// do1 takes a recorded value; after an error it returns the value all the same,
// which the next operation refuses.
func (c *chain) do1(v compute.Value, err error) compute.Value {
	if c.err == nil {
		c.err = err
	}
	return v
}

// EqualTotalOrder of each pair of elements.
func (f *Function) EqualTotalOrder(x, y compute.Value) (compute.Value, error) {
	return f.totalOrder(compute.OpTypeEqualTotalOrder, x, y, compute.Function.Equal)
}

// GreaterOrEqualTotalOrder of each pair of elements.
func (f *Function) GreaterOrEqualTotalOrder(x, y compute.Value) (compute.Value, error) {
	return f.totalOrder(compute.OpTypeGreaterOrEqualTotalOrder, x, y, compute.Function.GreaterOrEqual)
}

// GreaterThanTotalOrder of each pair of elements.
func (f *Function) GreaterThanTotalOrder(x, y compute.Value) (compute.Value, error) {
	return f.totalOrder(compute.OpTypeGreaterThanTotalOrder, x, y, compute.Function.GreaterThan)
}

// LessOrEqualTotalOrder of each pair of elements.
func (f *Function) LessOrEqualTotalOrder(x, y compute.Value) (compute.Value, error) {
	return f.totalOrder(compute.OpTypeLessOrEqualTotalOrder, x, y, compute.Function.LessOrEqual)
}

// LessThanTotalOrder of each pair of elements.
func (f *Function) LessThanTotalOrder(x, y compute.Value) (compute.Value, error) {
	return f.totalOrder(compute.OpTypeLessThanTotalOrder, x, y, compute.Function.LessThan)
}

// NotEqualTotalOrder of each pair of elements.
func (f *Function) NotEqualTotalOrder(x, y compute.Value) (compute.Value, error) {
	return f.totalOrder(compute.OpTypeNotEqualTotalOrder, x, y, compute.Function.NotEqual)
}
