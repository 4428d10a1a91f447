package simd

import "fmt"

// Axis describes what a convolution or a pooling does along height or along width, in
// positions. A stride or dilation of 0 means 1.
type Axis struct {
	In            int // length of the input
	Kernel        int // length of the kernel or window
	Stride        int
	Dilation      int
	Before, After int // zeros around the input; negative numbers crop it
}

func (a Axis) stride() int   { return max(1, a.Stride) }
func (a Axis) dilation() int { return max(1, a.Dilation) }

// Out is the number of output positions.
func (a Axis) Out() int {
	n := a.In + a.Before + a.After - (a.Kernel-1)*a.dilation() - 1
	if n < 0 {
		return 0
	}
	return n/a.stride() + 1
}

// Convolution is a convolution (in the sense of neural networks, a correlation) of
// images in the order batch, height, width, channel with weights in the order
// kernel height, kernel width, input channel of the group, output channel:
//
//	y[b,h,w,o] = Σ_{i,j,c} x[b, s·h + d·i − p, s·w + d·j − p, g·C/G + c] · W[i,j,c,o]
//
// with stride s, dilation d and padding p (Before) of each axis, C input and O output
// channels in G groups, c < C/G, and g = ⌊o·G/O⌋ the group of output channel o. Positions
// outside of x count as zero.
type Convolution struct {
	Batch         int
	Height, Width Axis
	In, Out       int // channels
	Groups        int // 0 means 1
}

func (c *Convolution) groups() int { return max(1, c.Groups) }

// InputSize is the number of elements of x.
func (c *Convolution) InputSize() int { return c.Batch * c.Height.In * c.Width.In * c.In }

// OutputSize is the number of elements of y.
func (c *Convolution) OutputSize() int { return c.Batch * c.Height.Out() * c.Width.Out() * c.Out }

// WeightSize is the number of elements of W.
func (c *Convolution) WeightSize() int {
	return c.Height.Kernel * c.Width.Kernel * c.In / c.groups() * c.Out
}

// MultiplyAdds is the number of multiply-adds of one pass; those at positions outside of x
// count.
func (c *Convolution) MultiplyAdds() int {
	return c.OutputSize() * c.Height.Kernel * c.Width.Kernel * c.In / c.groups()
}

// pointwise says whether the convolution is a matrix product of x as it lies.
func (c *Convolution) pointwise() bool {
	one := func(a Axis) bool {
		return a.Kernel == 1 && a.stride() == 1 && a.Before == 0 && a.After == 0
	}
	return one(c.Height) && one(c.Width) && c.groups() == 1
}

// check reports sizes that make no convolution, and slices that do not fit them.
func (c *Convolution) check(y, x, w []float32) error {
	g := c.groups()
	switch {
	case c.Batch < 0 || c.In < 0 || c.Out < 0 || c.Height.In < 0 || c.Width.In < 0:
		return fmt.Errorf("simd: convolution of negative size: %+v", *c)
	case c.Height.Kernel < 1 || c.Width.Kernel < 1:
		return fmt.Errorf("simd: convolution with an empty kernel: %d×%d", c.Height.Kernel, c.Width.Kernel)
	case c.In%g != 0 || c.Out%g != 0:
		return fmt.Errorf("simd: convolution of %d to %d channels cannot have %d groups", c.In, c.Out, g)
	case len(x) != c.InputSize():
		return fmt.Errorf("simd: convolution's input has %d elements, not %d", len(x), c.InputSize())
	case len(y) != c.OutputSize():
		return fmt.Errorf("simd: convolution's output has %d elements, not %d", len(y), c.OutputSize())
	case len(w) != c.WeightSize():
		return fmt.Errorf("simd: convolution has %d weights, not %d", len(w), c.WeightSize())
	}
	return nil
}

// Done is called for each finished block of a result, by the worker that computed it and
// still has it in cache: rows i0 to below i1 and columns j0 to below j1. The result of a
// convolution counts as a matrix with a row for each pixel and a column for each channel.
// Blocks are disjoint and cover the result; calls may come from several goroutines at a
// time.
type Done = func(i0, i1, j0, j1 int)

// Forward computes y. done may be nil. Slices whose lengths do not fit are an error.
func (c *Convolution) Forward(p Parallel, y, x, w []float32, done Done) error {
	if err := c.check(y, x, w); err != nil {
		return err
	}
	if c.pointwise() {
		return Gemm(p, &Product{
			M: len(x) / max(1, c.In), N: c.Out, K: c.In,
			A: Matrix{Data: x, Stride: c.In}, B: Matrix{Data: w, Stride: c.Out},
			C: y, CStride: c.Out, Done: done,
		})
	}
	s := newSweep(c)
	s.forward(x, y, w)
	s.run(p, done)
	s.free()
	return nil
}

// GradientInput computes dx, the gradient by x, from dy, the gradient by y. done may be
// nil. Slices whose lengths do not fit are an error. With few input channels, infinities
// and NaN in dy may spread to neighbours in the same row of dx.
func (c *Convolution) GradientInput(p Parallel, dx, dy, w []float32, done Done) error {
	if err := c.check(dy, dx, w); err != nil {
		return err
	}
	if c.pointwise() {
		return Gemm(p, &Product{
			M: len(dx) / max(1, c.In), N: c.In, K: c.Out,
			A: Matrix{Data: dy, Stride: c.Out}, B: Matrix{Data: w, Stride: c.Out, Transposed: true},
			C: dx, CStride: c.In, Done: done,
		})
	}
	s := newSweep(c)
	s.gradient(dy, dx, w)
	s.run(p, done)
	s.free()
	return nil
}
