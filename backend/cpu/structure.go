package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// Identity returns its operand under another name.
func (f *Function) Identity(x compute.Value) (compute.Value, error) {
	return f.record1(recording{op: compute.OpTypeIdentity, operands: []compute.Value{x},
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) { return in, nil }})
}

// OptimizationBarrier returns its operands; nothing is merged across it.
func (f *Function) OptimizationBarrier(operands ...compute.Value) ([]compute.Value, error) {
	if len(operands) == 0 {
		return nil, errors.New("cpu: OptimizationBarrier of nothing")
	}
	n, err := f.record(recording{op: compute.OpTypeOptimizationBarrier, operands: operands,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) { return in, nil }})
	if err != nil {
		return nil, err
	}
	return n.values(), nil
}

// SchedulingBarrier returns its operand, once the dependencies are computed.
func (f *Function) SchedulingBarrier(operand compute.Value, dependencies ...compute.Value) (compute.Value, error) {
	return f.record1(recording{op: compute.OpTypeSchedulingBarrier,
		operands: append([]compute.Value{operand}, dependencies...),
		infer:    func(in []shapes.Shape) ([]shapes.Shape, error) { return in[:1], nil }})
}

// Reshape gives the same elements other dimensions.
func (f *Function) Reshape(x compute.Value, dimensions ...int) (compute.Value, error) {
	dimensions = slices.Clone(dimensions)
	return f.record1(recording{op: compute.OpTypeReshape, operands: []compute.Value{x},
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) { return one(shapeinference.Reshape(in[0], dimensions)) },
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.Reshape(in[0], dimensions...))
		}})
}

// Bitcast reads the same bits as another data type.
func (f *Function) Bitcast(x compute.Value, dtype dtypes.DType) (compute.Value, error) {
	return f.record1(recording{op: compute.OpTypeBitcast, operands: []compute.Value{x}, attributes: dtype,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) { return one(shapeinference.Bitcast(in[0], dtype)) },
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.Bitcast(in[0], dtype))
		}})
}

func init() {
	// A view has no steps: it lies where its operand does.
	register(&kernel{lower: func(*lowering, *node) error { return nil }},
		compute.OpTypeIdentity, compute.OpTypeReshape, compute.OpTypeBitcast,
		compute.OpTypeOptimizationBarrier, compute.OpTypeSchedulingBarrier)
}

// Transpose permutes the axes: axis i of the result is axis permutation[i] of x.
func (f *Function) Transpose(x compute.Value, permutation ...int) (compute.Value, error) {
	permutation = slices.Clone(permutation)
	return f.record1(recording{op: compute.OpTypeTranspose, operands: []compute.Value{x}, attributes: permutation,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			return one(shapeinference.Transpose(in[0], permutation))
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.Transpose(in[0], permutation...))
		}})
}

// BroadcastInDim repeats x: its axis i becomes axis axes[i] of the result.
func (f *Function) BroadcastInDim(x compute.Value, shape shapes.Shape, axes []int) (compute.Value, error) {
	axes = slices.Clone(axes)
	return f.record1(recording{op: compute.OpTypeBroadcastInDim, operands: []compute.Value{x},
		attributes: broadcastAttributes{shape.Dimensions, axes},
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			return broadcastShape(in[0], shape, axes)
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.BroadcastInDim(in[0], shape, axes))
		}})
}

// broadcastShape checks a broadcast and returns its result's shape.
func broadcastShape(x, target shapes.Shape, axes []int) ([]shapes.Shape, error) {
	if target.IsDynamic() {
		return nil, errors.Wrapf(compute.ErrNotImplemented, "the target %s has a dynamic axis", target)
	}
	if !slices.IsSorted(axes) {
		return nil, errors.Errorf("the axes %v do not ascend", axes)
	}
	return one(shapes.Make(x.DType, target.Dimensions...), shapeinference.BroadcastInDim(x, target, axes, nil))
}

type broadcastAttributes struct {
	dimensions []int
	axes       []int
}

// Slice takes every strides[i]-th element from starts[i] to below limits[i].
func (f *Function) Slice(x compute.Value, starts, limits, strides []int) (compute.Value, error) {
	a := sliceAttributes{slices.Clone(starts), slices.Clone(limits), slices.Clone(strides)}
	return f.record1(recording{op: compute.OpTypeSlice, operands: []compute.Value{x}, attributes: &a,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			if len(a.strides) == 0 {
				a.strides = ones(in[0].Rank())
			}
			return one(shapeinference.Slice(in[0], a.starts, a.limits, a.strides))
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.Slice(in[0], a.starts, a.limits, a.strides))
		}})
}

type sliceAttributes struct {
	starts, limits, strides []int
}

// ones is a list of n ones.
func ones(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

// Pad puts the fill value before, after and between the elements of each axis;
// negative amounts before and after take elements away.
func (f *Function) Pad(x, fill compute.Value, axes ...compute.PadAxis) (compute.Value, error) {
	axes = slices.Clone(axes)
	return f.record1(recording{op: compute.OpTypePad, operands: []compute.Value{x, fill}, attributes: axes,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			if in[1].Rank() != 0 || in[1].DType != in[0].DType {
				return nil, errors.New("the fill value must be a scalar of the operand's data type")
			}
			return one(shapeinference.Pad(in[0], axes...))
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.Pad(in[0], in[1], axes...))
		}})
}

// Concatenate joins operands along an axis.
func (f *Function) Concatenate(axis int, operands ...compute.Value) (compute.Value, error) {
	return f.record1(recording{op: compute.OpTypeConcatenate, operands: operands, attributes: axis,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) { return one(shapeinference.Concatenate(in, axis)) },
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.Concatenate(axis, in...))
		}})
}

// Reverse turns axes around.
func (f *Function) Reverse(x compute.Value, axes ...int) (compute.Value, error) {
	axes = slices.Clone(axes)
	return f.record1(recording{op: compute.OpTypeReverse, operands: []compute.Value{x}, attributes: axes,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			for _, axis := range axes {
				if axis < 0 || axis >= in[0].Rank() {
					return nil, errors.Errorf("there is no axis %d", axis)
				}
			}
			return in, nil
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.Reverse(in[0], axes...))
		}})
}

// Iota counts along an axis.
func (f *Function) Iota(shape shapes.Shape, axis int) (compute.Value, error) {
	if err := f.checkShape("Iota", shape); err != nil {
		return nil, err
	}
	return f.record1(recording{op: compute.OpTypeIota, attributes: iotaAttributes{shape.DType, shape.Dimensions, axis},
		replay: func(other compute.Function, _ []compute.Value) ([]compute.Value, error) {
			return alone(other.Iota(shape, axis))
		}})
}

type iotaAttributes struct {
	dtype      dtypes.DType
	dimensions []int
	axis       int
}
