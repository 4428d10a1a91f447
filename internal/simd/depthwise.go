package simd

// depthwise says whether each channel is a group of its own.
func (c *Convolution) depthwise() bool {
	return c.groups() > 1 && c.groups() == c.In && c.In == c.Out
}

func (c *Convolution) window() *window { return &window{c.Height, c.Width, c.In} }

// forwardDepthwise computes y, row by row: y[h,w,c] = Σ_{i,j} x[…]·W[i,j,c].
func (c *Convolution) forwardDepthwise(p Parallel, y, x, w []float32, done Done) {
	win, kernel := c.window(), active.pixelMulAdd
	n, pixels := c.In, c.Width.Out()
	win.eachBlock(p, c.Batch, func(image, h0, h1 int) {
		out, in := y[image*win.outSize():], x[image*win.inSize():]
		win.rows(h0, h1, func(row int) {
			clear(out[row*pixels*n:][:pixels*n])
		}, func(tap, to, from, pixels int) {
			kernel(&out[to], &in[from], &w[tap*n], pixels, n, win.step(), n)
		})
		if done != nil {
			first := image * c.Height.Out()
			done((first+h0)*pixels, (first+h1)*pixels, 0, n)
		}
	})
}

// gradientInputDepthwise spreads dy over dx, image by image.
func (c *Convolution) gradientInputDepthwise(p Parallel, dx, dy, w []float32, done Done) {
	win, kernel, n := c.window(), active.pixelMulAdd, c.In
	p(c.Batch, func(image int) {
		to, from := dx[image*win.inSize():][:win.inSize()], dy[image*win.outSize():]
		clear(to)
		win.rows(0, c.Height.Out(), func(int) {}, func(tap, out, in, pixels int) {
			kernel(&to[in], &from[out], &w[tap*n], pixels, win.step(), n, n)
		})
		if done != nil {
			size := c.Height.In * c.Width.In
			done(image*size, (image+1)*size, 0, n)
		}
	})
}

// gradientWeightsDepthwise sums parts of the batch apart and then the parts.
func (c *Convolution) gradientWeightsDepthwise(p Parallel, dw, x, dy []float32) {
	win, kernel, n := c.window(), active.pixelProducts, c.In
	parts := min(c.Batch, tasksWanted)
	partial := newScratch(parts * len(dw))
	defer partial.free()
	p(parts, func(part int) {
		sums := partial.data[part*len(dw):][:len(dw)]
		clear(sums)
		from, to := share(c.Batch, part, parts)
		for image := from; image < to; image++ {
			xs, ys := x[image*win.inSize():], dy[image*win.outSize():]
			win.rows(0, c.Height.Out(), func(int) {}, func(tap, out, in, pixels int) {
				kernel(&sums[tap*n], &xs[in], &ys[out], pixels, win.step(), n, n)
			})
		}
	})
	copy(dw, partial.data)
	for part := 1; part < parts; part++ {
		Add.Apply(dw, dw, partial.data[part*len(dw):])
	}
}
