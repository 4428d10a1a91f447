package cpu

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"espalier/seed"
)

var steps = flag.Int("steps", 200, "number of training steps for each number of workers; a tenth of it with -short")

// TestManySteps trains a residual and a grouped network and runs nested functions for
// many steps with 1, 2, 3 and 8 workers, one after the other and all three at once on
// one backend: nothing waits for ever, and the bytes are always the same.
func TestManySteps(t *testing.T) {
	count := *steps
	if testing.Short() {
		count = max(1, count/10)
	}
	var want [][]float32
	for _, workers := range []int{1, 2, 3, 8} {
		for _, together := range []bool{false, true} {
			b := newBackend(t, fmt.Sprint("workers=", workers))
			got := make([][]float32, len(steppers))
			var running sync.WaitGroup
			for i, stepper := range steppers {
				run := func() {
					var err error
					if got[i], err = stepper(b, count); err != nil {
						t.Errorf("%d workers, program %d: %v", workers, i, err)
					}
				}
				if together {
					running.Go(run)
				} else {
					run()
				}
			}
			running.Wait()
			if want == nil {
				want = got
			}
			for i := range got {
				if !slices.Equal(got[i], want[i]) {
					t.Errorf("program %d ends elsewhere with %d workers, together %v", i, workers, together)
				}
			}
		}
	}
	for i, state := range want {
		if slices.ContainsFunc(state, func(x float32) bool { return math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) }) {
			t.Errorf("program %d ends with numbers that are not finite", i)
		}
	}
}

// steppers run a program for some steps and return all of its state.
var steppers = []func(b *Backend, count int) ([]float32, error){trainSmallResidual, trainGrouped, runNested}

func trainSmallResidual(b *Backend, count int) ([]float32, error) {
	small := resnet("residual/b2", 1, 2, 8)
	return trainFor(b, small, count)
}

func trainGrouped(b *Backend, count int) ([]float32, error) { return trainFor(b, grouped, count) }

// trainFor returns the parameters and momenta after some steps.
func trainFor(b *Backend, m model, count int) ([]float32, error) {
	tr, err := m.build(b)
	if err != nil {
		return nil, err
	}
	for range count {
		if _, err := tr.step(); err != nil {
			return nil, err
		}
	}
	state, err := tensors(tr.state)
	var out []float32
	for _, s := range state {
		out = append(out, s.flat.([]float32)...)
	}
	return out, err
}

// runNested feeds a matrix back into a loop that calls a function that branches.
func runNested(b *Backend, count int) ([]float32, error) {
	shape := shapes.Make(dtypes.Float32, 70, 70)
	executable, err := nestedProgram(b, shape)
	if err != nil {
		return nil, err
	}
	random := seed.Seed(9).Stream("nested")
	x := make([]float32, shape.Size())
	for i := range x {
		x[i] = float32(random.NormFloat64())
	}
	for range count {
		in, err := b.BufferFromFlatData(0, x, shape)
		if err != nil {
			return nil, err
		}
		results, err := executable.Execute([]compute.Buffer{in}, []bool{true}, 0)
		if err != nil {
			return nil, err
		}
		if err := results[1].ToFlatData(x); err != nil {
			return nil, err
		}
	}
	return x, nil
}

// nestedProgram repeats three times: x = tanh(x·x) if a flag holds, else -x, by a
// function that is called from the body of a loop.
func nestedProgram(b *Backend, shape shapes.Shape) (compute.Executable, error) {
	builder := b.Builder("nested")
	f := builder.Main()
	mix, err := builder.NewFunction("mix")
	if err != nil {
		return nil, err
	}
	if err := buildMix(mix, shape); err != nil {
		return nil, err
	}
	x, err := f.Parameter("x", shape, nil)
	if err != nil {
		return nil, err
	}
	zero, err := f.Constant([]int32{0})
	if err != nil {
		return nil, err
	}
	state := []compute.Value{zero, x}
	cond, err := loopPart(f, state, func(g compute.Function, state []compute.Value) ([]compute.Value, error) {
		limit, err := g.Constant([]int32{3})
		if err != nil {
			return nil, err
		}
		return alone(g.LessThan(state[0], limit))
	})
	if err != nil {
		return nil, err
	}
	body, err := loopPart(f, state, func(g compute.Function, state []compute.Value) ([]compute.Value, error) {
		mixed, err := g.Call(mix, state[1])
		if err != nil {
			return nil, err
		}
		return loopStep(g, []compute.Value{state[0], mixed[0]}, []compute.Value{x})
	})
	if err != nil {
		return nil, err
	}
	final, err := f.While(cond, body, state...)
	if err != nil {
		return nil, err
	}
	if err := f.Return(final, nil); err != nil {
		return nil, err
	}
	return builder.Compile()
}

// buildMix is the product of x with itself where its first element is positive.
func buildMix(f compute.Function, shape shapes.Shape) error {
	x, err := f.Parameter("x", shape, nil)
	if err != nil {
		return err
	}
	c := chain{f: f.(*Function)}
	first := c.do1(f.Reshape(c.do1(f.Slice(x, []int{0, 0}, []int{1, 1}, nil))))
	positive := c.do1(f.GreaterThan(first, c.do1(f.Constant([]float32{0}))))
	if c.err != nil {
		return c.err
	}
	product, err := closure(f, nil, func(g compute.Function, _ []compute.Value) (compute.Value, error) {
		return g.DotGeneral(x, []int{1}, nil, x, []int{0}, nil, compute.DotGeneralConfig{})
	})
	if err != nil {
		return err
	}
	negative, err := closure(f, nil, func(g compute.Function, _ []compute.Value) (compute.Value, error) { return g.Neg(x) })
	if err != nil {
		return err
	}
	out, err := f.If(positive, product, negative)
	if err != nil {
		return err
	}
	return f.Return(out, nil)
}
