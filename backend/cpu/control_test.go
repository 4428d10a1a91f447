package cpu

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/compute/support/testutil"

	"espalier/seed"
)

// closure builds a closure of scalar parameters.
func closure(f compute.Function, parameters []shapes.Shape, build func(f compute.Function, in []compute.Value) (compute.Value, error)) (compute.Function, error) {
	g, err := f.Closure()
	if err != nil {
		return nil, err
	}
	in := make([]compute.Value, len(parameters))
	for i, shape := range parameters {
		if in[i], err = g.Parameter(fmt.Sprint("p", i), shape, nil); err != nil {
			return nil, err
		}
	}
	out, err := build(g, in)
	if err != nil {
		return nil, err
	}
	return g, g.Return([]compute.Value{out}, nil)
}

// TestSortCarriesOthersAlong sorts keys descending along each axis, with their
// positions, by a comparator that uses a captured value.
func TestSortCarriesOthersAlong(t *testing.T) {
	b := newBackend(t, "")
	random := seed.Seed(1).Stream("sort")
	keys, places := make([][]float32, 7), make([][]int64, 7)
	for i := range keys {
		keys[i], places[i] = make([]float32, 40), make([]int64, 40)
		for j := range keys[i] {
			keys[i][j], places[i][j] = float32(random.IntN(9)), int64(100*i+j)
		}
	}
	for axis := range 2 {
		got, err := testutil.Exec(b, []any{keys, places, float32(-1)}, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			scalars := []shapes.Shape{shapes.Make(dtypes.Float32), shapes.Make(dtypes.Float32), shapes.Make(dtypes.Int64), shapes.Make(dtypes.Int64)}
			less, err := closure(f, scalars, func(g compute.Function, p []compute.Value) (compute.Value, error) {
				x, err := g.Mul(p[0], in[2])
				if err != nil {
					return nil, err
				}
				y, err := g.Mul(p[1], in[2])
				if err != nil {
					return nil, err
				}
				return g.LessThan(x, y)
			})
			if err != nil {
				return nil, err
			}
			return f.Sort(less, axis, true, in[0], in[1])
		})
		if err != nil {
			t.Fatal(err)
		}
		sorted, moved := got[0].([][]float32), got[1].([][]int64)
		for i := range sorted {
			for j, key := range sorted[i] {
				place := moved[i][j]
				if keys[place/100][place%100] != key {
					t.Fatalf("axis %d: element %d, %d came without its position", axis, i, j)
				}
				before, ok := 0, false
				switch {
				case axis == 0 && i > 0:
					before, ok = i-1, sorted[i-1][j] > key || sorted[i-1][j] == key && moved[i-1][j] < place
				case axis == 1 && j > 0:
					before, ok = j-1, sorted[i][j-1] > key || sorted[i][j-1] == key && moved[i][j-1] < place
				default:
					continue
				}
				if !ok {
					t.Errorf("axis %d: element %d, %d is out of order with %d", axis, i, j, before)
				}
			}
		}
	}
}

// TestNestedClosures captures a value of the outermost function two closures deep,
// inside a named function's caller.
func TestNestedClosures(t *testing.T) {
	b := newBackend(t, "")
	for _, outer := range []bool{false, true} {
		for _, inner := range []bool{false, true} {
			got, err := testutil.Exec1(b, []any{[]float32{1, 2}, outer, inner}, func(f compute.Function, in []compute.Value) (compute.Value, error) {
				choose := func(f compute.Function, condition compute.Value, yes, no func(compute.Function) (compute.Value, error)) (compute.Value, error) {
					branches := make([]compute.Function, 2)
					for i, build := range []func(compute.Function) (compute.Value, error){yes, no} {
						var err error
						if branches[i], err = closure(f, nil, func(g compute.Function, _ []compute.Value) (compute.Value, error) { return build(g) }); err != nil {
							return nil, err
						}
					}
					out, err := f.If(condition, branches[0], branches[1])
					if err != nil {
						return nil, err
					}
					return out[0], nil
				}
				return choose(f, in[1],
					func(g compute.Function) (compute.Value, error) {
						return choose(g, in[2],
							func(h compute.Function) (compute.Value, error) { return h.Add(in[0], in[0]) },
							func(h compute.Function) (compute.Value, error) { return h.Neg(in[0]) })
					},
					func(g compute.Function) (compute.Value, error) { return g.Identity(in[0]) })
			})
			if err != nil {
				t.Fatal(err)
			}
			want := []float32{1, 2}
			if outer {
				want = []float32{-1, -2}
				if inner {
					want = []float32{2, 4}
				}
			}
			if !slices.Equal(got.([]float32), want) {
				t.Errorf("%v, %v: %v, want %v", outer, inner, got, want)
			}
		}
	}
}

func TestCallOfNamedFunction(t *testing.T) {
	b := newBackend(t, "")
	got, err := testutil.Exec1(b, []any{[]float32{3, 4}}, func(f compute.Function, in []compute.Value) (compute.Value, error) {
		square, err := f.Builder().NewFunction("square")
		if err != nil {
			return nil, err
		}
		x, err := square.Parameter("x", shapes.Make(dtypes.Float32, 2), nil)
		if err != nil {
			return nil, err
		}
		y, err := square.Mul(x, x)
		if err != nil {
			return nil, err
		}
		if err := square.Return([]compute.Value{y}, nil); err != nil {
			return nil, err
		}
		once, err := f.Call(square, in[0])
		if err != nil {
			return nil, err
		}
		twice, err := f.Call(square, once[0])
		if err != nil {
			return nil, err
		}
		return twice[0], nil
	})
	if err != nil || !slices.Equal(got.([]float32), []float32{81, 256}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestControlFlowRefusals(t *testing.T) {
	b := newBackend(t, "")
	f := b.Builder("refusals").Main()
	x, err := f.Constant([]float32{1, 2}, 2)
	if err != nil {
		t.Fatal(err)
	}
	identity, err := closure(f, []shapes.Shape{shapes.Make(dtypes.Float32, 2)}, func(_ compute.Function, in []compute.Value) (compute.Value, error) { return in[0], nil })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.While(identity, identity, x); err == nil || !strings.Contains(err.Error(), "the condition returns") {
		t.Errorf("While with a condition that is no truth: %v", err)
	}
	if _, err := f.If(x, identity, identity); err == nil || !strings.Contains(err.Error(), "condition must be a scalar") {
		t.Errorf("If on a vector: %v", err)
	}
	if _, err := f.Sort(identity, 0, false, x); err == nil || !strings.Contains(err.Error(), "the comparator takes") {
		t.Errorf("Sort with a wrong comparator: %v", err)
	}
	if _, err := f.Call(identity, x); err == nil {
		t.Error("Call of a closure was accepted")
	}
}
