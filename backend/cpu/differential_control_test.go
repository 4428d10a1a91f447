package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// branch takes one of two closures that capture a value, or, where nothing may be
// captured, make one.
func (r *generator) branch() {
	at := r.find(isType(dtypes.Float32))
	v := r.values[at]
	yes := r.IntN(2) == 0
	content := make([]float32, v.shape.Size())
	for i := range content {
		content[i] = float32(r.NormFloat64())
	}
	r.add("If", []int{at}, []sketch{{v.shape, false}}, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		condition, err := f.Constant([]bool{yes})
		if err != nil {
			return nil, err
		}
		branches := make([]compute.Function, 2)
		for i, op := range []binaryOp{compute.Function.Add, compute.Function.Mul} {
			if branches[i], err = f.Closure(); err != nil {
				return nil, err
			}
			x := in[0]
			if !r.reference.Captures {
				if x, err = branches[i].Constant(content, v.shape.Dimensions...); err != nil {
					return nil, err
				}
			}
			out, err := op(branches[i], x, x)
			if err != nil {
				return nil, err
			}
			if err := branches[i].Return([]compute.Value{out}, nil); err != nil {
				return nil, err
			}
		}
		return f.If(condition, branches[0], branches[1])
	})
}

// loop repeats x = tanh(x + y) a few times, where the body captures y or, where
// nothing may be captured, carries it along.
func (r *generator) loop() {
	at := r.find(isType(dtypes.Float32))
	v := r.values[at]
	times := int32(r.IntN(4))
	results := []sketch{{shapes.Make(dtypes.Int32), true}, {v.shape, false}}
	if !r.reference.Captures {
		results = append(results, v)
	}
	r.add("While", []int{at}, results, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		zero, err := f.Constant([]int32{0})
		if err != nil {
			return nil, err
		}
		state, captured := []compute.Value{zero, in[0]}, in
		if !r.reference.Captures {
			state, captured = append(state, in[0]), nil
		}
		cond, err := loopPart(f, state, func(g compute.Function, state []compute.Value) ([]compute.Value, error) {
			limit, err := g.Constant([]int32{times})
			if err != nil {
				return nil, err
			}
			return alone(g.LessThan(state[0], limit))
		})
		if err != nil {
			return nil, err
		}
		body, err := loopPart(f, state, func(g compute.Function, state []compute.Value) ([]compute.Value, error) {
			return loopStep(g, state, captured)
		})
		if err != nil {
			return nil, err
		}
		return f.While(cond, body, state...)
	})
}

// loopPart is a closure on the state of a loop.
func loopPart(f compute.Function, state []compute.Value, build func(g compute.Function, state []compute.Value) ([]compute.Value, error)) (compute.Function, error) {
	g, err := f.Closure()
	if err != nil {
		return nil, err
	}
	parameters := make([]compute.Value, len(state))
	for i, v := range state {
		shape, err := f.Builder().OpShape(v)
		if err != nil {
			return nil, err
		}
		if parameters[i], err = g.Parameter(fmt.Sprint("state", i), shape, nil); err != nil {
			return nil, err
		}
	}
	out, err := build(g, parameters)
	if err != nil {
		return nil, err
	}
	return g, g.Return(out, nil)
}

// loopStep counts and adds the last of the state or of what is captured.
func loopStep(g compute.Function, state, captured []compute.Value) ([]compute.Value, error) {
	step, err := g.Constant([]int32{1})
	if err != nil {
		return nil, err
	}
	next, err := g.Add(state[0], step)
	if err != nil {
		return nil, err
	}
	all := slices.Concat(state, captured)
	sum, err := g.Add(state[1], all[len(all)-1])
	if err != nil {
		return nil, err
	}
	bounded, err := g.Tanh(sum)
	if err != nil {
		return nil, err
	}
	return append([]compute.Value{next, bounded}, state[2:]...), nil
}

// sort orders an exact value along an axis and carries another one along.
func (r *generator) sort() {
	at := r.find(func(v sketch) bool {
		return v.exact && v.shape.Rank() > 0 && v.shape.Size() < 3000 && v.shape.DType != dtypes.Bool
	})
	if at < 0 {
		return
	}
	v := r.values[at]
	other := r.find(func(w sketch) bool { return w.shape.EqualDimensions(v.shape) && w.shape.DType != dtypes.Bool })
	w := r.values[other]
	axis := r.IntN(v.shape.Rank())
	r.add("Sort", []int{at, other}, []sketch{v, w}, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		first, second := shapes.Make(v.shape.DType), shapes.Make(w.shape.DType)
		less, err := closure(f, []shapes.Shape{first, first, second, second},
			func(g compute.Function, p []compute.Value) (compute.Value, error) { return g.LessThan(p[0], p[1]) })
		if err != nil {
			return nil, err
		}
		return f.Sort(less, axis, true, in...)
	})
}

// call runs a named function twice.
func (r *generator) call() {
	at := r.find(isType(dtypes.Float32))
	v := r.values[at]
	name := fmt.Sprint("named", len(r.graph.recipes))
	r.add("Call", []int{at}, []sketch{{v.shape, false}}, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		g, err := f.Builder().NewFunction(name)
		if err != nil {
			return nil, err
		}
		x, err := g.Parameter("x", v.shape, nil)
		if err != nil {
			return nil, err
		}
		bounded, err := g.Tanh(x)
		if err != nil {
			return nil, err
		}
		sum, err := g.Add(bounded, x)
		if err != nil {
			return nil, err
		}
		if err := g.Return([]compute.Value{sum}, nil); err != nil {
			return nil, err
		}
		once, err := f.Call(g, in...)
		if err != nil {
			return nil, err
		}
		return f.Call(g, once...)
	})
}
