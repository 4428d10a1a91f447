package simd

import "unsafe"

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
// convolution.
func (s *sweep) sumChannels(in block, b0, b1, h0, h1 int) {
	t := tilePool.Get().(*tile)
	q := quads{sweep: s, in: in, tile: t, kernels: &s.v.channels, high: s.v.channels.groups()}
	for i := range s.regions {
		t.cols, q.phase = s.conv.In, &s.regions[i]
		q.run(b0, b1, h0, h1)
	}
	tilePool.Put(t)
}

// computeChannels runs a tile over all channels, so that the source rows that
// neighbouring tiles share are still in the first-level cache.
func (q *quads) computeChannels(groups int) {
	t := q.tile
	t.b = at(q.packed.data, 0)
	t.aNext, t.bNext, t.cNext = 64, uintptr(4*q.panelSize), 64
	t.overChannels(q.conv.In, max(1, groups), q.kernels[groups])
}

// overChannels runs a kernel that takes 16 channels over n of them. The tile reads
// and writes as many groups.
func (t *tile) overChannels(n, groups int, kernel func(*tile)) {
	if t.count = n / 16; t.count > 0 {
		t.cols = 16
		kernel(t)
		if n%16 > 0 {
			t.b = unsafe.Add(t.b, t.bNext)
			for g := range groups {
				t.a[g], t.c[g] = unsafe.Add(t.a[g], t.aNext), unsafe.Add(t.c[g], t.cNext)
			}
		}
	}
	if t.cols, t.count = n%16, 1; t.cols > 0 {
		kernel(t)
	}
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
		rows := min(s.result.height, ceilDiv(channelPixelsATask, s.result.width))
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
	t, here := tilePool.Get().(*tile), tapLists.Get().(*[]tap)
	*here = append((*here)[:0], tap{})
	t.taps, t.tapCount, t.length, t.add = &(*here)[0], 1, s.result.width, 1
	t.aRow, t.aStep = uintptr(4*n*c.Width.dilation()), uintptr(4*n*c.Width.stride())
	t.bStep, t.cRow = uintptr(4*n), uintptr(4*n)
	t.aNext, t.bNext, t.cNext = 64, 64, 64
	for h := h0; h < h1; h++ {
		s.eachPositions(func(i, j, rows, columns int) {
			t.b = at(dy, (b*s.result.height+h)*s.result.width*n)
			for r := range rows {
				position := s.taps[(i+r)*c.Width.Kernel+j]
				pixel := in.pixel(s, b, h*c.Height.stride()+position.at[0]-s.low[0], position.at[1]-s.low[1])
				t.a[r], t.c[r] = at(in.data, pixel*n), at(dw, position.kernel*n)
			}
			t.overChannels(n, rows, s.v.products[rows][columns])
		})
	}
	tapLists.Put(here)
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
