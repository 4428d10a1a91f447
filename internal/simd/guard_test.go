//go:build linux

package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
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

// TestFences runs every kernel on memory that ends, or begins, at a forbidden page, and
// fails if it misses one.
func TestFences(t *testing.T) {
	calls := countCalls(t)
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
				for _, n := range []int{1, 5, 8, 15, 16, 17, 33, 65, 100, 130} {
					fencedVectors(get, n)
					fencedConversions(get, n)
					fencedRows(t, get, n)
				}
				fencedStencils(t, r, after)
			})
		}
	})
	for kernel, count := range calls {
		if *count == 0 {
			t.Errorf("kernel %s did not run", kernel)
		}
	}
}

// countCalls makes all kernels of all variants count their calls for the time of a test.
// The counts are by variant and place in it, as in "avx2.panel[6][0]".
func countCalls(t *testing.T) map[string]*int {
	calls := make(map[string]*int)
	before := slices.Clone(variants)
	t.Cleanup(func() { copy(variants, before) })
	for i := range variants {
		countCallsIn(reflect.ValueOf(&variants[i]).Elem(), variants[i].name, calls)
	}
	return calls
}

func countCallsIn(v reflect.Value, name string, calls map[string]*int) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			countCallsIn(v.Field(i), name+"."+v.Type().Field(i).Name, calls)
		}
	case reflect.Array:
		for i := range v.Len() {
			countCallsIn(v.Index(i), fmt.Sprintf("%s[%d]", name, i), calls)
		}
	case reflect.Func:
		if v.IsNil() {
			return
		}
		// The fields are not exported, which their address gets around.
		field := reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
		kernel, count := reflect.ValueOf(field.Interface()), new(int)
		calls[name] = count
		field.Set(reflect.MakeFunc(v.Type(), func(arguments []reflect.Value) []reflect.Value {
			*count++
			return kernel.Call(arguments)
		}))
	}
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
	MulAdd(z, x, y, x)
	MulAddReLU(z, x, y, x)
	Dot(x, y)
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
	(&Momentum{Rate: 1, Nesterov: true}).Step(x, y, z)
	Keep(x, make([]byte, n))
	(&Adam{Rate: 1}).Step(x, y, z, get(n))
}

// fencedConversions runs the kernels that write random words and that read integers, n
// of them or, of bytes, 4·n.
func fencedConversions(get func(n int) []float32, n int) {
	words := func() unsafe.Pointer { return unsafe.Pointer(&get(n)[0]) }
	PhiloxFill(Sequential, unsafe.Slice((*uint32)(words()), n), [4]uint32{}, [2]uint32{1, 2})
	FromInt32(get(n), unsafe.Slice((*int32)(words()), n))
	FromUint32(get(n), unsafe.Slice((*uint32)(words()), n))
	FromBytes(get(4*n), unsafe.Slice((*byte)(words()), 4*n))
}

// fencedStencils runs stencils on tiles of all shapes, with all that their kernels read
// and write between fences.
func fencedStencils(t *testing.T, r *rand.Rand, after bool) {
	get := func(n int) []float32 { return fence(t, random(r, n), after) }
	for _, rows := range []int{1, 4} {
		for _, stride := range []int{1, 2} {
			for _, place := range stencilPlaces {
				s, p := randomStencil(r, rows, 2, 40, stride, place)
				s.Weights, s.Bias = fence(t, s.Weights, after), fence(t, s.Bias, after)
				fencedStencil(t, get, s, p)
				if rows == 1 {
					s.Greatest, s.Weights = true, nil
					fencedStencil(t, get, s, p)
				}
			}
		}
	}
}

func fencedStencil(t *testing.T, get func(n int) []float32, s Stencil, p StencilPlace) {
	t.Helper()
	c, err := NewStencil(s)
	if err != nil {
		t.Fatal(err)
	}
	p.Dst, p.X, p.Residual = 0, -c.x[0], 0
	dst, x, residual := c.sizes(p)
	if err := c.Run(get(dst), get(x), get(residual), 0, c.Blocks(), p); err != nil {
		t.Fatal(err)
	}
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
		s.Combine(Sequential, Add, get(2*n), get(3*n), n),
		s.Combine(Sequential, Max, get(2*n), get(3*n), n),
		s.Combine(Sequential, Min, get(2*n), get(3*n), n),
		EdgeProducts(Sequential, get(3), get(3*n), source, get(2*n), target, n, 1),
		EdgeProducts(Sequential, get(6), get(6*n), source, get(4*n), target, 2*n, 2),
		ChooseRows(Sequential, get(3*n), get(3*n), source, n),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}
