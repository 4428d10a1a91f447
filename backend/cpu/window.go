package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// windowAttributes describe windows over all axes.
type windowAttributes struct {
	reduction                       compute.ReduceOpType
	sizes, strides                  []int
	inputDilations, windowDilations []int
	paddings                        [][2]int
}

// ReduceWindow reduces each window of the input.
func (f *Function) ReduceWindow(input compute.Value, reduction compute.ReduceOpType,
	sizes, strides, inputDilations, windowDilations []int, paddings [][2]int) (compute.Value, error) {
	a := windowAttributes{reduction, slices.Clone(sizes), slices.Clone(strides),
		slices.Clone(inputDilations), slices.Clone(windowDilations), slices.Clone(paddings)}
	return f.record1(recording{op: compute.OpTypeReduceWindow, operands: []compute.Value{input}, attributes: a,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			if reduction < compute.ReduceOpSum || reduction > compute.ReduceOpMin {
				return nil, errors.Errorf("there is no reduction %s of windows", reduction)
			}
			return one(shapeinference.ReduceWindow(in[0], a.sizes, a.strides, a.inputDilations, a.windowDilations, a.paddings))
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.ReduceWindow(in[0], a.reduction, a.sizes, a.strides, a.inputDilations, a.windowDilations, a.paddings))
		}})
}

// SelectAndScatterMax sends each source element to the greatest element of its
// window of the operand, the first of equal ones, and adds up what arrives there.
func (f *Function) SelectAndScatterMax(operand, source compute.Value, sizes, strides []int, paddings [][2]int) (compute.Value, error) {
	return f.selectAndScatter(compute.OpTypeSelectAndScatterMax, operand, source,
		windowAttributes{reduction: compute.ReduceOpMax, sizes: sizes, strides: strides, paddings: paddings},
		compute.Function.SelectAndScatterMax)
}

// SelectAndScatterMin is SelectAndScatterMax for the least element.
func (f *Function) SelectAndScatterMin(operand, source compute.Value, sizes, strides []int, paddings [][2]int) (compute.Value, error) {
	return f.selectAndScatter(compute.OpTypeSelectAndScatterMin, operand, source,
		windowAttributes{reduction: compute.ReduceOpMin, sizes: sizes, strides: strides, paddings: paddings},
		compute.Function.SelectAndScatterMin)
}

func (f *Function) selectAndScatter(op compute.OpType, operand, source compute.Value, a windowAttributes,
	method func(f compute.Function, operand, source compute.Value, sizes, strides []int, paddings [][2]int) (compute.Value, error)) (compute.Value, error) {
	a.sizes, a.strides, a.paddings = slices.Clone(a.sizes), slices.Clone(a.strides), slices.Clone(a.paddings)
	return f.record1(recording{op: op, operands: []compute.Value{operand, source}, attributes: a,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			return one(shapeinference.SelectAndScatter(in[0], in[1], a.sizes, a.strides, a.paddings))
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(method(other, in[0], in[1], a.sizes, a.strides, a.paddings))
		}})
}
