package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

// everyVariant runs a test with each set of kernels of this processor.
func everyVariant(t *testing.T, test func(t *testing.T)) {
	for _, name := range Variants() {
		t.Run(name, func(t *testing.T) {
			before := Variant()
			if err := Use(name); err != nil {
				t.Fatal(err)
			}
			defer Use(before)
			test(t)
		})
	}
}

// workers is a Parallel of n goroutines.
func workers(n int) Parallel {
	return func(tasks int, run func(int)) {
		var next atomic.Int64
		var all sync.WaitGroup
		for range n {
			all.Go(func() {
				for task := int(next.Add(1)) - 1; task < tasks; task = int(next.Add(1)) - 1 {
					run(task)
				}
			})
		}
		all.Wait()
	}
}

func random(r *rand.Rand, n int) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = float32(r.NormFloat64())
	}
	return s
}

// dotError bounds the rounding error of a sum of k products, summed in any order:
// k·ε times the sum of the products' magnitudes.
func dotError(k int, magnitude float64) float64 {
	return float64(k+1) * 0x1p-24 * magnitude
}

func (m Matrix) at(i, j int) float64 {
	if m.Transposed {
		i, j = j, i
	}
	return float64(m.Data[i*m.Stride+j])
}

func checkProduct(t *testing.T, g *Product, before []float32) {
	t.Helper()
	for i := range g.M {
		for j := range g.N {
			var want, magnitude float64
			if g.Add {
				want = float64(before[i*g.CStride+j])
				magnitude = math.Abs(want)
			}
			for k := range g.K {
				x := g.A.at(i, k) * g.B.at(k, j)
				want += x
				magnitude += math.Abs(x)
			}
			got := float64(g.C[i*g.CStride+j])
			if !(math.Abs(got-want) <= dotError(g.K, magnitude)) {
				t.Fatalf("C[%d,%d] = %v, want %v", i, j, got, want)
			}
		}
		for j := g.N; j < g.CStride && i*g.CStride+j < len(g.C); j++ {
			if g.C[i*g.CStride+j] != before[i*g.CStride+j] {
				t.Fatalf("C[%d,%d] was written, beyond %d columns", i, j, g.N)
			}
		}
	}
}

func randomProduct(r *rand.Rand, m, n, k, extra int, transA, transB, add bool) *Product {
	matrix := func(rows, cols int, transposed bool) Matrix {
		if transposed {
			rows, cols = cols, rows
		}
		stride := cols + extra
		return Matrix{Data: random(r, max(0, (rows-1)*stride+cols)), Stride: stride, Transposed: transposed}
	}
	c := matrix(m, n, false)
	return &Product{M: m, N: n, K: k, A: matrix(m, k, transA), B: matrix(k, n, transB),
		C: c.Data, CStride: c.Stride, Add: add}
}

func TestGemm(t *testing.T) {
	sizes := [][3]int{ // m, n, k
		{0, 3, 2}, {2, 0, 3}, {3, 2, 0}, {1, 1, 1}, {1, 300, 70}, {300, 1, 70}, {1, 900, 130}, {900, 1, 130}, {2, 17, 5}, {3, 31, 33},
		{12, 32, 4}, {13, 33, 7}, {24, 16, 100}, {23, 10, 129}, {60, 300, 784}, {60, 10, 100}, {64, 64, 64},
		{97, 65, 401}, {130, 270, 90}, {16, 16, 5000}, {5, 20, 4100}, {256, 50, 1024},
	}
	if testing.Short() {
		sizes = slices.DeleteFunc(sizes, func(s [3]int) bool { return s[0]*s[1]*s[2] > 1<<17 })
	}
	everyVariant(t, func(t *testing.T) {
		for _, s := range sizes {
			for options := range 8 {
				transA, transB, add := options&1 != 0, options&2 != 0, options&4 != 0
				extra := 3 * (options % 3)
				t.Run(fmt.Sprintf("%dx%dx%d/%t,%t,%t,%d", s[0], s[2], s[1], transA, transB, add, extra), func(t *testing.T) {
					r := rand.New(rand.NewPCG(1, uint64(options)))
					g := randomProduct(r, s[0], s[1], s[2], extra, transA, transB, add)
					before := append([]float32(nil), g.C...)
					var covered atomic.Int64
					g.Done = func(i0, i1, j0, j1 int) { covered.Add(int64((i1 - i0) * (j1 - j0))) }
					if err := Gemm(workers(2), g); err != nil {
						t.Fatal(err)
					}
					checkProduct(t, g, before)
					if covered.Load() != int64(s[0]*s[1]) {
						t.Errorf("Done was told %d elements of %d", covered.Load(), s[0]*s[1])
					}
				})
			}
		}
	})
}

// TestGemmWorkers checks that the result does not depend on the number of workers.
func TestGemmWorkers(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for _, s := range [][3]int{{97, 130, 401}, {16, 16, 9000}, {300, 64, 50}} {
		g := randomProduct(r, s[0], s[1], s[2], 1, false, false, false)
		g.C = make([]float32, len(g.C))
		if err := Gemm(Sequential, g); err != nil {
			t.Fatal(err)
		}
		want := g.C
		for _, n := range []int{2, 3, 8} {
			g.C = make([]float32, len(want))
			if err := Gemm(workers(n), g); err != nil {
				t.Fatal(err)
			}
			for i := range want {
				if math.Float32bits(g.C[i]) != math.Float32bits(want[i]) {
					t.Fatalf("%v: element %d is %v with %d workers and %v with one", s, i, g.C[i], n, want[i])
				}
			}
		}
	}
}

func TestGemmShortOperands(t *testing.T) {
	ok := Product{M: 2, N: 3, K: 4, A: Matrix{Data: make([]float32, 8), Stride: 4},
		B: Matrix{Data: make([]float32, 12), Stride: 3}, C: make([]float32, 6), CStride: 3}
	for name, spoil := range map[string]func(g *Product){
		"A short":      func(g *Product) { g.A.Data = g.A.Data[:7] },
		"B stride":     func(g *Product) { g.B.Stride = 2 },
		"C short":      func(g *Product) { g.C = g.C[:5] },
		"negative":     func(g *Product) { g.K = -1 },
		"A transposed": func(g *Product) { g.A.Transposed, g.A.Stride = true, 1 },
	} {
		g := ok
		spoil(&g)
		if Gemm(Sequential, &g) == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := Gemm(Sequential, &ok); err != nil {
		t.Error(err)
	}
}

func TestGemmAllocations(t *testing.T) {
	if testing.Short() {
		t.Skip("allocations are counted without -short only: the race detector makes pools forget")
	}
	g := randomProduct(rand.New(rand.NewPCG(3, 3)), 100, 100, 100, 0, false, true, false)
	if n := testing.AllocsPerRun(50, func() { Gemm(Sequential, g) }); n >= 1 {
		t.Errorf("%v allocations a call", n)
	}
}
