package cpu

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/support/testutil"
)

func TestTotalOrder(t *testing.T) {
	b := newBackend(t, "")
	nan, inf := math.NaN(), math.Inf(1)
	ascending := []float64{math.Copysign(nan, -1), -inf, -1, math.Copysign(0, -1), 0, 1, inf, nan}
	single := make([]float32, len(ascending))
	for i, x := range ascending {
		single[i] = float32(x)
	}
	for i := range ascending {
		for _, inputs := range [][]any{{ascending, ascending[i]}, {single, single[i]}} {
			got, err := testutil.Exec(b, inputs, func(f compute.Function, in []compute.Value) ([]compute.Value, error) {
				var out []compute.Value
				for _, op := range []func(x, y compute.Value) (compute.Value, error){f.LessThanTotalOrder, f.LessOrEqualTotalOrder, f.EqualTotalOrder,
					f.NotEqualTotalOrder, f.GreaterOrEqualTotalOrder, f.GreaterThanTotalOrder} {
					v, err := op(in[0], in[1])
					if err != nil {
						return nil, err
					}
					out = append(out, v)
				}
				return out, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for j := range ascending {
				for k, want := range []bool{j < i, j <= i, j == i, j != i, j >= i, j > i} {
					if got[k].([]bool)[j] != want {
						t.Errorf("comparison %d of %v and %v: %v", k, ascending[j], ascending[i], !want)
					}
				}
			}
		}
	}
	equal, err := testutil.Exec1(b, []any{int8(3), int8(-3)}, func(f compute.Function, in []compute.Value) (compute.Value, error) {
		return f.GreaterThanTotalOrder(in[0], in[1])
	})
	if err != nil || equal != true {
		t.Errorf("of integers: %v, %v", equal, err)
	}
}
