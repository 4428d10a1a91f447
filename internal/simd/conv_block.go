package simd

// block is a part of the source as tiles read it: rows of some images, with zeros
// around them where tiles read outside of the source.
type block struct {
	data   []float32
	image  int // the first image in data
	row    int // the first row of each image, counted from the padded image's
	height int // rows of each image
	padded *scratch
}

// pixel is where a pixel of the padded source lies in data, in pixels.
func (k block) pixel(s *sweep, image, row, column int) int {
	return ((image-k.image)*k.height+row-k.row)*s.width + column
}

// block gives what result rows h0 to h1 of images b0 to b1 need of the source: the
// source itself, the padded copy of all of it, or a copy of this part alone, which
// stays in the worker's cache.
func (s *sweep) block(b0, b1, h0, h1 int) block {
	switch {
	case !s.outside:
		return block{data: s.source.data, height: s.height}
	case s.padded != nil:
		return block{data: s.padded.data, height: s.height}
	}
	from, to := s.sourceRows(h0, h1)
	size := (to - from) * s.width * s.source.channels
	k := block{image: b0, row: from, height: to - from, padded: newScratch((b1-b0)*size + lineFloats)}
	k.data = k.padded.data
	for b := b0; b < b1; b++ {
		s.pad(k.data[(b-b0)*size:], b, from, to)
	}
	return k
}

// sourceRows gives the rows of the padded source that result rows h0 to h1 need,
// from the one that a tap of the least offset would read: tiles' addresses begin
// there.
func (s *sweep) sourceRows(h0, h1 int) (from, to int) {
	from, to = s.height, 0
	for i := range s.regions {
		p := &s.regions[i]
		m0, m1 := p.rows(h0, h1)
		if m0 < m1 && p.taps[0] < p.taps[1] && p.count[1] > 0 {
			from = min(from, m0*p.from[0])
			to = max(to, (m1-1)*p.from[0]+p.reach-s.low[0]+1)
		}
	}
	return min(from, to), to
}

// rows gives the phase's rows among result rows h0 to h1.
func (p *phase) rows(h0, h1 int) (m0, m1 int) {
	m0 = max(0, ceilDiv(h0-p.start[0], p.step[0]))
	return m0, min(p.count[0], max(0, ceilDiv(h1-p.start[0], p.step[0])))
}

// padAll makes room for the padded source, which padTasks tasks then fill.
func (s *sweep) padAll() {
	s.padded = newScratch(s.conv.Batch*s.height*s.width*s.source.channels + lineFloats)
	s.padTasks = min(s.conv.Batch, tasksWanted)
}

// padTask pads a share of the images.
func (s *sweep) padTask(task int) {
	size := s.height * s.width * s.source.channels
	from, to := share(s.conv.Batch, task, s.padTasks)
	for b := from; b < to; b++ {
		s.pad(s.padded.data[b*size:], b, 0, s.height)
	}
}

// pad writes rows from to to of a padded image: the source, and zeros around it.
func (s *sweep) pad(dst []float32, b, from, to int) {
	src, c := s.source, s.source.channels
	left := -s.low[1] * c
	for row := from; row < to; row++ {
		line := dst[(row-from)*s.width*c:][:s.width*c]
		h := row + s.low[0]
		if h < 0 || h >= src.height {
			clear(line)
			continue
		}
		clear(line[:left])
		n := copy(line[left:], src.data[(b*src.height+h)*src.width*c:][:src.width*c])
		clear(line[left+n:])
	}
}
