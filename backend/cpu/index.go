package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// gatherAttributes are the axes of a Gather, with the names of compute.StandardOps.
type gatherAttributes struct {
	indexVectorAxis                                                 int
	offsetOutputAxes, collapsedSliceAxes, startIndexMap, sliceSizes []int
	sorted                                                          bool
}

// Gather takes slices of an operand at given indices, which are clamped so that
// each slice lies inside.
func (f *Function) Gather(operand, startIndices compute.Value, indexVectorAxis int,
	offsetOutputAxes, collapsedSliceAxes, startIndexMap, sliceSizes []int, sorted bool) (compute.Value, error) {
	a := gatherAttributes{indexVectorAxis, slices.Clone(offsetOutputAxes), slices.Clone(collapsedSliceAxes),
		slices.Clone(startIndexMap), slices.Clone(sliceSizes), sorted}
	return f.record1(recording{op: compute.OpTypeGather, operands: []compute.Value{operand, startIndices}, attributes: a,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			return one(shapeinference.Gather(in[0], in[1], a.indexVectorAxis,
				a.offsetOutputAxes, a.collapsedSliceAxes, a.startIndexMap, a.sliceSizes, a.sorted))
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.Gather(in[0], in[1], a.indexVectorAxis,
				a.offsetOutputAxes, a.collapsedSliceAxes, a.startIndexMap, a.sliceSizes, a.sorted))
		}})
}

// scatterAttributes are the axes of a scatter, with the names of compute.StandardOps.
type scatterAttributes struct {
	indexVectorAxis                                                int
	updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes []int
	sorted, unique                                                 bool
}

type scatterMethod func(f compute.Function, operand, indices, updates compute.Value, indexVectorAxis int,
	updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes []int, sorted, unique bool) (compute.Value, error)

func (f *Function) scatter(op compute.OpType, operand, indices, updates compute.Value, a scatterAttributes,
	method scatterMethod) (compute.Value, error) {
	a.updateWindowAxes = slices.Clone(a.updateWindowAxes)
	a.insertedWindowAxes = slices.Clone(a.insertedWindowAxes)
	a.scatterAxesToOperandAxes = slices.Clone(a.scatterAxesToOperandAxes)
	if v, ok := operand.(*value); ok && v != nil && v.shape.DType.IsHalfPrecision() {
		return f.scatterInFloat32(op, v, indices, updates, a, method)
	}
	return f.record1(recording{op: op, operands: []compute.Value{operand, indices, updates}, attributes: a,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			return one(shapeinference.Scatter(in[0], in[1], in[2], a.indexVectorAxis,
				a.updateWindowAxes, a.insertedWindowAxes, a.scatterAxesToOperandAxes))
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(method(other, in[0], in[1], in[2], a.indexVectorAxis,
				a.updateWindowAxes, a.insertedWindowAxes, a.scatterAxesToOperandAxes, a.sorted, a.unique))
		}})
}

// scatterInFloat32 combines half-precision numbers in float32, rounding once.
func (f *Function) scatterInFloat32(op compute.OpType, operand *value, indices, updates compute.Value, a scatterAttributes,
	method scatterMethod) (combined compute.Value, err error) {
	defer within(&err, op.String(), operand, indices, updates)
	c := chain{f: f}
	wide := c.do1(f.ConvertDType(operand, dtypes.Float32))
	wideUpdates := c.do1(f.ConvertDType(updates, dtypes.Float32))
	if c.err != nil {
		return nil, c.err
	}
	out, err := f.scatter(op, wide, indices, wideUpdates, a, method)
	if err != nil {
		return nil, err
	}
	return f.ConvertDType(out, operand.shape.DType)
}

// ScatterSum adds updates to an operand at given indices.
func (f *Function) ScatterSum(operand, indices, updates compute.Value, indexVectorAxis int,
	updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes []int, sorted, unique bool) (compute.Value, error) {
	return f.scatter(compute.OpTypeScatterSum, operand, indices, updates, scatterAttributes{indexVectorAxis,
		updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes, sorted, unique}, compute.Function.ScatterSum)
}

