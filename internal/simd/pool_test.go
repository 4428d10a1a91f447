package simd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

var poolCases = []Pool{
	{Batch: 2, Height: Axis{In: 8, Kernel: 2, Stride: 2}, Width: Axis{In: 8, Kernel: 2, Stride: 2}, Channels: 16},
	{Batch: 3, Height: Axis{In: 7, Kernel: 3, Stride: 2, Before: 1, After: 1}, Width: Axis{In: 9, Kernel: 3, Stride: 2, Before: 1, After: 1}, Channels: 5},
	{Batch: 1, Height: same(6, 3), Width: same(5, 3), Channels: 33},
	{Batch: 2, Height: Axis{In: 4, Kernel: 4}, Width: Axis{In: 4, Kernel: 4}, Channels: 70},
	{Batch: 1, Height: Axis{In: 9, Kernel: 2, Stride: 3, Dilation: 3}, Width: Axis{In: 9, Kernel: 3, Dilation: 2, Before: 2, After: 2}, Channels: 8},
	{Batch: 0, Height: same(6, 3), Width: same(5, 3), Channels: 3},
}

// each calls visit for every position of every window, windows in order.
func (o *Pool) each(visit func(y, x int)) {
	c := Convolution{Batch: o.Batch, Height: o.Height, Width: o.Width, In: o.Channels, Out: o.Channels, Groups: o.Channels}
	c.each(func(y, x, _ int) { visit(y, x) })
}

func TestPool(t *testing.T) {
	everyVariant(t, func(t *testing.T) {
		for _, o := range poolCases {
			t.Run(fmt.Sprintf("%+v", o), func(t *testing.T) {
				r := rand.New(rand.NewPCG(14, 14))
				x, dy := make([]float32, o.InputSize()), random(r, o.OutputSize())
				for i := range x {
					x[i] = float32(r.IntN(5)) // equal ones among them
				}
				most, first := make([]float32, len(dy)), make([]int, len(dy))
				for i := range most {
					most[i] = float32(math.Inf(-1))
				}
				sum, dmax, dsum := make([]float64, len(dy)), make([]float64, len(x)), make([]float64, len(x))
				o.each(func(y, i int) {
					if x[i] > most[y] {
						most[y], first[y] = x[i], i
					}
					sum[y] += 0.25 * float64(x[i])
					dsum[i] += 0.25 * float64(dy[y])
				})
				for y := range most {
					dmax[first[y]] += float64(dy[y])
				}
				y, dx := newGuarded(len(dy)), newGuarded(len(x))
				for _, run := range []func() error{
					func() error { return o.Max(workers(2), y.data, x) },
					func() error { return o.MaxGradient(workers(2), dx.data, dy, x, y.data) },
				} {
					if err := run(); err != nil {
						t.Fatal(err)
					}
				}
				for i, v := range y.data {
					if v != most[i] {
						t.Fatalf("max[%d] = %v, want %v", i, v, most[i])
					}
				}
				checkNear(t, "gradient of max", dx.data, dmax, 1e-6, 1)
				if err := o.Sum(workers(2), y.data, x, 0.25); err != nil {
					t.Fatal(err)
				}
				checkNear(t, "sum", y.data, sum, 1e-6, 1)
				if err := o.SumGradient(workers(2), dx.data, dy, 0.25); err != nil {
					t.Fatal(err)
				}
				checkNear(t, "gradient of sum", dx.data, dsum, 1e-6, 1)
				y.check(t)
				dx.check(t)
			})
		}
	})
}
