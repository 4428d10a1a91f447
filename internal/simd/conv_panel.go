package simd

// panelGrid is where the pixels of some images and rows lie in a panel, which has a
// few channels of each of them side by side. Where pixels are read at a stride, those
// that are read together lie together: the remainders of row and column by the
// strides choose among phases.
type panelGrid struct {
	height, width Axis // by which pixels are read
	images        int
	from, to      int // rows
	byImage       bool
	// Distances in pixels of neighbouring images, of rows and columns of one phase,
	// and of phases.
	image, row, column, phase int
	size                      int // pixels
}

// newPanelGrid lays out rows from to to of some images, with images innermost or
// outermost.
func newPanelGrid(height, width Axis, images, from, to int, byImage bool) panelGrid {
	g := panelGrid{height: height, width: width, images: images, from: from, to: to, byImage: byImage}
	g.column = 1
	if byImage {
		g.column = images
	}
	g.row = g.column * ceilDiv(width.In, width.stride())
	g.phase = g.row * ceilDiv(to-from, height.stride())
	g.image = g.phase * height.stride() * width.stride()
	g.size = g.image * images
	if byImage {
		g.image, g.size = 1, g.image
	}
	return g
}

// oneByOne is the axis of n positions that are all read, one by one.
func oneByOne(n int) Axis { return Axis{In: n, Kernel: 1} }

// start is where the first row begins in a batch, in pixels.
func (g *panelGrid) start(image int) int { return (image*g.height.In + g.from) * g.width.In }

// at is the place of a pixel.
func (g *panelGrid) at(image, row, column int) int {
	row -= g.from
	s, t := g.height.stride(), g.width.stride()
	return image*g.image + (row%s*t+column%t)*g.phase + row/s*g.row + column/t*g.column
}

// copy copies cols channels, from channel on, of images from b on, to a panel of
// width channels.
func (g *panelGrid) copy(v *variant, dst, src []float32, channels, b, channel, cols, width int) {
	image := g.height.In * g.width.In
	for row := g.from; row < g.to; row++ {
		if !g.height.reads(row) {
			continue
		}
		from := src[((b*g.height.In+row)*g.width.In)*channels+channel:]
		if g.byImage {
			for column := range g.width.In {
				v.packColumns(&dst[width*g.at(0, row, column)], &from[column*channels], image*channels, g.images, cols, width)
			}
			continue
		}
		for i := range g.images {
			for phase := range min(g.width.stride(), g.width.In) {
				if g.width.reads(phase) {
					v.packColumns(&dst[width*g.at(i, row, phase)], &from[(i*image+phase)*channels],
						g.width.stride()*channels, ceilDiv(g.width.In-phase, g.width.stride()), cols, width)
				}
			}
		}
	}
}

// reads says whether any output position reads input position i or others at a
// multiple of the stride from it.
func (a Axis) reads(i int) bool {
	for k := range a.Kernel {
		if (i+a.Before-k*a.dilation())%a.stride() == 0 {
			return true
		}
	}
	return false
}

// reach gives the input positions that output positions first to last read, and
// those between them.
func (a Axis) reach(first, last int) (from, to int) {
	from = max(0, first*a.stride()-a.Before)
	to = min(a.In, (last-1)*a.stride()+(a.Kernel-1)*a.dilation()-a.Before+1)
	return from, max(from, to)
}
