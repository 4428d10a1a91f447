package cpu

import (
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// families of operations, each adding one at random.
var families = []func(r *generator){
	(*generator).unary, (*generator).unary, (*generator).unary,
	(*generator).binary, (*generator).binary, (*generator).binary, (*generator).binary,
	(*generator).compare, (*generator).where, (*generator).convert,
	(*generator).reduce, (*generator).reduce, (*generator).reshape, (*generator).transpose,
	(*generator).slice, (*generator).pad, (*generator).concatenate, (*generator).reverse,
	(*generator).broadcast, (*generator).gather, (*generator).scatter, (*generator).dot,
	(*generator).convolve, (*generator).pool, (*generator).branch, (*generator).loop,
	(*generator).sort, (*generator).call,
	(*generator).lateInput,
}

type (
	unaryOp  = func(compute.Function, compute.Value) (compute.Value, error)
	binaryOp = func(compute.Function, compute.Value, compute.Value) (compute.Value, error)
)

func (r *generator) lateInput() {
	r.input([]dtypes.DType{dtypes.Float32, dtypes.Int32}[r.IntN(2)], r.dimensions())
}

// unary keeps values in the operations' domains and of moderate size.
func (r *generator) unary() {
	at := r.find(func(v sketch) bool { return v.shape.DType == dtypes.Float32 })
	if at < 0 {
		return
	}
	v := r.values[at]
	type choice struct {
		name  string
		op    unaryOp
		exact bool
	}
	safe := []choice{
		{"Abs", compute.Function.Abs, true}, {"Neg", compute.Function.Neg, true},
		{"Tanh", compute.Function.Tanh, false}, {"Logistic", compute.Function.Logistic, false},
		{"Erf", compute.Function.Erf, false},
	}
	positive := []choice{
		{"Sqrt", compute.Function.Sqrt, false}, {"Log1p", compute.Function.Log1p, false},
	}
	bounded := []choice{
		{"Exp", compute.Function.Exp, false}, {"Expm1", compute.Function.Expm1, false},
		{"Sin", compute.Function.Sin, false}, {"Cos", compute.Function.Cos, false},
	}
	steps := []choice{
		{"Floor", compute.Function.Floor, true}, {"Ceil", compute.Function.Ceil, true},
		{"Round", compute.Function.Round, true}, {"Sign", compute.Function.Sign, true},
	}
	pick := func(list []choice) choice { return list[r.IntN(len(list))] }
	chain := func(list ...choice) {
		name, exact := "", v.exact
		for _, c := range list {
			name, exact = name+"·"+c.name, exact && c.exact
		}
		r.add(name, []int{at}, []sketch{{v.shape, exact}}, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			x, err := in[0], error(nil)
			for _, c := range list {
				if x, err = c.op(f, x); err != nil {
					return nil, err
				}
			}
			return alone(x, err)
		})
	}
	switch r.IntN(5) {
	case 0:
		chain(safe[0], choice{"+1", func(f compute.Function, x compute.Value) (compute.Value, error) {
			one, err := f.Constant([]float32{1})
			if err != nil {
				return nil, err
			}
			return f.Add(x, one)
		}, false}, pick(append(positive, choice{"Log", compute.Function.Log, false}, choice{"Rsqrt", compute.Function.Rsqrt, false})))
	case 1:
		chain(safe[2], pick(bounded))
	case 2:
		if v.exact {
			chain(pick(steps))
			return
		}
		fallthrough
	default:
		chain(pick(safe))
	}
}

// mate returns a value that broadcasts with v: of its type, the same dimensions or
// ones, or a scalar.
func (r *generator) mate(v sketch, exact bool) int {
	return r.find(func(w sketch) bool {
		if w.shape.DType != v.shape.DType || exact && !w.exact {
			return false
		}
		if w.shape.Rank() == 0 || v.shape.Rank() == 0 {
			return true
		}
		if w.shape.Rank() != v.shape.Rank() {
			return false
		}
		for axis, d := range v.shape.Dimensions {
			if e := w.shape.Dimensions[axis]; d != e && d != 1 && e != 1 {
				return false
			}
		}
		return true
	})
}

func broadcastOf(x, y shapes.Shape, dtype dtypes.DType) shapes.Shape {
	if x.Rank() == 0 {
		return with(y, dtype)
	}
	out := with(x, dtype)
	for axis := range out.Dimensions {
		if y.Rank() > 0 {
			out.Dimensions[axis] = max(out.Dimensions[axis], y.Dimensions[axis])
		}
	}
	return out
}