// ScatterMax keeps the greater of the operand's element and the updates.
func (f *Function) ScatterMax(operand, indices, updates compute.Value, indexVectorAxis int,
	updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes []int, sorted, unique bool) (compute.Value, error) {
	return f.scatter(compute.OpTypeScatterMax, operand, indices, updates, scatterAttributes{indexVectorAxis,
		updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes, sorted, unique}, compute.Function.ScatterMax)
}

// ScatterMin keeps the lesser of the operand's element and the updates.
func (f *Function) ScatterMin(operand, indices, updates compute.Value, indexVectorAxis int,
	updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes []int, sorted, unique bool) (compute.Value, error) {
	return f.scatter(compute.OpTypeScatterMin, operand, indices, updates, scatterAttributes{indexVectorAxis,
		updateWindowAxes, insertedWindowAxes, scatterAxesToOperandAxes, sorted, unique}, compute.Function.ScatterMin)
}

// DynamicSlice takes a slice of fixed dimensions whose start, one scalar an axis,
// is clamped so that it lies inside.
func (f *Function) DynamicSlice(operand compute.Value, startIndices []compute.Value, sizes []int) (compute.Value, error) {
	sizes = slices.Clone(sizes)
	return f.record1(recording{op: compute.OpTypeDynamicSlice, attributes: sizes,
		operands: append([]compute.Value{operand}, startIndices...),
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			if err := checkStarts(in[0], in[1:]); err != nil {
				return nil, err
			}
			return one(shapeinference.DynamicSlice(in[0], sizes))
		}})
}

// DynamicUpdateSlice writes a slice into an operand, where DynamicSlice would read.
func (f *Function) DynamicUpdateSlice(operand, update compute.Value, startIndices []compute.Value) (compute.Value, error) {
	return f.record1(recording{op: compute.OpTypeDynamicUpdateSlice,
		operands: append([]compute.Value{operand, update}, startIndices...),
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			if err := checkStarts(in[0], in[2:]); err != nil {
				return nil, err
			}
			for axis := range min(in[0].Rank(), in[1].Rank()) {
				if in[1].Dimensions[axis] > in[0].Dimensions[axis] {
					return nil, errors.Errorf("the update does not fit along axis %d", axis)
				}
			}
			return one(shapeinference.DynamicUpdateSlice(in[0], in[1]))
		}})
}

// checkStarts makes sure that there is one integer for each axis: scalars, or one
// vector of all.
func checkStarts(operand shapes.Shape, starts []shapes.Shape) error {
	if len(starts) == 1 && starts[0].Rank() == 1 && starts[0].Size() == operand.Rank() && integerReaders[starts[0].DType] != nil {
		starts = nil
	} else if len(starts) != operand.Rank() {
		return errors.Errorf("%d start indices for %d axes", len(starts), operand.Rank())
	}
	if operand.DType.IsPacked() {
		return errors.Wrapf(compute.ErrNotImplemented, "data type %s", operand.DType)
	}
	for _, start := range starts {
		if start.Rank() != 0 || integerReaders[start.DType] == nil {
			return errors.Errorf("start indices are integer scalars, not %s", start)
		}
	}
	return nil
}

// integerReaders read an integer of each data type at an operand's index.
var integerReaders = map[dtypes.DType]func(fr *frame, o operand, i int) int{
	dtypes.Int8:   readInteger[int8],
	dtypes.Int16:  readInteger[int16],
	dtypes.Int32:  readInteger[int32],
	dtypes.Int64:  readInteger[int64],
	dtypes.Uint8:  readInteger[uint8],
	dtypes.Uint16: readInteger[uint16],
	dtypes.Uint32: readInteger[uint32],
	dtypes.Uint64: readInteger[uint64],
}

func readInteger[T int8 | int16 | int32 | int64 | uint8 | uint16 | uint32 | uint64](fr *frame, o operand, i int) int {
	return int(slice[T](fr, o)[i])
}
