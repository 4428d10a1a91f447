package simd

// panelGrid says where the pixels of some images and rows lie in a panel, which holds a
// few channels of each pixel side by side. With strides, a panel holds only the rows and
// columns of one phase, those with the same remainders by the strides: tiles read these
// together.
type panelGrid struct {
	height, width Axis // by which pixels are read
	images        int
	from, to      int // rows, of all phases
	byImage       bool
	// Distances in pixels of neighbouring images, and of neighbouring rows and columns
	// of a phase.
	image, row, column int
	size               int // pixels
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
	g.image = g.row * ceilDiv(to-from, height.stride())
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
	return (row-g.from)/g.height.stride()*g.row + column/g.width.stride()*g.column
}

// pixelRows is a matrix with a row of channels for each pixel.
type pixelRows struct {
	data     []float32
	channels int
}

// copy copies cols channels, from channel on, of a phase's rows and columns of images
// from b on, to a panel of width channels.
func (g *panelGrid) copy(v *variant, panel []float32, src pixelRows, b, rowPhase, columnPhase, channel, cols, width int) {
	s, t := g.height.stride(), g.width.stride()
	skip := (rowPhase + s - g.from%s) % s // rows before the phase's first
	rows, columns := ceilDiv(g.to-g.from-skip, s), ceilDiv(g.width.In-columnPhase, t)
	if rows <= 0 || columns <= 0 {
		return
	}
	from := src.data[(g.start(b)+skip*g.width.In+columnPhase)*src.channels+channel:]
	column := src.channels * t
	row, image := src.channels*g.width.In*s, src.channels*g.width.In*g.height.In
	if g.byImage {
		for h := range rows {
			for w := range columns {
				v.packColumns(&panel[width*(h*g.row+w*g.column)], &from[h*row+w*column], image, g.images, cols, width)
			}
		}
		return
	}
	if row == columns*column { // rows join
		rows, columns = 1, rows*columns
	}
	for b := range g.images {
		for h := range rows {
			v.packColumns(&panel[width*(b*g.image+h*g.row)], &from[b*image+h*row], column, columns, cols, width)
		}
	}
}

// phase is the remainder by the stride of the input positions that kernel position k
// reads.
func (a Axis) phase(k int) int {
	offset := k*a.dilation() - a.Before
	return offset - floorDiv(offset, a.stride())*a.stride()
}

// reach gives the input positions that output positions first to last read, and
// those between them.
func (a Axis) reach(first, last int) (from, to int) {
	from = max(0, first*a.stride()-a.Before)
	to = min(a.In, (last-1)*a.stride()+(a.Kernel-1)*a.dilation()-a.Before+1)
	return from, max(from, to)
}
