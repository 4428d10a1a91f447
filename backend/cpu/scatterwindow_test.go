package cpu

import (
	"fmt"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/support/testutil"
)

// TestScatterOfWindows adds columns of windows that do not fill the operand's axes,
// one of them outside of it.
func TestScatterOfWindows(t *testing.T) {
	b := newBackend(t, "")
	operand := [][]int32{{0, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}}
	updates := [][][]int32{{{1, 2}, {3, 4}}, {{10, 20}, {30, 40}}, {{5, 5}, {5, 5}}}
	got, err := testutil.Exec1(b, []any{operand, [][]int64{{0, 1}, {1, 2}, {2, 0}}, updates},
		func(f compute.Function, in []compute.Value) (compute.Value, error) {
			return f.ScatterSum(in[0], in[1], in[2], 1, []int{1, 2}, nil, []int{0, 1}, false, false)
		})
	if err != nil {
		t.Fatal(err)
	}
	want := []int32{0, 1, 2, 0, 0, 3, 14, 20, 0, 0, 30, 40}
	if flat := slices.Concat(got.([][]int32)...); !slices.Equal(flat, want) {
		t.Errorf("%v, want %v", flat, want)
	}
}

// TestScatterWindowsAndRowsAgree scatters the same rows by both kernels.
func TestScatterWindowsAndRowsAgree(t *testing.T) {
	b := newBackend(t, "workers=2")
	const n, width = 3000, 24
	updates, rows := make([][]float32, n), make([][]int32, n)
	for i := range updates {
		updates[i] = make([]float32, width)
		rows[i] = []int32{int32(i*i%97) - 1}
		for j := range updates[i] {
			updates[i][j] = float32((i+j)%13) - 6
		}
	}
	zeros := make([][]float32, 96)
	for i := range zeros {
		zeros[i] = make([]float32, width)
	}
	for _, method := range []scatterMethod{compute.Function.ScatterSum, compute.Function.ScatterMax, compute.Function.ScatterMin} {
		got, err := testutil.Exec(b, []any{zeros, rows, updates}, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
			byRow, err := method(f, in[0], in[1], in[2], 1, []int{1}, []int{0}, []int{0}, false, false)
			if err != nil {
				return nil, err
			}
			windows, err := f.Reshape(in[2], n, 1, width)
			if err != nil {
				return nil, err
			}
			byWindow, err := method(f, in[0], in[1], windows, 1, []int{1, 2}, nil, []int{0}, false, false)
			return []compute.Value{byRow, byWindow}, err
		})
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(got[0]) != fmt.Sprint(got[1]) {
			t.Error("rows and windows give different sums")
		}
	}
}
