package simd

import (
	"fmt"
	"math"
)

// Pool describes pooling: a window that slides over each channel of images in the order
// batch, height, width, channel. Positions outside of the input do not count. Slices whose
// lengths do not fit are an error of all its methods.
type Pool struct {
	Batch         int
	Height, Width Axis
	Channels      int
}

func (o *Pool) window() *window { return &window{o.Height, o.Width, o.Channels} }

// InputSize is the number of elements of the input.
func (o *Pool) InputSize() int { return o.Batch * o.window().inSize() }

// OutputSize is the number of elements of the output.
func (o *Pool) OutputSize() int { return o.Batch * o.window().outSize() }

func (o *Pool) check(x, y []float32) error {
	switch {
	case o.Height.Kernel < 1 || o.Width.Kernel < 1:
		return fmt.Errorf("simd: pooling with an empty window: %d×%d", o.Height.Kernel, o.Width.Kernel)
	case len(x) != o.InputSize():
		return fmt.Errorf("simd: pooling's input has %d elements, not %d", len(x), o.InputSize())
	case len(y) != o.OutputSize():
		return fmt.Errorf("simd: pooling's output has %d elements, not %d", len(y), o.OutputSize())
	}
	return nil
}

// Max computes y, the greatest element of each window; −∞ for an empty window.
func (o *Pool) Max(p Parallel, y, x []float32) error {
	lowest := float32(math.Inf(-1))
	return o.slide(p, y, x, lowest, func(to, from *float32, pixels, step int) {
		active.pixelMax(to, from, pixels, o.Channels, step, o.Channels)
	})
}

// Sum computes y, the sum of each window times scale; with scale one over the number of
// elements of a window, its mean.
func (o *Pool) Sum(p Parallel, y, x []float32, scale float32) error {
	w := filled(o.Channels, scale)
	defer w.free()
	return o.slide(p, y, x, 0, func(to, from *float32, pixels, step int) {
		active.pixelMulAdd(to, from, &w.data[0], pixels, o.Channels, step, o.Channels)
	})
}

func filled(n int, x float32) *scratch {
	s := newScratch(n)
	for i := range s.data {
		s.data[i] = x
	}
	return s
}

// slide folds the windows into y, which starts out as start.
func (o *Pool) slide(p Parallel, y, x []float32, start float32, fold func(to, from *float32, pixels, step int)) error {
	if err := o.check(x, y); err != nil {
		return err
	}
	if len(y) == 0 {
		return nil
	}
	win, row := o.window(), o.Width.Out()*o.Channels
	win.eachBlock(p, o.Batch, func(image, h0, h1 int) {
		out, in := y[image*win.outSize():], x[image*win.inSize():]
		win.rows(h0, h1, func(h int) {
			for i := range out[h*row:][:row] {
				out[h*row+i] = start
			}
		}, func(_, to, from, pixels int) {
			fold(&out[to], &in[from], pixels, win.step())
		})
	})
	return nil
}

// MaxGradient computes dx, the gradient by x of Max, from dy, the gradient by y, and from
// x and y: the gradient of a window goes to its greatest element, to the first of equal
// ones in the order of rows and columns. A window whose greatest is NaN gives none.
func (o *Pool) MaxGradient(p Parallel, dx, dy, x, y []float32) error {
	if err := o.check(dx, dy); err != nil {
		return err
	}
	if err := o.check(x, y); err != nil {
		return err
	}
	win, row, n := o.window(), o.Width.Out()*o.Channels, o.Channels
	if len(dy) == 0 {
		clear(dx)
		return nil
	}
	p(o.Batch, func(image int) {
		left := newScratch(row)
		in, out := image*win.inSize(), image*win.outSize()
		clear(dx[in:][:win.inSize()])
		start := 0
		win.rows(0, o.Height.Out(), func(h int) {
			start = h * row
			copy(left.data, dy[out+start:])
		}, func(_, to, from, pixels int) {
			active.pixelRoute(&dx[in+from], &x[in+from], &y[out+to], &left.data[to-start],
				pixels, win.step(), win.step(), n, n, n)
		})
		left.free()
	})
	return nil
}

// SumGradient computes dx, the gradient by x of Sum, from dy, the gradient by y.
func (o *Pool) SumGradient(p Parallel, dx, dy []float32, scale float32) error {
	if err := o.check(dx, dy); err != nil {
		return err
	}
	if len(dy) == 0 {
		clear(dx)
		return nil
	}
	win, n := o.window(), o.Channels
	w := filled(n, scale)
	defer w.free()
	p(o.Batch, func(image int) {
		to, from := dx[image*win.inSize():][:win.inSize()], dy[image*win.outSize():]
		clear(to)
		win.rows(0, o.Height.Out(), func(int) {}, func(_, out, in, pixels int) {
			active.pixelMulAdd(&to[in], &from[out], &w.data[0], pixels, win.step(), n, n)
		})
	})
	return nil
}