func (r *generator) binary() {
	at := r.find(func(v sketch) bool { return v.shape.DType != dtypes.Bool })
	v := r.values[at]
	other := r.mate(v, false)
	w := r.values[other]
	type choice struct {
		name  string
		op    binaryOp
		exact bool
	}
	list := []choice{
		{"Add", compute.Function.Add, false}, {"Sub", compute.Function.Sub, false}, {"Mul", compute.Function.Mul, false},
		{"Max", compute.Function.Max, true}, {"Min", compute.Function.Min, true},
	}
	if v.shape.DType == dtypes.Float32 {
		list = append(list, choice{"Div", func(f compute.Function, x, y compute.Value) (compute.Value, error) {
			size, err := f.Abs(y)
			if err != nil {
				return nil, err
			}
			half, err := f.Constant([]float32{0.5})
			if err != nil {
				return nil, err
			}
			if size, err = f.Add(size, half); err != nil {
				return nil, err
			}
			return f.Div(x, size)
		}, false})
	}
	c := list[r.IntN(len(list))]
	exact := v.exact && w.exact && (c.exact || v.shape.DType == dtypes.Int32)
	r.add(c.name, []int{at, other}, []sketch{{broadcastOf(v.shape, w.shape, v.shape.DType), exact}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(c.op(f, in[0], in[1]))
		})
}

func (r *generator) compare() {
	at := r.find(func(v sketch) bool { return v.exact && v.shape.DType != dtypes.Bool })
	v := r.values[at]
	other := r.mate(v, true)
	w := r.values[other]
	op := []binaryOp{compute.Function.LessThan, compute.Function.GreaterOrEqual, compute.Function.Equal,
		compute.Function.NotEqual, compute.Function.LessOrEqual, compute.Function.GreaterThan}[r.IntN(6)]
	r.add("compare", []int{at, other}, []sketch{{broadcastOf(v.shape, w.shape, dtypes.Bool), true}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(op(f, in[0], in[1]))
		})
}

func (r *generator) where() {
	condition := r.find(isType(dtypes.Bool))
	if condition < 0 {
		return
	}
	shape := r.values[condition].shape
	fits := func(v sketch) bool {
		return v.shape.DType == dtypes.Float32 && (v.shape.Rank() == 0 || v.shape.EqualDimensions(shape))
	}
	x, y := r.find(fits), r.find(fits)
	if x < 0 {
		return
	}
	r.add("Where", []int{condition, x, y}, []sketch{{with(shape, dtypes.Float32), r.values[x].exact && r.values[y].exact}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.Where(in[0], in[1], in[2]))
		})
}

func (r *generator) convert() {
	at := r.IntN(len(r.values))
	v := r.values[at]
	to := dtypes.Float32
	if v.shape.DType == dtypes.Float32 {
		if !v.exact {
			return
		}
		to = dtypes.Int32
	}
	r.add("ConvertDType", []int{at}, []sketch{{with(v.shape, to), v.exact}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.ConvertDType(in[0], to))
		})
}

func (r *generator) reduce() {
	at := r.find(func(v sketch) bool { return v.shape.DType != dtypes.Bool && v.shape.Rank() > 0 })
	if at < 0 {
		return
	}
	v := r.values[at]
	var axes, left []int
	for axis, d := range v.shape.Dimensions {
		if r.IntN(2) == 0 {
			axes = append(axes, axis)
		} else {
			left = append(left, d)
		}
	}
	if len(axes) == 0 {
		return
	}
	op := []func(compute.Function, compute.Value, ...int) (compute.Value, error){compute.Function.ReduceSum,
		compute.Function.ReduceMax, compute.Function.ReduceMin}
	which := r.IntN(3)
	if v.shape.Size()/max(1, shapes.Make(v.shape.DType, left...).Size()) > 1000 {
		// The reference adds one after the other, with an error that grows.
		which = 1
	}
	exact := v.exact && (which > 0 || v.shape.DType == dtypes.Int32)
	r.add("reduce", []int{at}, []sketch{{shapes.Make(v.shape.DType, left...), exact}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			x, err := in[0], error(nil)
			if which == 0 {
				// Terms of both signs can cancel out and leave nothing but rounding.
				if x, err = f.Abs(x); err != nil {
					return nil, err
				}
			}
			return alone(op[which](f, x, axes...))
		})
}

func (r *generator) reshape() {
	at := r.IntN(len(r.values))
	v := r.values[at]
	dims := []int{v.shape.Size()}
	switch r.IntN(3) {
	case 0:
		dims = append(slices.Clone(v.shape.Dimensions), 1)
	case 1:
		for _, p := range []int{2, 3, 5} {
			if last := dims[len(dims)-1]; last%p == 0 && last > p {
				dims = append(dims[:len(dims)-1], p, last/p)
			}
		}
	}
	r.add("Reshape", []int{at}, []sketch{{shapes.Make(v.shape.DType, dims...), v.exact}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.Reshape(in[0], dims...))
		})
}

