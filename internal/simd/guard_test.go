//go:build linux

package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// fence copies x to memory with a page that cannot be touched right before it, or
// right after: a kernel that reads or writes beyond the slice dies.
func fence(t *testing.T, x []float32, after bool) []float32 {
	t.Helper()
	page := syscall.Getpagesize()
	size := ceilDiv(4*len(x), page) * page
	m, err := syscall.Mmap(-1, 0, size+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { syscall.Munmap(m) })
	for _, guard := range [][]byte{m[:page], m[size+page:]} {
		if err := syscall.Mprotect(guard, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	if len(x) == 0 {
		return nil
	}
	start := page
	if after {
		start = page + size - 4*len(x)
	}
	y := unsafe.Slice((*float32)(unsafe.Pointer(&m[start])), len(x))
	copy(y, x)
	return y
}

// TestFences runs every kernel on memory that ends, or begins, at a forbidden page.
func TestFences(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("after=%t", after), func(t *testing.T) {
				r := rand.New(rand.NewPCG(20, 20))
				get := func(n int) []float32 { return fence(t, random(r, n), after) }
				for _, s := range [][3]int{{1, 1, 1}, {3, 17, 5}, {13, 33, 7}, {60, 50, 40}, {25, 10, 129}, {130, 40, 16}, {1, 70, 50}, {70, 1, 50}, {5, 20, 4100}} {
					for options := range 4 {
						g := randomProduct(r, s[0], s[1], s[2], 0, options&1 != 0, options&2 != 0, false)
						g.A.Data, g.B.Data, g.C = fence(t, g.A.Data, after), fence(t, g.B.Data, after), fence(t, g.C, after)
						if err := Gemm(Sequential, g); err != nil {
							t.Fatal(err)
						}
					}
				}
				for _, c := range convCases {
					x, w, y := get(c.InputSize()), get(c.WeightSize()), get(c.OutputSize())
					for _, err := range []error{c.Forward(Sequential, y, x, w, nil), c.GradientInput(Sequential, x, y, w, nil), c.GradientWeights(Sequential, w, x, y)} {
						if err != nil {
							t.Fatal(err)
						}
					}
				}
				for _, o := range poolCases {
					x, y := get(o.InputSize()), get(o.OutputSize())
					dx := get(len(x))
					for _, err := range []error{o.Max(Sequential, y, x), o.MaxGradient(Sequential, dx, y, x, y), o.Sum(Sequential, y, x, 1), o.SumGradient(Sequential, dx, y, 1)} {
						if err != nil {
							t.Fatal(err)
						}
					}
				}
				for _, n := range []int{1, 5, 8, 15, 16, 17, 33, 65, 100} {
					fencedVectors(get, n)
					fencedRows(t, get, n)
				}
			})
		}
	})
}

// fencedVectors runs all loops over vectors of n elements and matrices of 3·n.
func fencedVectors(get func(n int) []float32, n int) {
	x, y, z := get(n), get(n), get(n)
	for op := range unaries {
		op.Apply(z, x)
	}
	for op := range binaries {
		op.Apply(z, x, y)
		op.ApplyScalar(z, x, 2)
		op.ApplyRow(Sequential, get(3*n), get(3*n), y)
	}
	Axpy(z, 2, x)
	Sum(Sequential, x)
	SumSquares(Sequential, x)
	Greatest(x)
	m := get(3 * n)
	ColumnSums(Sequential, z, m)
	b := BatchNorm{Scale: get(n), Offset: get(n), Epsilon: 1}
	b.Train(Sequential, get(3*n), m, y, z)
	for i := range z {
		z[i] = float32(math.Abs(float64(z[i])))
	}
	b.Gradient(Sequential, get(3*n), x, get(n), get(3*n), m, y, z)
	Softmax(Sequential, m, m, n)
	CrossEntropy(Sequential, get(3), m, m, []int32{0, 0, 0}, 1)
	(&Momentum{Rate: 1}).Step(x, y, z)
	Keep(x, make([]byte, n))
	(&Adam{Rate: 1}).Step(x, y, z, get(n))
}

// fencedRows runs all kernels on chosen rows of n columns, and of n columns of two
// heads.
func fencedRows(t *testing.T, get func(n int) []float32, n int) {
	Repeat(get(3*n), get(3), n)
	s, err := NewSparse([]int32{0, 1, 3}, []int32{2, 0, 2}, 3)
	if err != nil {
		t.Fatal(err)
	}
	source, target := []int32{0, 2, 1}, []int32{1, 1, 0}
	for _, err := range []error{
		s.Multiply(Sequential, get(2*n), get(3*n), n, nil, 1),
		s.Multiply(Sequential, get(2*n), get(3*n), n, get(3), 1),
		s.Multiply(Sequential, get(4*n), get(6*n), 2*n, get(6), 2),
		s.Multiply(Sequential, get(2*n), get(3*n), n, get(3*n), n),
		s.Combine(Sequential, Max, get(2*n), get(3*n), n),
		EdgeProducts(Sequential, get(3), get(3*n), source, get(2*n), target, n, 1),
		EdgeProducts(Sequential, get(6), get(6*n), source, get(4*n), target, 2*n, 2),
		ChooseRows(Sequential, get(3*n), get(3*n), source, n),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}
