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

// at is the place of a pixel of the first image.
func (g *panelGrid) at(row, column int) int {
	s, t := g.height.stride(), g.width.stride()
	row -= g.from
	return (row%s*t+column%t)*g.phase + row/s*g.row + column/t*g.column
}

// pixelRows is a matrix with a row of channels for each pixel.
type pixelRows struct {
	data     []float32
	channels int
}

// copy copies cols channels, from channel on, of images from b on, to a panel of
// width channels.
func (g *panelGrid) copy(v *variant, panel []float32, src pixelRows, b, channel, cols, width int) {
	s, t := g.height.stride(), g.width.stride()
	for i := range min(s, g.to-g.from) {
		for j := range min(t, g.width.In) {
			if g.height.reads(g.from+i) && g.width.reads(j) {
				first := g.start(b) + i*g.width.In + j
				g.copyPhase(v, panel[width*(i*t+j)*g.phase:], src.data[first*src.channels+channel:], src.channels,
					ceilDiv(g.to-g.from-i, s), ceilDiv(g.width.In-j, t), cols, width)
			}
		}
	}
}

// copyPhase copies some rows and columns of pixels.
func (g *panelGrid) copyPhase(v *variant, panel, src []float32, channels, rows, columns, cols, width int) {
	column := channels * g.width.stride()
	row, image := channels*g.width.In*g.height.stride(), channels*g.width.In*g.height.In
	if g.byImage {
		for h := range rows {
			for w := range columns {
				v.packColumns(&panel[width*(h*g.row+w*g.column)], &src[h*row+w*column], image, g.images, cols, width)
			}
		}
		return
	}
	if row == columns*column { // rows join
		rows, columns = 1, rows*columns
	}
	for b := range g.images {
		for h := range rows {
			v.packColumns(&panel[width*(b*g.image+h*g.row)], &src[b*image+h*row], column, columns, cols, width)
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