func (r *generator) transpose() {
	at := r.find(func(v sketch) bool { return v.shape.Rank() > 1 })
	if at < 0 {
		return
	}
	v := r.values[at]
	permutation := r.Perm(v.shape.Rank())
	dims := make([]int, len(permutation))
	for i, axis := range permutation {
		dims[i] = v.shape.Dimensions[axis]
	}
	r.add("Transpose", []int{at}, []sketch{{shapes.Make(v.shape.DType, dims...), v.exact}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.Transpose(in[0], permutation...))
		})
}

func (r *generator) slice() {
	at := r.find(func(v sketch) bool { return v.shape.Rank() > 0 })
	if at < 0 {
		return
	}
	v := r.values[at]
	rank := v.shape.Rank()
	starts, limits, strides, dims := make([]int, rank), make([]int, rank), make([]int, rank), make([]int, rank)
	for axis, d := range v.shape.Dimensions {
		limits[axis], strides[axis] = d, 1
		if r.IntN(2) == 0 {
			starts[axis] = r.IntN(d)
			limits[axis] = starts[axis] + 1 + r.IntN(d-starts[axis])
			strides[axis] = 1 + r.IntN(2)
		}
		dims[axis] = (limits[axis] - starts[axis] + strides[axis] - 1) / strides[axis]
	}
	r.add("Slice", []int{at}, []sketch{{shapes.Make(v.shape.DType, dims...), v.exact}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.Slice(in[0], starts, limits, strides))
		})
}

func (r *generator) pad() {
	at := r.find(func(v sketch) bool {
		return v.shape.DType == dtypes.Float32 && v.shape.Rank() > 0 && v.shape.Size() < 2000
	})
	fill := r.find(func(v sketch) bool { return v.shape.DType == dtypes.Float32 && v.shape.Rank() == 0 })
	if at < 0 || fill < 0 {
		return
	}
	v := r.values[at]
	axes := make([]compute.PadAxis, v.shape.Rank())
	dims := slices.Clone(v.shape.Dimensions)
	for axis := range axes {
		if r.IntN(2) == 0 {
			axes[axis] = compute.PadAxis{Start: r.IntN(3), End: r.IntN(3), Interior: r.IntN(2)}
			dims[axis] += axes[axis].Start + axes[axis].End + axes[axis].Interior*(dims[axis]-1)
		}
	}
	r.add("Pad", []int{at, fill}, []sketch{{shapes.Make(v.shape.DType, dims...), v.exact && r.values[fill].exact}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.Pad(in[0], in[1], axes...))
		})
}

func (r *generator) concatenate() {
	at := r.find(func(v sketch) bool { return v.shape.Rank() > 0 })
	if at < 0 {
		return
	}
	v := r.values[at]
	axis := r.IntN(v.shape.Rank())
	other := r.find(func(w sketch) bool {
		if w.shape.DType != v.shape.DType || w.shape.Rank() != v.shape.Rank() {
			return false
		}
		for i, d := range w.shape.Dimensions {
			if i != axis && d != v.shape.Dimensions[i] {
				return false
			}
		}
		return true
	})
	dims := slices.Clone(v.shape.Dimensions)
	dims[axis] += r.values[other].shape.Dimensions[axis]
	r.add("Concatenate", []int{at, other}, []sketch{{shapes.Make(v.shape.DType, dims...), v.exact && r.values[other].exact}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.Concatenate(axis, in...))
		})
}

func (r *generator) reverse() {
	at := r.find(func(v sketch) bool { return v.shape.Rank() > 0 && v.shape.DType != dtypes.Bool })
	if at < 0 {
		return
	}
	axis := r.IntN(r.values[at].shape.Rank())
	r.add("Reverse", []int{at}, []sketch{r.values[at]},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.Reverse(in[0], axis))
		})
}

func (r *generator) broadcast() {
	at := r.find(func(v sketch) bool { return v.shape.Rank() < 4 && v.shape.Size() < 500 })
	if at < 0 {
		return
	}
	v := r.values[at]
	var dims, axes []int
	for _, d := range v.shape.Dimensions {
		if r.IntN(2) == 0 {
			dims = append(dims, 1+r.IntN(4))
		}
		axes = append(axes, len(dims))
		if d == 1 && r.IntN(2) == 0 {
			d = 1 + r.IntN(5)
		}
		dims = append(dims, d)
	}
	dims = append(dims, 1+r.IntN(3))
	shape := shapes.Make(v.shape.DType, dims...)
	r.add("BroadcastInDim", []int{at}, []sketch{{shape, v.exact}},
		func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			return alone(f.BroadcastInDim(in[0], shape, axes))
		})
}
