package cpu

import (
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/support/testutil"
)

func TestDynamicSliceAndUpdate(t *testing.T) {
	b := newBackend(t, "")
	matrix := [][]int16{{0, 1, 2, 3}, {4, 5, 6, 7}, {8, 9, 10, 11}}
	update := [][]int16{{-1, -2}, {-3, -4}}
	for _, c := range []struct {
		row     int32
		column  int8
		slice   []int16
		updated []int16
	}{
		{0, 0, []int16{0, 1, 4, 5}, []int16{-1, -2, 2, 3, -3, -4, 6, 7, 8, 9, 10, 11}},
		{1, 1, []int16{5, 6, 9, 10}, []int16{0, 1, 2, 3, 4, -1, -2, 7, 8, -3, -4, 11}},
		{99, -7, []int16{4, 5, 8, 9}, []int16{0, 1, 2, 3, -1, -2, 6, 7, -3, -4, 10, 11}},
	} {
		got, err := testutil.Exec(b, []any{matrix, update, c.row, c.column},
			func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
				part, err := f.DynamicSlice(in[0], in[2:], []int{2, 2})
				if err != nil {
					return nil, err
				}
				whole, err := f.DynamicUpdateSlice(in[0], in[1], in[2:])
				return []compute.Value{part, whole}, err
			})
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range [][]int16{c.slice, c.updated} {
			if flat := slices.Concat(got[i].([][]int16)...); !slices.Equal(flat, want) {
				t.Errorf("at %d, %d: %v, want %v", c.row, c.column, flat, want)
			}
		}
	}
	scalar, err := testutil.Exec1(b, []any{float32(3)}, func(f compute.Function, in []compute.Value) (compute.Value, error) {
		return f.DynamicSlice(in[0], nil, nil)
	})
	if err != nil || scalar != float32(3) {
		t.Errorf("of a scalar: %v, %v", scalar, err)
	}
}
