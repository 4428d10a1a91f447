package cpu

import (
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
)

// program1 builds a program of float32 parameters.
func program1(t testing.TB, b *Backend, dims [][]int, build func(f compute.Function, in []compute.Value) ([]compute.Value, error)) compute.Executable {
	t.Helper()
	builder := b.Builder("test")
	f := builder.Main()
	in := make([]compute.Value, len(dims))
	for i, d := range dims {
		var err error
		if in[i], err = f.Parameter("x", shapes.Make(dtypes.Float32, d...), nil); err != nil {
			t.Fatal(err)
		}
	}
	out, err := build(f, in)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Return(out, nil); err != nil {
		t.Fatal(err)
	}
	executable, err := builder.Compile()
	if err != nil {
		t.Fatal(err)
	}
	return executable
}

func floats(t testing.TB, b *Backend, data ...float32) *Buffer {
	t.Helper()
	buffer, err := b.BufferFromFlatData(0, data, shapes.Make(dtypes.Float32, len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return buffer.(*Buffer)
}

func TestDonatedInputsAreUpdatedInPlace(t *testing.T) {
	b := newBackend(t, "")
	executable := program1(t, b, [][]int{{4}, {4}}, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		sum, err := f.Add(in[0], in[1])
		if err != nil {
			return nil, err
		}
		product, err := f.Mul(sum, in[0])
		return []compute.Value{sum, product}, err
	})
	x, y := floats(t, b, 1, 2, 3, 4), floats(t, b, 10, 20, 30, 40)
	blocks := []*memory{x.memory, y.memory}
	results, err := executable.Execute([]compute.Buffer{x, y}, []bool{true, true}, 0)
	if err != nil {
		t.Fatal(err)
	}
	got, err := tensors(results)
	if err != nil {
		t.Fatal(err)
	}
	if s, p := got[0].flat.([]float32), got[1].flat.([]float32); s[3] != 44 || p[3] != 176 || p[0] != 11 {
		t.Errorf("got %v and %v", s, p)
	}
	for i, result := range results {
		if block := result.(*Buffer).memory; block != blocks[0] && block != blocks[1] {
			t.Errorf("result %d has memory of its own", i)
		}
	}
	if _, err := executable.Execute([]compute.Buffer{x, y}, nil, 0); err == nil {
		t.Error("a donated buffer was accepted again")
	}
	if err := x.Finalize(); err != nil {
		t.Errorf("finalizing a donated buffer: %v", err)
	}
}

func TestInputsThatAreOutputs(t *testing.T) {
	b := newBackend(t, "")
	executable := program1(t, b, [][]int{{2}, {2}}, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		constant, err := f.Constant([]float32{7, 8}, 2)
		if err != nil {
			return nil, err
		}
		flat, err := f.Reshape(in[1], 1, 2)
		return []compute.Value{in[0], in[0], in[1], flat, constant, constant}, err
	})
	for _, donate := range [][]bool{nil, {true, true}} {
		x, y := floats(t, b, 1, 2), floats(t, b, 3, 4)
		results, err := executable.Execute([]compute.Buffer{x, y}, donate, 0)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tensors(results)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[*memory]bool{}
		for i, want := range []float32{1, 1, 3, 3, 7, 7} {
			block := results[i].(*Buffer).memory
			if got[i].flat.([]float32)[0] != want || seen[block] {
				t.Errorf("donate %v: output %d is %v, in memory shared with another: %v", donate, i, got[i].flat, seen[block])
			}
			seen[block] = true
		}
	}
}

func TestOneBufferTwiceIsNotOverwritten(t *testing.T) {
	b := newBackend(t, "")
	executable := program1(t, b, [][]int{{2}, {2}}, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
		next, err := f.Add(in[0], in[1])
		return []compute.Value{next}, err
	})
	x := floats(t, b, 1, 2)
	results, err := executable.Execute([]compute.Buffer{x, x}, []bool{true, false}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if results[0].(*Buffer).memory == x.memory {
		t.Error("the result lies over an input that is not donated")
	}
}

func TestExecuteRefusesWrongInputs(t *testing.T) {
	b := newBackend(t, "")
	executable := program1(t, b, [][]int{{2}}, func(f compute.Function, in []compute.Value) ([]compute.Value, error) { return in, nil })
	gone := floats(t, b, 1, 2)
	if err := gone.Finalize(); err != nil {
		t.Fatal(err)
	}
	integers, err := b.BufferFromFlatData(0, []int32{1, 2}, shapes.Make(dtypes.Int32, 2))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		inputs []compute.Buffer
		donate []bool
		want   string
	}{
		"none":      {nil, nil, "takes 1 inputs, got 0"},
		"nil":       {[]compute.Buffer{nil}, nil, "not a buffer of this backend"},
		"shape":     {[]compute.Buffer{floats(t, b, 1, 2, 3)}, nil, "(Float32)[3]"},
		"data type": {[]compute.Buffer{integers}, nil, "(Int32)[2]"},
		"finalized": {[]compute.Buffer{gone}, nil, "finalized"},
		"donate":    {[]compute.Buffer{floats(t, b, 1, 2)}, []bool{true, false}, "donate has 2"},
	} {
		if _, err := executable.Execute(c.inputs, c.donate, 0); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
	executable.Finalize()
	if _, err := executable.Execute([]compute.Buffer{floats(t, b, 1, 2)}, nil, 0); err == nil {
		t.Error("a finalized program ran")
	}
}

