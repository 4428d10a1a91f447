package simd

// span says where a kernel position lies inside of the input: the n output positions out,
// out+1, … read the input positions in, in+stride, ….
type span struct{ out, in, n int }

// span returns the output positions for which kernel position k lies inside of the input.
func (a Axis) span(k int) span {
	offset := k*a.dilation() - a.Before
	first := max(0, ceilDiv(max(0, -offset), a.stride()))
	last := min(a.Out()-1, floorDiv(a.In-1-offset, a.stride()))
	return span{first, first*a.stride() + offset, max(0, last-first+1)}
}

// spans appends the spans of all kernel positions.
func (a Axis) spans(list []span) []span {
	for k := range a.Kernel {
		list = append(list, a.span(k))
	}
	return list
}

// window is a sliding window that treats each channel by itself: a depthwise
// convolution or a pooling.
type window struct {
	height, width Axis
	channels      int
}

// rows goes through the output rows h0 to below h1 of one image. For each it calls start,
// and then visit for each kernel position that lies inside of the input, in order: tap is
// the position's number, and the pixels from out on, in floats from the output image's
// beginning, read those from in on in the input image.
func (w *window) rows(h0, h1 int, start func(row int), visit func(tap, out, in, pixels int)) {
	for h := h0; h < h1; h++ {
		start(h)
		for i := range w.height.Kernel {
			row := h*w.height.stride() + i*w.height.dilation() - w.height.Before
			if row < 0 || row >= w.height.In {
				continue
			}
			for j := range w.width.Kernel {
				if s := w.width.span(j); s.n > 0 {
					visit(i*w.width.Kernel+j, (h*w.width.Out()+s.out)*w.channels,
						(row*w.width.In+s.in)*w.channels, s.n)
				}
			}
		}
	}
}

func (w *window) inSize() int  { return w.height.In * w.width.In * w.channels }
func (w *window) outSize() int { return w.height.Out() * w.width.Out() * w.channels }

// step is the distance in floats of what neighbouring output pixels read.
func (w *window) step() int { return w.width.stride() * w.channels }

// eachBlock calls f for blocks of output rows h0 to below h1 of all images, in tasks fixed
// by the shape.
func (w *window) eachBlock(p Parallel, batch int, f func(image, h0, h1 int)) {
	row := max(1, w.width.Out()*w.channels)
	block := max(1, chunk/row)
	blocks := ceilDiv(w.height.Out(), block)
	if batch == 0 || blocks == 0 {
		return
	}
	p(batch*blocks, func(task int) {
		h0 := task % blocks * block
		f(task/blocks, h0, min(w.height.Out(), h0+block))
	})
}
