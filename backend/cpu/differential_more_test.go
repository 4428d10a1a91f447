package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// indices adds [n, 1] indices below limit.
func (r *generator) indices(n, limit int) int {
	data := make([]int32, n)
	for i := range data {
		data[i] = int32(r.IntN(limit))
	}
	shape := shapes.Make(dtypes.Int32, n, 1)
	return r.add("indices", nil, []sketch{{shape, true}}, func(f compute.Function, _ []compute.Value) ([]compute.Value, error) {
		return alone(f.Constant(data, n, 1))
	})
}

// gather takes rows of a matrix.
func (r *generator) gather() {
	at := r.find(func(v sketch) bool { return v.shape.Rank() == 2 && v.shape.DType == dtypes.Float32 })
	if at < 0 {
		return
	}
	v := r.values[at]
	n := 1 + r.IntN(40)
	rows := r.indices(n, v.shape.Dimensions[0])
	width := v.shape.Dimensions[1]
	r.add("Gather", []int{at, rows}, []sketch{{shapes.Make(v.shape.DType, n, width), v.exact}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.Gather(in[0], in[1], 1, []int{1}, []int{0}, []int{0}, []int{1, width}, false))
		})
}

// scatter combines rows into a matrix.
func (r *generator) scatter() {
	at := r.find(func(v sketch) bool { return v.shape.Rank() == 2 && v.shape.DType == dtypes.Float32 })
	if at < 0 {
		return
	}
	v := r.values[at]
	updates := r.find(func(w sketch) bool {
		return w.shape.Rank() == 2 && w.shape.DType == dtypes.Float32 && w.shape.Dimensions[1] == v.shape.Dimensions[1]
	})
	rows := r.indices(r.values[updates].shape.Dimensions[0], v.shape.Dimensions[0])
	method := []scatterMethod{compute.Function.ScatterSum, compute.Function.ScatterMax, compute.Function.ScatterMin}
	which := r.IntN(3)
	r.add("Scatter", []int{at, rows, updates}, []sketch{{v.shape, v.exact && r.values[updates].exact && which > 0}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(method[which](f, in[0], in[1], in[2], 1, []int{1}, []int{0}, []int{0}, false, false))
		})
}

// dot contracts one or two axes, with or without a batch axis.
func (r *generator) dot() {
	isFloat := func(v sketch) bool {
		return v.shape.DType == dtypes.Float32 && v.shape.Rank() > 0 && v.shape.Size() < 4000
	}
	at := r.find(isFloat)
	if at < 0 {
		return
	}
	v := r.values[at]
	axis := r.IntN(v.shape.Rank())
	other, otherAxis := -1, 0
	other = r.find(func(w sketch) bool {
		if !isFloat(w) {
			return false
		}
		for i, d := range w.shape.Dimensions {
			if d == v.shape.Dimensions[axis] && v.shape.Size()/d*(w.shape.Size()/d) < 20000 {
				otherAxis = i
				return true
			}
		}
		return false
	})
	if other < 0 {
		return
	}
	for i, d := range r.values[other].shape.Dimensions {
		if d == v.shape.Dimensions[axis] {
			otherAxis = i
		}
	}
	w := r.values[other]
	var dims, batchV, batchW []int
	contractV, contractW := []int{axis}, []int{otherAxis}
	if r.IntN(3) == 0 && axis > 0 && otherAxis > 0 && v.shape.Dimensions[0] == w.shape.Dimensions[0] {
		batchV, batchW = []int{0}, []int{0}
		dims = append(dims, v.shape.Dimensions[0])
	}
	for i, d := range v.shape.Dimensions {
		if i != axis && (i != 0 || batchV == nil) {
			dims = append(dims, d)
		}
	}
	for i, d := range w.shape.Dimensions {
		if i != otherAxis && (i != 0 || batchW == nil) {
			dims = append(dims, d)
		}
	}
	r.add("DotGeneral", []int{at, other}, []sketch{{shapes.Make(dtypes.Float32, dims...), false}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			if shapes.Make(dtypes.Float32, dims...).Size() < 16 {
				// Few sums may all cancel out and leave nothing but rounding.
				for i := range in {
					x, err := f.Abs(in[i])
					if err != nil {
						return nil, err
					}
					in[i] = x
				}
			}
			return alone(f.DotGeneral(in[0], contractV, batchV, in[1], contractW, batchW, compute.DotGeneralConfig{}))
		})
}

