package simd

// depthwise says whether each channel is a group of its own.
func (c *Convolution) depthwise() bool {
	return c.groups() > 1 && c.groups() == c.In && c.In == c.Out
}

// packChannels lays out the weights of 16 channels of a depthwise convolution.
func (s *sweep) packChannels(panel int) {
	first := 16 * panel
	to, columns := s.packed.data[panel*s.panelSize:], min(16, s.conv.In-first)
	for i, t := range s.taps {
		s.v.packColumns(&to[16*i], &s.weights[t.kernel*s.conv.In+first], columns, 1, columns, 16)
	}
}

// sumChannels computes result rows h0 to h1 of images b0 to b1 of a depthwise
// convolution: a few rows for all channels, then the next ones, so that the source
// rows that these share are still in the first-level cache.
func (s *sweep) sumChannels(in block, b0, b1, h0, h1 int) {
	images, rows := b1-b0, h1-h0
	if !s.byImage {
		step := s.phases[0].step
		images, rows = 1, max(1, s.v.channels.groups()*quad*step[1]/s.result.width)*step[0]
	}
	t := tilePool.Get().(*tile)
	q := quads{sweep: s, in: in, tile: t, kernels: &s.v.channels, high: s.v.channels.groups()}
	for b := b0; b < b1; b += images {
		for h := h0; h < h1; h += rows {
			for panel := range s.groups() {
				q.panel, q.sourceChannel, q.resultChannel = panel, 16*panel, 16*panel
				t.cols = min(16, s.conv.In-16*panel)
				for i := range s.phases {
					q.phase = &s.phases[i]
					q.run(b, b+images, h, min(h1, h+rows))
				}
			}
		}
	}
	tilePool.Put(t)
}

// gradientWeightsDepthwise sums parts of the batch apart and then the parts.
func (c *Convolution) gradientWeightsDepthwise(p Parallel, dw, x, dy []float32) {
	s := newSweep(c)
	s.forward(x, dy, nil)
	s.bounds(false)
	parts := min(c.Batch, tasksWanted)
	partial := newScratch(parts * len(dw))
	p(parts, func(part int) {
		sums := partial.data[part*len(dw):][:len(dw)]
		clear(sums)
		from, to := share(c.Batch, part, parts)
		rows := min(s.result.height, ceilDiv(pixelsATask, s.result.width))
		for b := from; b < to; b++ {
			for h := 0; h < s.result.height; h += rows {
				s.sumProducts(sums, dy, b, h, min(s.result.height, h+rows))
			}
		}
	})
	copy(dw, partial.data)
	for part := 1; part < parts; part++ {
		Add.Apply(dw, dw, partial.data[part*len(dw):])
	}
	partial.free()
	s.free()
}

// sumProducts adds to the weights' gradient what rows h0 to h1 of dy of image b give.
func (s *sweep) sumProducts(dw, dy []float32, b, h0, h1 int) {
	c, n := s.conv, s.conv.In
	in := s.block(b, b+1, h0, h1)
	t, list := tilePool.Get().(*tile), tapLists.Get().(*[]tap)
	*list = (*list)[:0]
	for h := h0; h < h1; h++ {
		*list = append(*list, tap{
			a: 4 * n * (h - h0) * c.Height.stride() * s.width,
			b: 4 * n * (b*s.result.height + h) * s.result.width,
		})
	}
	t.taps, t.tapCount, t.length, t.add = &(*list)[0], len(*list), s.result.width, 1
	t.aRow, t.aStep = uintptr(4*n*c.Width.dilation()), uintptr(4*n*c.Width.stride())
	t.bStep, t.cRow = uintptr(4*n), uintptr(4*n)
	for first := 0; first < n; first += 16 {
		t.b, t.cols = at(dy, first), min(16, n-first)
		s.eachPositions(func(i, j, rows, columns int) {
			for r := range rows {
				position := s.taps[(i+r)*c.Width.Kernel+j]
				pixel := in.pixel(s, b, h0*c.Height.stride()+position.at[0]-s.low[0], position.at[1]-s.low[1])
				t.a[r], t.c[r] = at(in.data, pixel*n+first), at(dw, position.kernel*n+first)
			}
			s.v.products[rows][columns](t)
		})
	}
	tapLists.Put(list)
	tilePool.Put(t)
	in.padded.free()
}

// eachPositions visits the kernel in blocks that there are kernels for: three by
// three, three of a row, or one.
func (s *sweep) eachPositions(visit func(i, j, rows, columns int)) {
	height, width := s.conv.Height.Kernel, s.conv.Width.Kernel
	for i, rows := 0, 0; i < height; i += rows {
		rows = 1
		if height-i >= 3 && width%3 == 0 && s.v.products[3][3] != nil {
			rows = 3
		}
		for j, columns := 0, 0; j < width; j += columns {
			columns = 1
			if width-j >= 3 {
				columns = 3
			}
			visit(i, j, rows, columns)
		}
	}
}
