package simd

import "fmt"

// Axis is what a convolution does along height or along width. Strides and
// dilations of 0 mean 1.
type Axis struct {
	In            int // input positions
	Kernel        int
	Stride        int
	Dilation      int
	Before, After int // zeros around the input; negative ones crop it
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
// with stride s, dilation d and padding p of each axis, c < C/G, and g = ⌊o·G/O⌋ the
// group of the output channel. Positions outside of x count as zero.
type Convolution struct {
	Batch         int
	Height, Width Axis
	In, Out       int // channels
	Groups        int // 0 means 1
}

func (c *Convolution) groups() int { return max(1, c.Groups) }

// InputSize, OutputSize and WeightSize are the numbers of elements of x, y and W.
func (c *Convolution) InputSize() int { return c.Batch * c.Height.In * c.Width.In * c.In }

// OutputSize is the number of elements of y.
func (c *Convolution) OutputSize() int { return c.Batch * c.Height.Out() * c.Width.Out() * c.Out }

// WeightSize is the number of elements of W.
func (c *Convolution) WeightSize() int {
	return c.Height.Kernel * c.Width.Kernel * c.In / c.groups() * c.Out
}

// MultiplyAdds is the work of one pass, positions outside of x included.
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

// check reports sizes that make no convolution, and operands of other sizes.
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

// Done is told each finished block of a result, by the worker that made it, while
// it is in cache: rows i0 to i1 and columns j0 to j1 of the result as a matrix with
// a row for each pixel (or row of a product) and a column for each channel. The
// blocks are disjoint and cover the result.
type Done = func(i0, i1, j0, j1 int)

// Forward computes y.
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

// GradientInput computes dx, the gradient by x, from dy, the gradient by y. With few
// input channels, what is not finite in dy may reach some more of dx in its row.
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
