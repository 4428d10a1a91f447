package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
)

// convCases are shapes with every option, and channels that fill no vector.
var convCases = []Convolution{
	{Batch: 2, Height: same(5, 3), Width: same(6, 3), In: 3, Out: 5},
	{Batch: 1, Height: same(8, 3), Width: same(8, 3), In: 16, Out: 16},
	{Batch: 3, Height: same(8, 3), Width: same(9, 3), In: 20, Out: 40},
	{Batch: 5, Height: same(2, 3), Width: same(2, 3), In: 17, Out: 35},
	{Batch: 6, Height: same(1, 3), Width: same(1, 3), In: 4, Out: 4},
	{Batch: 2, Height: strided(8, 3, 2), Width: strided(8, 3, 2), In: 16, Out: 32},
	{Batch: 9, Height: strided(7, 3, 2), Width: strided(9, 3, 2), In: 5, Out: 18},
	{Batch: 2, Height: strided(8, 1, 2), Width: strided(8, 1, 2), In: 16, Out: 33},
	{Batch: 2, Height: Axis{In: 9, Kernel: 3, Stride: 3}, Width: Axis{In: 11, Kernel: 5, Stride: 4, Before: 1, After: 3}, In: 4, Out: 7},
	{Batch: 2, Height: Axis{In: 4, Kernel: 1}, Width: Axis{In: 5, Kernel: 1}, In: 19, Out: 33},
	{Batch: 2, Height: Axis{In: 9, Kernel: 3, Dilation: 2, Before: 2, After: 2}, Width: Axis{In: 10, Kernel: 3, Dilation: 3, Before: 1}, In: 6, Out: 10},
	{Batch: 2, Height: Axis{In: 9, Kernel: 3, Stride: 2, Dilation: 2, Before: 2, After: 1}, Width: Axis{In: 10, Kernel: 2, Stride: 3, Dilation: 3}, In: 6, Out: 10},
	{Batch: 2, Height: same(6, 3), Width: same(6, 3), In: 32, Out: 64, Groups: 4},
	{Batch: 2, Height: strided(6, 3, 2), Width: same(6, 3), In: 6, Out: 9, Groups: 3},
	{Batch: 2, Height: same(6, 3), Width: same(7, 3), In: 35, Out: 35, Groups: 35},
	{Batch: 2, Height: strided(7, 3, 2), Width: strided(7, 3, 2), In: 16, Out: 16, Groups: 16},
	{Batch: 1, Height: same(5, 5), Width: same(6, 5), In: 8, Out: 8, Groups: 8},
	{Batch: 2, Height: strided(8, 1, 2), Width: strided(9, 3, 3), In: 40, Out: 40, Groups: 40},
	{Batch: 4, Height: same(2, 3), Width: same(2, 3), In: 33, Out: 33, Groups: 33},
	{Batch: 1, Height: Axis{In: 20, Kernel: 4, Dilation: 2}, Width: Axis{In: 21, Kernel: 6, Before: 2, After: -1}, In: 48, Out: 48, Groups: 48},
	{Batch: 2, Height: same(5, 3), Width: same(6, 3), In: 8, Out: 16, Groups: 8},
	{Batch: 2, Height: same(12, 7), Width: same(12, 7), In: 1, Out: 20},
	{Batch: 5, Height: same(6, 3), Width: Axis{In: 12, Kernel: 3, Dilation: 2, Before: 1, After: 3}, In: 2, Out: 17},
	{Batch: 8, Height: same(40, 3), Width: same(32, 3), In: 1, Out: 2},
	{Batch: 17, Height: same(8, 3), Width: same(8, 3), In: 13, Out: 70},
	{Batch: 2, Height: Axis{In: 8, Kernel: 3, Before: -1, After: -2}, Width: Axis{In: 8, Kernel: 2, Before: -2, After: 1}, In: 3, Out: 4},
	{Batch: 1, Height: Axis{In: 2, Kernel: 3}, Width: same(4, 3), In: 3, Out: 4},
	{Batch: 70, Height: same(2, 3), Width: same(2, 3), In: 32, Out: 20},
	{Batch: 65, Height: same(2, 3), Width: same(2, 3), In: 16, Out: 16},
	{Batch: 3, Height: strided(9, 3, 2), Width: strided(12, 3, 2), In: 32, Out: 64, Groups: 2},
	{Batch: 2, Height: strided(8, 1, 2), Width: strided(7, 1, 3), In: 32, Out: 16},
	{Batch: 9, Height: Axis{In: 2, Kernel: 3, Dilation: 3, Before: 3, After: 3}, Width: Axis{In: 3, Kernel: 2, Stride: 2, Dilation: 5, Before: 4, After: 3}, In: 48, Out: 16},
	{Batch: 2, Height: same(3, 3), Width: same(3, 3), In: 192, Out: 160},
	{Batch: 0, Height: same(4, 3), Width: same(4, 3), In: 3, Out: 4},
	{Batch: 2, Height: same(4, 3), Width: same(4, 3), In: 0, Out: 4},
}

func same(in, kernel int) Axis {
	return Axis{In: in, Kernel: kernel, Before: (kernel - 1) / 2, After: kernel / 2}
}

func strided(in, kernel, stride int) Axis {
	a := same(in, kernel)
	a.Stride = stride
	return a
}

func (c Convolution) String() string {
	return fmt.Sprintf("B%d-H%v-W%v-I%d-O%d-G%d", c.Batch, c.Height, c.Width, c.In, c.Out, c.groups())
}

