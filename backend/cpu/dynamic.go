package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// Shapes are static here, so operations on dynamic shapes are known when they are
// recorded; where they are not, they are an error.

// DynamicDimensionSize is the length of an axis.
func (f *Function) DynamicDimensionSize(operand compute.Value, axis int) (compute.Value, error) {
	values, err := f.resolve(compute.OpTypeDynamicDimensionSize, []compute.Value{operand})
	if err != nil {
		return nil, err
	}
	if axis < 0 || axis >= values[0].shape.Rank() {
		return nil, errors.Errorf("cpu: %s: there is no axis %d", signature(compute.OpTypeDynamicDimensionSize, values), axis)
	}
	return f.Constant([]int32{int32(values[0].shape.Dimensions[axis])})
}

// DynamicShape is the lengths of all axes.
func (f *Function) DynamicShape(operand compute.Value) (compute.Value, error) {
	values, err := f.resolve(compute.OpTypeDynamicShape, []compute.Value{operand})
	if err != nil {
		return nil, err
	}
	lengths := make([]int32, values[0].shape.Rank())
	for axis, length := range values[0].shape.Dimensions {
		lengths[axis] = int32(length)
	}
	return f.Constant(lengths, len(lengths))
}

// staticDimensions returns the dimensions if all of them are known now.
func staticDimensions(op compute.OpType, specs []compute.DynamicDimensionSpec) ([]int, error) {
	out := make([]int, len(specs))
	for axis, spec := range specs {
		if spec.Name != "" || spec.Value != nil {
			return nil, errors.Wrapf(compute.ErrNotImplemented, "cpu: %s: axis %d (%q) is dynamic; shapes are static here", op, axis, spec.Name)
		}
		out[axis] = spec.Static
	}
	return out, nil
}

// DynamicReshape is Reshape for dimensions that are known now.
func (f *Function) DynamicReshape(operand compute.Value, dimensions ...compute.DynamicDimensionSpec) (reshaped compute.Value, err error) {
	defer within(&err, "DynamicReshape", operand)
	static, err := staticDimensions(compute.OpTypeDynamicReshape, dimensions)
	if err != nil {
		return nil, err
	}
	return f.Reshape(operand, static...)
}

// DynamicBroadcastInDim is BroadcastInDim for dimensions that are known now.
func (f *Function) DynamicBroadcastInDim(operand compute.Value, axes []int, dimensions ...compute.DynamicDimensionSpec) (spread compute.Value, err error) {
	defer within(&err, "DynamicBroadcastInDim", operand)
	static, err := staticDimensions(compute.OpTypeDynamicBroadcastInDim, dimensions)
	if err != nil {
		return nil, err
	}
	values, err := f.resolve(compute.OpTypeDynamicBroadcastInDim, []compute.Value{operand})
	if err != nil {
		return nil, err
	}
	return f.BroadcastInDim(operand, shapes.Shape{DType: values[0].shape.DType, Dimensions: static}, axes)
}

// DynamicIota is Iota for dimensions that are known now.
func (f *Function) DynamicIota(dtype dtypes.DType, axis int, dimensions ...compute.DynamicDimensionSpec) (counted compute.Value, err error) {
	defer within(&err, "DynamicIota")
	static, err := staticDimensions(compute.OpTypeDynamicIota, dimensions)
	if err != nil {
		return nil, err
	}
	return f.Iota(shapes.Shape{DType: dtype, Dimensions: static}, axis)
}

// DynamicPad is Pad for amounts that are known now.
func (f *Function) DynamicPad(x, fill compute.Value, axes ...compute.DynamicPadAxis) (padded compute.Value, err error) {
	defer within(&err, "DynamicPad", x, fill)
	static := make([]compute.PadAxis, len(axes))
	for axis, a := range axes {
		if a.StartValue != nil || a.EndValue != nil || a.InteriorValue != nil || a.TargetAxisName != "" {
			return nil, errors.Wrapf(compute.ErrNotImplemented, "cpu: DynamicPad: axis %d is dynamic; shapes are static here", axis)
		}
		static[axis] = compute.PadAxis{Start: a.Start, End: a.End, Interior: a.Interior}
	}
	return f.Pad(x, fill, static...)
}
