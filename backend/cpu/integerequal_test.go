package cpu

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	gomlx "github.com/gomlx/gomlx/core/tensors"
)

// TestIntegerEqual compares integers of shapes that broadcast along any axes.
func TestIntegerEqual(t *testing.T) {
	b := newBackend(t, "workers=2")
	for _, c := range [][2][]int{
		{{5}, {5}}, {{4, 1}, {1, 3}}, {{1, 3}, {4, 3}}, {{2, 1, 5}, {1, 3, 1}}, {{300, 1}, {300, 400}},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			x, y := smallIntegers(c[0], 7), smallIntegers(c[1], 5)
			exec, err := graph.NewExec(b, func(x, y *graph.Node) *graph.Node { return graph.Equal(x, y) })
			if err != nil {
				t.Fatal(err)
			}
			outputs, err := exec.Call(x, y)
			if err != nil {
				t.Fatal(err)
			}
			got := gomlx.MustCopyFlatData[bool](outputs[0])
			want := equalPairs(outputs[0].Shape().Dimensions, c, gomlx.MustCopyFlatData[int32](x), gomlx.MustCopyFlatData[int32](y))
			if !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// smallIntegers are multiples of step modulo 4.
func smallIntegers(dimensions []int, step int) *gomlx.Tensor {
	values := make([]int32, shapes.Make(dtypes.Int32, dimensions...).Size())
	for i := range values {
		values[i] = int32(i * step / 2 % 4)
	}
	return gomlx.FromFlatDataAndDimensions(values, dimensions...)
}

// equalPairs looks up both operands of every element by its position.
func equalPairs(result []int, operands [2][]int, x, y []int32) []bool {
	out := make([]bool, shapes.Make(dtypes.Bool, result...).Size())
	for at := range out {
		var from [2]int
		rest, size := at, [2]int{1, 1}
		for axis := len(result) - 1; axis >= 0; axis-- {
			for side, dimensions := range operands {
				from[side] += rest % result[axis] % dimensions[axis] * size[side]
				size[side] *= dimensions[axis]
			}
			rest /= result[axis]
		}
		out[at] = x[from[0]] == y[from[1]]
	}
	return out
}

// TestLabelsAreComparedHere wants no step of the stock backend in a training step.
func TestLabelsAreComparedHere(t *testing.T) {
	tr, err := lenet300.build(newBackend(t, ""))
	if err != nil {
		t.Fatal(err)
	}
	text, err := Explain(tr.executable)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(text, "ops_sequential") {
		t.Errorf("steps of the stock backend in\n%s", text)
	}
}
