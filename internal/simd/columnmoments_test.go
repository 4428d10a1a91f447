package simd

import (
	"math"
	"math/rand/v2"
	"testing"
)

// exactMoments are the moments in float64, in two passes.
func exactMoments(x []float32, columns int) *ColumnMoments {
	m := NewColumnMoments(columns)
	m.Rows = len(x) / columns
	for i, v := range x {
		m.Mean[i%columns] += float64(v) / float64(m.Rows)
	}
	for i, v := range x {
		d := float64(v) - m.Mean[i%columns]
		m.Squares[i%columns] += d * d
	}
	return m
}

func TestColumnMoments(t *testing.T) {
	for _, shape := range []struct{ rows, columns int }{{1, 1}, {2, 3}, {1000, 1}, {777, 16}, {3000, 37}, {40, 512}} {
		for _, mean := range []float64{0, 1, -1000} {
			random := rand.New(rand.NewPCG(1, uint64(shape.rows)))
			x := make([]float32, shape.rows*shape.columns)
			for i := range x {
				x[i] = float32(mean + random.NormFloat64())
			}
			want := exactMoments(x, shape.columns)
			whole, joined := NewColumnMoments(shape.columns), NewColumnMoments(shape.columns)
			whole.Add(x)
			for part := range 3 {
				from, to := share(shape.rows, part, 3)
				m := NewColumnMoments(shape.columns)
				m.Add(x[from*shape.columns : to*shape.columns])
				joined.Join(m.Rows, m.Mean, m.Squares)
			}
			for name, got := range map[string]*ColumnMoments{"whole": whole, "joined": joined} {
				if got.Rows != shape.rows {
					t.Errorf("%s %v: %d rows", name, shape, got.Rows)
				}
				for j := range shape.columns {
					if d := math.Abs(got.Mean[j] - want.Mean[j]); !(d <= 1e-6*(1+math.Abs(mean))) {
						t.Errorf("%s %v: mean of column %d is %g, want %g", name, shape, j, got.Mean[j], want.Mean[j])
					}
					if d := math.Abs(got.Squares[j] - want.Squares[j]); !(d <= 1e-5*want.Squares[j]+1e-12) {
						t.Errorf("%s %v: squares of column %d are %g, want %g", name, shape, j, got.Squares[j], want.Squares[j])
					}
				}
			}
		}
	}
	m := NewColumnMoments(2)
	m.Add([]float32{1, 2})
	m.Reset()
	m.Join(0, nil, nil)
	if m.Rows != 0 || m.Mean[1] != 0 {
		t.Errorf("after Reset: %+v", m)
	}
}
