package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// randomSparse is a pattern of rows of very different lengths, some of them empty.
func randomSparse(r *rand.Rand, rows, width, elements int) *Sparse {
	lengths := make([]int32, rows)
	for range elements {
		row := r.IntN(rows)
		if r.IntN(3) > 0 {
			row /= 5
		}
		lengths[row]++
	}
	starts := []int32{0}
	for _, length := range lengths {
		starts = append(starts, starts[len(starts)-1]+length)
	}
	columns := make([]int32, elements)
	for e := range columns {
		columns[e] = int32(r.IntN(width))
	}
	s, err := NewSparse(starts, columns, width)
	if err != nil {
		panic(err)
	}
	return s
}

func TestSparseMultiply(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	everyVariant(t, func(t *testing.T) {
		for _, n := range []int{1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 128, 200, 300} {
			for _, elements := range []int{0, 1, 300, 2500} {
				s := randomSparse(r, 60, 41, elements)
				x, values := random(r, 41*n), random(r, elements)
				for _, values := range [][]float32{nil, values} {
					dst := newGuarded(60 * n)
					if err := s.Multiply(workers(2), dst.data, x, n, values); err != nil {
						t.Fatal(err)
					}
					dst.check(t)
					s.compare(t, dst.data, x, n, values)
					again := make([]float32, len(dst.data))
					if err := s.Multiply(workers(5), again, x, n, values); err != nil || !slices.Equal(again, dst.data) {
						t.Fatalf("%d columns, %d elements: other bits with other workers, error %v", n, elements, err)
					}
				}
			}
		}
	})
}

// compare holds a product to sums in float64.
func (s *Sparse) compare(t *testing.T, dst, x []float32, n int, values []float32) {
	t.Helper()
	for i := range s.Rows() {
		for j := range n {
			want, size := 0.0, 0.0
			for e := s.starts[i]; e < s.starts[i+1]; e++ {
				product := float64(x[int(s.columns[e])*n+j])
				if values != nil {
					product *= float64(values[e])
				}
				want, size = want+product, size+math.Abs(product)
			}
			if got := float64(dst[i*n+j]); math.Abs(got-want) > 1e-6*size {
				t.Fatalf("row %d, column %d of %d: %v, want %v", i, j, n, got, want)
			}
		}
	}
}

func TestSparseRefuses(t *testing.T) {
	for _, c := range []struct {
		name            string
		starts, columns []int32
	}{
		{"no starts", nil, nil},
		{"starts from 1", []int32{1, 1}, []int32{0}},
		{"ends early", []int32{0, 1}, []int32{0, 0}},
		{"falls", []int32{0, 2, 1, 2}, []int32{0, 0}},
		{"a column too far", []int32{0, 1}, []int32{3}},
		{"a column before the first", []int32{0, 1}, []int32{-1}},
	} {
		if _, err := NewSparse(c.starts, c.columns, 3); err == nil {
			t.Errorf("%s: no error", c.name)
		}
	}
	s, err := NewSparse([]int32{0, 1, 1}, []int32{2}, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ dst, x, n, values int }{{4, 5, 2, 1}, {3, 6, 2, 1}, {4, 6, 2, 2}, {4, 6, -2, 1}} {
		if err := s.Multiply(Sequential, make([]float32, c.dst), make([]float32, c.x), c.n, make([]float32, c.values)); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
}

func BenchmarkSparse(b *testing.B) {
	for _, c := range []struct{ rows, elements, n int }{{2708, 13264, 16}, {2708, 49216, 16}, {169343, 2315598, 16}, {169343, 2315598, 128}} {
		b.Run(fmt.Sprintf("%dx%dx%d", c.rows, c.elements, c.n), func(b *testing.B) {
			r := rand.New(rand.NewPCG(9, 9))
			s := randomSparse(r, c.rows, c.rows, c.elements)
			x, values, dst := random(r, c.rows*c.n), random(r, c.elements), make([]float32, c.rows*c.n)
			p := benchWorkers(b)
			for b.Loop() {
				if err := s.Multiply(p, dst, x, c.n, values); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(c.elements*c.n)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "G/s")
		})
	}
}