// convolve makes an input and a kernel of its own: the axes must fit.
func (r *generator) convolve() {
	groups := []int{1, 1, 2, 4}[r.IntN(4)]
	batch, height, width := 1+r.IntN(3), 3+r.IntN(7), 3+r.IntN(7)
	in, out := groups*(1+r.IntN(5)), groups*(1+r.IntN(9))
	kh, kw := 1+r.IntN(3), 1+r.IntN(3)
	axes := compute.ConvolveAxesConfig{InputBatch: 0, InputChannels: 3, InputSpatial: []int{1, 2},
		KernelInputChannels: 2, KernelOutputChannels: 3, KernelSpatial: []int{0, 1},
		OutputBatch: 0, OutputChannels: 3, OutputSpatial: []int{1, 2}}
	inputDims, kernelDims := []int{batch, height, width, in}, []int{kh, kw, in / groups, out}
	if r.IntN(4) == 0 {
		axes.InputChannels, axes.InputSpatial = 1, []int{2, 3}
		axes.OutputChannels, axes.OutputSpatial = 1, []int{2, 3}
		axes.KernelOutputChannels, axes.KernelInputChannels, axes.KernelSpatial = 0, 1, []int{2, 3}
		inputDims, kernelDims = []int{batch, in, height, width}, []int{out, in / groups, kh, kw}
	}
	strides, dilations := []int{1 + r.IntN(2), 1 + r.IntN(2)}, []int{1, 1}
	if r.IntN(4) == 0 && groups == 1 {
		dilations = []int{1 + r.IntN(2), 1 + r.IntN(2)}
	}
	inputDilations := []int{1, 1}
	if r.IntN(5) == 0 && groups == 1 {
		inputDilations = []int{1 + r.IntN(2), 1 + r.IntN(2)}
	}
	paddings := [][2]int{{r.IntN(3) + 1, r.IntN(3) + 1}, {r.IntN(3) + 1, r.IntN(3) + 1}}
	size := func(n, k, i int) int {
		return (((n-1)*inputDilations[i]+1)+paddings[i][0]+paddings[i][1]-((k-1)*dilations[i]+1))/strides[i] + 1
	}
	outDims := make([]int, 4)
	outDims[axes.OutputBatch], outDims[axes.OutputChannels] = batch, out
	outDims[axes.OutputSpatial[0]], outDims[axes.OutputSpatial[1]] = size(height, kh, 0), size(width, kw, 1)
	if outDims[axes.OutputSpatial[0]] < 1 || outDims[axes.OutputSpatial[1]] < 1 {
		return
	}
	x, k := r.input(dtypes.Float32, inputDims), r.input(dtypes.Float32, kernelDims)
	name := fmt.Sprintf("ConvGeneral strides %v paddings %v dilations %v, of the input %v, groups %d, axes %+v", strides, paddings, dilations, inputDilations, groups, axes)
	r.add(name, []int{x, k}, []sketch{{shapes.Make(dtypes.Float32, outDims...), false}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.ConvGeneral(in[0], in[1], axes, strides, paddings, inputDilations, dilations, groups, 1))
		})
}

// pool reduces windows of a random input and sends a gradient back through them.
func (r *generator) pool() {
	dims := []int{1 + r.IntN(3), 4 + r.IntN(5), 4 + r.IntN(5), 1 + r.IntN(9)}
	x := r.input(dtypes.Float32, dims)
	sizes, strides := []int{1, 2 + r.IntN(2), 2 + r.IntN(2), 1}, []int{1, 1 + r.IntN(2), 1 + r.IntN(2), 1}
	paddings := [][2]int{{0, 0}, {r.IntN(2), r.IntN(2)}, {r.IntN(2), r.IntN(2)}, {0, 0}}
	outDims := make([]int, 4)
	for i := range dims {
		outDims[i] = (dims[i]+paddings[i][0]+paddings[i][1]-sizes[i])/strides[i] + 1
	}
	kind := []compute.ReduceOpType{compute.ReduceOpMax, compute.ReduceOpSum, compute.ReduceOpMin}[r.IntN(3)]
	pooled := r.add("ReduceWindow", []int{x}, []sketch{{shapes.Make(dtypes.Float32, outDims...), kind != compute.ReduceOpSum}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.ReduceWindow(in[0], kind, sizes, strides, nil, nil, paddings))
		})
	r.add("SelectAndScatter", []int{x, pooled}, []sketch{{shapes.Make(dtypes.Float32, dims...), false}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			if kind == compute.ReduceOpMin {
				return alone(f.SelectAndScatterMin(in[0], in[1], sizes, strides, paddings))
			}
			return alone(f.SelectAndScatterMax(in[0], in[1], sizes, strides, paddings))
		})
}