// TestRefusalsNameOperationAndShapes builds what cannot be and wants an error, at
// once, with the operation and the shapes in it.
func TestRefusalsNameOperationAndShapes(t *testing.T) {
	b := newBackend(t, "")
	f := b.Builder("refusals").Main()
	input := func(dtype dtypes.DType, dims ...int) compute.Value {
		v, err := f.Parameter("p", shapes.Make(dtype, dims...), nil)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	x, n, flag := input(dtypes.Float32, 2, 3), input(dtypes.Int32, 2, 3), input(dtypes.Bool)
	wide, flags := input(dtypes.Float32, 4, 5), input(dtypes.Bool, 2, 3)
	for name, c := range map[string]struct {
		build func() (compute.Value, error)
		want  []string
	}{
		"Add of types":    {func() (compute.Value, error) { return f.Add(x, n) }, []string{"Add", "(Float32)[2, 3]", "(Int32)[2, 3]"}},
		"Add of shapes":   {func() (compute.Value, error) { return f.Add(x, wide) }, []string{"Add", "(Float32)[2, 3]", "(Float32)[4, 5]"}},
		"Exp of integers": {func() (compute.Value, error) { return f.Exp(n) }, []string{"Exp", "(Int32)[2, 3]"}},
		"Conj":            {func() (compute.Value, error) { return f.Conj(x) }, []string{"Conj", "(Float32)[2, 3]"}},
		"FFT":             {func() (compute.Value, error) { return f.FFT(x, compute.FFTForward, []int{3}) }, []string{"FFT"}},
		"Bitcast scalar":  {func() (compute.Value, error) { return f.Bitcast(flag, dtypes.Int32) }, []string{"Bitcast", "(Bool)"}},
		"Slice":           {func() (compute.Value, error) { return f.Slice(x, []int{0, 0}, []int{9, 1}, nil) }, []string{"Slice", "(Float32)[2, 3]"}},
		"Reverse":         {func() (compute.Value, error) { return f.Reverse(x, 5) }, []string{"Reverse", "axis 5"}},
		"Reshape":         {func() (compute.Value, error) { return f.Reshape(x, 7) }, []string{"Reshape", "(Float32)[2, 3]"}},
		"nil":             {func() (compute.Value, error) { return f.Neg(nil) }, []string{"Neg", "operand 0"}},
		"sum of booleans": {func() (compute.Value, error) { return f.ReduceSum(flags) }, []string{"ReduceSum", "(Bool)[2, 3]"}},
		"broadcast": {func() (compute.Value, error) {
			return f.BroadcastInDim(x, shapes.Make(dtypes.Float32, 3, 2), []int{1, 0})
		}, []string{"BroadcastInDim", "(Float32)[2, 3]"}},
		"dynamic parameter": {func() (compute.Value, error) {
			return f.Parameter("d", shapes.MakeDynamic(dtypes.Float32, []int{-1}, []string{"n"}), nil)
		}, []string{"dynamic"}},
		"dynamic slice": {func() (compute.Value, error) { return f.DynamicSlice(x, []compute.Value{n}, []int{1, 1}) }, []string{"DynamicSlice", "(Float32)[2, 3]"}},
		"norm":          {func() (compute.Value, error) { return f.BatchNormForInference(x, x, x, x, x, 1e-5, 1) }, []string{"BatchNormForInference", "(Float32)[2, 3]"}},
	} {
		_, err := c.build()
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q lacks %q", name, err, want)
			}
		}
	}
}

func TestIntegerDivisionByZeroIsAnError(t *testing.T) {
	b := newBackend(t, "")
	builder := b.Builder("divide")
	f := builder.Main()
	x, err := f.Parameter("x", shapes.Make(dtypes.Int32), nil)
	if err != nil {
		t.Fatal(err)
	}
	y, err := f.Div(x, x)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Return([]compute.Value{y}, nil); err != nil {
		t.Fatal(err)
	}
	executable, err := builder.Compile()
	if err != nil {
		t.Fatal(err)
	}
	zero, err := b.BufferFromFlatData(0, []int32{0}, shapes.Make(dtypes.Int32))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := executable.Execute([]compute.Buffer{zero}, nil, 0); err == nil || !strings.Contains(err.Error(), "Div") {
		t.Errorf("error %v", err)
	}
}
