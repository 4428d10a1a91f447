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
				x := random(r, 41*n)
				s.testMultiply(t, x, n, nil, 1)
				s.testMultiply(t, x, n, random(r, elements), 1)
				s.reordered(r).testMultiply(t, x, n, random(r, elements+3), 1)
			}
		}
	})
}

func TestSparseMultiplyHeads(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 9))
	everyVariant(t, func(t *testing.T) {
		for _, heads := range []int{2, 3, 8, 16, 17, 40} {
			for _, width := range []int{1, 2, 3, 7, 8, 16, 25, 130} {
				for _, elements := range []int{0, 1, 200} {
					s, n := randomSparse(r, 20, 11, elements), heads*width
					x := random(r, 11*n)
					s.testMultiply(t, x, n, random(r, elements*heads), heads)
					s.reordered(r).testMultiply(t, x, n, random(r, (elements+3)*heads), heads)
				}
			}
		}
	})
}

// reordered is the pattern with 3 values more than elements, in some order.
func (s *Sparse) reordered(r *rand.Rand) *Sparse {
	order := make([]int32, len(s.columns))
	for e := range order {
		order[e] = int32(r.IntN(len(order) + 3))
	}
	other, err := s.WithOrder(order, len(order)+3)
	if err != nil {
		panic(err)
	}
	return other
}

// testMultiply holds a product to sums in float64 and makes sure that other workers
// give the same bits.
func (s *Sparse) testMultiply(t *testing.T, x []float32, n int, values []float32, heads int) {
	t.Helper()
	dst := newGuarded(s.Rows() * n)
	if err := s.Multiply(workers(2), dst.data, x, n, values, heads); err != nil {
		t.Fatal(err)
	}
	dst.check(t)
	s.compare(t, dst.data, x, n, values, heads)
	again := make([]float32, len(dst.data))
	if err := s.Multiply(workers(5), again, x, n, values, heads); err != nil || !slices.Equal(again, dst.data) {
		t.Fatalf("%d columns, %d elements: other bits with other workers, error %v", n, s.Elements(), err)
	}
}

// compare holds a product to sums in float64.
func (s *Sparse) compare(t *testing.T, dst, x []float32, n int, values []float32, heads int) {
	t.Helper()
	for i := range s.Rows() {
		for j := range n {
			want, size := 0.0, 0.0
			for e := s.starts[i]; e < s.starts[i+1]; e++ {
				product := float64(x[int(s.columns[e])*n+j])
				if values != nil {
					value := int(e)
					if s.order != nil {
						value = int(s.order[e])
					}
					product *= float64(values[value*heads+j/(n/heads)])
				}
				want, size = want+product, size+math.Abs(product)
			}
			if got := float64(dst[i*n+j]); math.Abs(got-want) > 1e-6*size {
				t.Fatalf("row %d, column %d of %d, %d heads: %v, want %v", i, j, n, heads, got, want)
			}
		}
	}
}

func TestSparseCombine(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 9))
	everyVariant(t, func(t *testing.T) {
		for _, op := range []Binary{Add, Max, Min} {
			for _, n := range []int{1, 3, 8, 16, 17, 100, 300} {
				for _, elements := range []int{0, 1, 400} {
					s := randomSparse(r, 30, 11, elements)
					x, before := random(r, 11*n), random(r, 30*n)
					x[r.IntN(len(x))], before[r.IntN(len(before))] = float32(math.NaN()), float32(math.NaN())
					x[r.IntN(len(x))] = float32(math.Inf(-1))
					dst := newGuarded(30 * n)
					copy(dst.data, before)
					if err := s.Combine(workers(3), op, dst.data, x, n); err != nil {
						t.Fatal(err)
					}
					dst.check(t)
					want := slices.Clone(before)
					for i := range 30 {
						for e := s.starts[i]; e < s.starts[i+1]; e++ {
							row := want[i*n : (i+1)*n]
							op.Apply(row, row, x[int(s.columns[e])*n:][:n])
						}
					}
					for i, w := range want {
						if got := dst.data[i]; got != w && (got == got || w == w) {
							t.Fatalf("function %d, number %d of %d columns: %v, want %v", op, i, n, got, w)
						}
					}
				}
			}
		}
	})
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
	for _, c := range []struct{ dst, x, n, values, heads int }{{4, 5, 2, 1, 1}, {3, 6, 2, 1, 1}, {4, 6, 2, 2, 1}, {4, 6, -2, 1, 1}, {4, 6, 2, 1, 2}, {4, 6, 2, 1, 0}, {4, 6, 2, 3, 3}} {
		if err := s.Multiply(Sequential, make([]float32, c.dst), make([]float32, c.x), c.n, make([]float32, c.values), c.heads); err == nil {
			t.Errorf("%+v: no error", c)
		}
	}
	if err := s.Combine(Sequential, Mul, make([]float32, 4), make([]float32, 6), 2); err == nil {
		t.Error("combining by products: no error")
	}
	if err := s.Combine(Sequential, Add, make([]float32, 4), make([]float32, 5), 2); err == nil {
		t.Error("combining too few numbers: no error")
	}
	for _, order := range [][]int32{{}, {0, 1}, {-1}, {2}} {
		if _, err := s.WithOrder(order, 2); err == nil {
			t.Errorf("order %v: no error", order)
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
				if err := s.Multiply(p, dst, x, c.n, values, 1); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(c.elements*c.n)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "G/s")
		})
	}
}
