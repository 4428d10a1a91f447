package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapeinference"
	"github.com/gomlx/compute/shapes"
)

// dotAttributes are the axes of a DotGeneral.
type dotAttributes struct {
	lhsContracting, lhsBatch []int
	rhsContracting, rhsBatch []int
	config                   compute.DotGeneralConfig
}

// DotGeneral contracts axes of two operands; the result has the batch axes, those
// left of lhs, those left of rhs.
func (f *Function) DotGeneral(lhs compute.Value, lhsContracting, lhsBatch []int,
	rhs compute.Value, rhsContracting, rhsBatch []int, config compute.DotGeneralConfig) (compute.Value, error) {
	a := dotAttributes{slices.Clone(lhsContracting), slices.Clone(lhsBatch),
		slices.Clone(rhsContracting), slices.Clone(rhsBatch), config}
	return f.record1(recording{op: compute.OpTypeDotGeneral, operands: []compute.Value{lhs, rhs}, attributes: a,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			return one(shapeinference.DotGeneral(in[0], a.lhsContracting, a.lhsBatch, in[1], a.rhsContracting, a.rhsBatch, config))
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.DotGeneral(in[0], a.lhsContracting, a.lhsBatch, in[1], a.rhsContracting, a.rhsBatch, config))
		}})
}

// convAttributes describe a convolution, with every default filled in.
type convAttributes struct {
	axes                               compute.ConvolveAxesConfig
	strides                            []int
	paddings                           [][2]int
	inputDilations, kernelDilations    []int
	channelGroupCount, batchGroupCount int
	// flipped: the kernel's spatial axes are read backwards.
	flipped bool
	// joined is the number of groups of a gradient whose groups were apart, and pass
	// which gradient it is; 0 for all others.
	joined int
	pass   convPass
}

// ConvGeneral is a convolution over any axes, in the sense of neural networks: the
// kernel is not flipped.
func (f *Function) ConvGeneral(input, kernel compute.Value, axes compute.ConvolveAxesConfig,
	strides []int, paddings [][2]int, inputDilations, kernelDilations []int,
	channelGroupCount, batchGroupCount int) (compute.Value, error) {
	spatial := len(axes.InputSpatial)
	a := convAttributes{
		axes:              axes.Clone(),
		strides:           orOnes(strides, spatial),
		paddings:          slices.Clone(paddings),
		inputDilations:    orOnes(inputDilations, spatial),
		kernelDilations:   orOnes(kernelDilations, spatial),
		channelGroupCount: max(channelGroupCount, 1),
		batchGroupCount:   max(batchGroupCount, 1),
	}
	if len(a.paddings) == 0 {
		a.paddings = make([][2]int, spatial)
	}
	return f.record1(recording{op: compute.OpTypeConvGeneral, operands: []compute.Value{input, kernel}, attributes: a,
		infer: func(in []shapes.Shape) ([]shapes.Shape, error) {
			return one(shapeinference.ConvGeneral(in[0], in[1], a.axes, a.strides, a.paddings,
				a.inputDilations, a.kernelDilations, a.channelGroupCount, a.batchGroupCount))
		},
		replay: func(other compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(other.ConvGeneral(in[0], in[1], a.axes, a.strides, a.paddings,
				a.inputDilations, a.kernelDilations, a.channelGroupCount, a.batchGroupCount))
		}})
}

// orOnes is a copy of list, or n ones for an empty list.
func orOnes(list []int, n int) []int {
	if len(list) == 0 {
		return ones(n)
	}
	return slices.Clone(list)
}