// each calls visit for every product in a convolution, by the positions of its
// factors and of its sum.
func (c *Convolution) each(visit func(y, x, w int)) {
	g := c.groups()
	in, out := c.In/g, c.Out/g
	for b := range c.Batch {
		for oh := range c.Height.Out() {
			for ow := range c.Width.Out() {
				for i := range c.Height.Kernel {
					h := oh*c.Height.stride() + i*c.Height.dilation() - c.Height.Before
					for j := range c.Width.Kernel {
						w := ow*c.Width.stride() + j*c.Width.dilation() - c.Width.Before
						if h < 0 || h >= c.Height.In || w < 0 || w >= c.Width.In {
							continue
						}
						for o := range c.Out {
							for ci := range in {
								visit(((b*c.Height.Out()+oh)*c.Width.Out()+ow)*c.Out+o,
									((b*c.Height.In+h)*c.Width.In+w)*c.In+o/out*in+ci,
									((i*c.Width.Kernel+j)*in+ci)*c.Out+o)
							}
						}
					}
				}
			}
		}
	}
}

// checkSums compares sums of products with float64 ones, within dotError.
func checkSums(t *testing.T, name string, got []float32, each func(add func(i int, product float64))) {
	t.Helper()
	want, magnitude, terms := make([]float64, len(got)), make([]float64, len(got)), make([]int, len(got))
	each(func(i int, product float64) {
		want[i] += product
		magnitude[i] += math.Abs(product)
		terms[i]++
	})
	for i := range got {
		if !(math.Abs(float64(got[i])-want[i]) <= dotError(terms[i], magnitude[i])) {
			t.Fatalf("%s[%d] = %v, want %v (%d terms)", name, i, got[i], want[i], terms[i])
		}
	}
}

func spoiled(n int) []float32 {
	s := make([]float32, n)
	for i := range s {
		s[i] = float32(math.NaN())
	}
	return s
}

// coverage counts what Done is told and complains when it is not n elements.
func coverage(t *testing.T, name string, n int) (done Done, check func()) {
	var covered atomic.Int64
	return func(i0, i1, j0, j1 int) { covered.Add(int64((i1 - i0) * (j1 - j0))) }, func() {
		t.Helper()
		if covered.Load() != int64(n) {
			t.Errorf("%s: Done was told %d elements of %d", name, covered.Load(), n)
		}
	}
}

func TestConvolution(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for _, c := range convCases {
			t.Run(c.String(), func(t *testing.T) {
				r := rand.New(rand.NewPCG(7, 7))
				x, w, dy := random(r, c.InputSize()), random(r, c.WeightSize()), random(r, c.OutputSize())
				y, dx, dw := spoiled(len(dy)), spoiled(len(x)), spoiled(len(w))
				done, check := coverage(t, "forward", len(y))
				if err := c.Forward(workers(2), y, x, w, done); err != nil {
					t.Fatal(err)
				}
				check()
				checkSums(t, "y", y, func(add func(int, float64)) {
					c.each(func(iy, ix, iw int) { add(iy, float64(x[ix])*float64(w[iw])) })
				})
				done, check = coverage(t, "gradient by input", len(dx))
				if err := c.GradientInput(workers(2), dx, dy, w, done); err != nil {
					t.Fatal(err)
				}
				check()
				checkSums(t, "dx", dx, func(add func(int, float64)) {
					c.each(func(iy, ix, iw int) { add(ix, float64(dy[iy])*float64(w[iw])) })
				})
				if err := c.GradientWeights(workers(2), dw, x, dy); err != nil {
					t.Fatal(err)
				}
				checkSums(t, "dw", dw, func(add func(int, float64)) {
					c.each(func(iy, ix, iw int) { add(iw, float64(dy[iy])*float64(x[ix])) })
				})
			})
		}
	})
}

func TestConvolutionAllocations(t *testing.T) {
	if testing.Short() {
		t.Skip("allocations are counted without -short only: the race detector makes pools forget")
	}
	c := Convolution{Batch: 2, Height: same(8, 3), Width: same(8, 3), In: 16, Out: 16}
	x, w, y := make([]float32, c.InputSize()), make([]float32, c.WeightSize()), make([]float32, c.OutputSize())
	for name, pass := range map[string]func() error{
		"forward": func() error { return c.Forward(Sequential, y, x, w, nil) },
		"input":   func() error { return c.GradientInput(Sequential, x, y, w, nil) },
		"weights": func() error { return c.GradientWeights(Sequential, w, x, y) },
	} {
		if n := testing.AllocsPerRun(50, func() { pass() }); n >= 1 {
			t.Errorf("%s: %v allocations a call", name, n)
		}
	}
}

// TestConvolutionWorkers checks that no result depends on the number of workers.
func TestConvolutionWorkers(t *testing.T) {
	for _, c := range []Convolution{convCases[2], convCases[6], convCases[12], convCases[14], {Batch: 40, Height: same(8, 3), Width: same(8, 3), In: 100, Out: 300}} {
		r := rand.New(rand.NewPCG(15, 15))
		x, w, dy := random(r, c.InputSize()), random(r, c.WeightSize()), random(r, c.OutputSize())
		var want [3][]float32
		for _, n := range []int{1, 2, 3, 8} {
			got := [3][]float32{make([]float32, len(dy)), make([]float32, len(x)), make([]float32, len(w))}
			for _, err := range []error{
				c.Forward(workers(n), got[0], x, w, nil), c.GradientInput(workers(n), got[1], dy, w, nil), c.GradientWeights(workers(n), got[2], x, dy),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if n == 1 {
				want = got
			}
			for pass := range got {
				if !slices.Equal(got[pass], want[pass]) {
					t.Errorf("%v: pass %d differs between %d workers and one", c, pass, n)
				}
			}
		}
	}
}
