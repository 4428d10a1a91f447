package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// reduce records a reduction over axes, or over all if none is given.
func (f *Function) reduce(op compute.OpType, x compute.Value, axes []int,
	method func(compute.Function, compute.Value, ...int) (compute.Value, error)) (compute.Value, error) {
	axes = slices.Sorted(slices.Values(axes))
	attributes := &reduceAttributes{axes}
	return f.record1(recording{op: op, operands: []compute.Value{x}, attributes: attributes,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			if len(attributes.axes) == 0 {
				for axis := range in[0].Rank() {
					attributes.axes = append(attributes.axes, axis)
				}
			}
			if err := checkAxes(in[0], attributes.axes); err != nil {
				return nil, err
			}
			return one(shapeinference.Reduce(in[0], attributes.axes))
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(method(other, in[0], attributes.axes...))
		}})
}

// checkAxes makes sure that a tensor has all of the axes, and none comes twice.
func checkAxes(shape shapes.Shape, axes []int) error {
	for i, axis := range axes {
		if axis < 0 || axis >= shape.Rank() || slices.Contains(axes[:i], axis) {
			return errors.Errorf("%v are not axes of %s, each once", axes, shape)
		}
	}
	return nil
}

// reduceAttributes are the reduced axes, ascending.
type reduceAttributes struct {
	axes []int
}

// ArgMinMax returns where along an axis the least or greatest element is.
func (f *Function) ArgMinMax(x compute.Value, axis int, dtype dtypes.DType, isMin bool) (compute.Value, error) {
	return f.record1(recording{op: compute.OpTypeArgMinMax, operands: []compute.Value{x},
		attributes: argAttributes{axis, dtype, isMin},
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			return one(shapeinference.ArgMinMax(in[0], axis, dtype))
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.ArgMinMax(in[0], axis, dtype, isMin))
		}})
}

type argAttributes struct {
	axis  int
	dtype dtypes.DType
	isMin bool
}

// CumSum sums along an axis up to each element.
func (f *Function) CumSum(x compute.Value, axis int, options compute.CumSumOptions) (compute.Value, error) {
	return f.record1(recording{op: compute.OpTypeCumSum, operands: []compute.Value{x},
		attributes: cumSumAttributes{axis, options},
		infer:      func(in []shapes.Shape) ([]shapes.Shape, error) { return one(shapeinference.CumSum(in[0], axis)) },
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.CumSum(in[0], axis, options))
		}})
}

type cumSumAttributes struct {
	axis    int
	options compute.CumSumOptions
}

// ReduceBitwiseAnd over axes, or over all if none is given.
func (f *Function) ReduceBitwiseAnd(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduce(compute.OpTypeReduceBitwiseAnd, x, axes, compute.Function.ReduceBitwiseAnd)
}

// ReduceBitwiseOr over axes, or over all if none is given.
func (f *Function) ReduceBitwiseOr(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduce(compute.OpTypeReduceBitwiseOr, x, axes, compute.Function.ReduceBitwiseOr)
}

// ReduceBitwiseXor over axes, or over all if none is given.
func (f *Function) ReduceBitwiseXor(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduce(compute.OpTypeReduceBitwiseXor, x, axes, compute.Function.ReduceBitwiseXor)
}

// ReduceLogicalAnd over axes, or over all if none is given.
func (f *Function) ReduceLogicalAnd(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduce(compute.OpTypeReduceLogicalAnd, x, axes, compute.Function.ReduceLogicalAnd)
}

// ReduceLogicalOr over axes, or over all if none is given.
func (f *Function) ReduceLogicalOr(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduce(compute.OpTypeReduceLogicalOr, x, axes, compute.Function.ReduceLogicalOr)
}

// ReduceLogicalXor over axes, or over all if none is given.
func (f *Function) ReduceLogicalXor(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduce(compute.OpTypeReduceLogicalXor, x, axes, compute.Function.ReduceLogicalXor)
}

// ReduceMax over axes, or over all if none is given.
func (f *Function) ReduceMax(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduce(compute.OpTypeReduceMax, x, axes, compute.Function.ReduceMax)
}

// ReduceMin over axes, or over all if none is given.
func (f *Function) ReduceMin(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduce(compute.OpTypeReduceMin, x, axes, compute.Function.ReduceMin)
}

// ReduceProduct over axes, or over all if none is given.
func (f *Function) ReduceProduct(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduce(compute.OpTypeReduceProduct, x, axes, compute.Function.ReduceProduct)
}

// ReduceSum over axes, or over all if none is given.
func (f *Function) ReduceSum(x compute.Value, axes ...int) (compute.Value, error) {
	return f.reduce(compute.OpTypeReduceSum, x, axes, compute.Function.ReduceSum)
}
