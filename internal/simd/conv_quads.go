package simd

// rowTiles are tiles of groups × four rows by the number of groups; rowTiles[0] is
// the tile of a single row. Missing ones are nil.
type rowTiles [5]func(*tile)

// groups is how many groups of four rows the largest tile has.
func (r *rowTiles) groups() int {
	n := 1
	for g, f := range r {
		if f != nil {
			n = max(n, g)
		}
	}
	return n
}

// quads walks the result pixels of one phase in groups of four, along a row or
// along the batch, and hands several groups at a time to a tile.
type quads struct {
	*sweep
	*phase
	in            block
	tile          *tile
	kernels       *rowTiles
	panel         int
	sourceChannel int
	resultChannel int
	high          int // groups of the highest tile
	waiting       int // groups in the tile
}

// run computes the phase's pixels in images b0 to b1 and result rows h0 to h1.
func (q *quads) run(b0, b1, h0, h1 int) {
	m0, m1 := q.rows(h0, h1)
	if m0 >= m1 || q.count[1] == 0 {
		return
	}
	if q.runs[0] == q.runs[1] || q.length == 0 {
		q.zero(b0, b1, m0, m1)
		return
	}
	q.aim()
	switch {
	case q.byImage:
		b4 := b0 + (b1-b0)/quad*quad
		for m := m0; m < m1; m++ {
			for n := q.beside(b0, b4, m); n < q.count[1]; n++ {
				q.images(b0, b4, m, n)
			}
		}
		q.flush()
		q.singles(b4, b1, m0, m1)
	case q.count[1] < quad && m1-m0 >= quad:
		q.down(b0, b1, m0, m1)
	case q.count[1] < quad:
		q.singles(b0, b1, m0, m1)
	case q.channelwise: // a tile repeats over the channels
		for b := b0; b < b1; b++ {
			q.blocks(b, m0, m1)
		}
		q.flush()
	default:
		for b := b0; b < b1; b++ {
			for m := q.columns(b, m0, m1); m < m1; m++ {
				q.row(b, m, 0, ceilDiv(q.count[1], quad))
			}
		}
		q.flush()
	}
}

// down computes narrow regions in groups of pixels below each other.
func (q *quads) down(b0, b1, m0, m1 int) {
	q.tile.aRow = uintptr(4 * q.from[0] * q.width * q.source.channels)
	q.tile.cRow = uintptr(4 * q.step[0] * q.result.width * q.result.channels)
	for b := b0; b < b1; b++ {
		for n := range q.count[1] {
			for m := m0; m < m1; m += quad {
				q.group(b, min(m, m1-quad), n) // the last may overlap
			}
		}
	}
	q.flush()
}

// beside computes tiles of groups of images that stand beside each other in row m,
// where the images divide into tiles or tiles into images, in one call for as many
// images as a tile takes. It returns the first column that is left.
func (q *quads) beside(b0, b1, m int) int {
	groups := (b1 - b0) / quad
	if q.channelwise || groups == 0 || q.high%groups != 0 && groups%q.high != 0 {
		return 0
	}
	pixels := max(1, q.high/groups) // of a tile
	tiles := q.count[1] / pixels
	if tiles < 2 {
		return 0
	}
	q.flush()
	t := q.tile
	t.aNext = uintptr(4 * pixels * q.from[1] * q.source.channels)
	t.cNext = uintptr(4 * pixels * q.step[1] * q.result.channels)
	for b := b0; b < b1; b += quad * min(groups, q.high) {
		t.count = tiles
		for n := range pixels {
			q.images(b, b+quad*min(groups, q.high), m, n)
		}
	}
	return tiles * pixels
}

// images adds the groups of images b0 to b1 at one pixel.
func (q *quads) images(b0, b1, m, n int) {
	for b := b0; b < b1; b += quad {
		q.group(b, m, n)
	}
}

// blocks computes rows m0 to m1 in tiles whose groups stand below each other as well as
// beside: a kernel of several rows then reads fewer source pixels for as many results.
func (q *quads) blocks(b, m0, m1 int) {
	groups := ceilDiv(q.count[1], quad)
	for rows := q.high; m0 < m1; m0 += rows {
		for m1-m0 < rows || q.high%rows > 0 {
			rows--
		}
		wide := q.high / rows
		for g := 0; g < groups; g += wide {
			for row := range rows {
				q.row(b, m0+row, g, min(g+wide, groups))
			}
		}
	}
}

// columns computes tiles that stand below each other, where rows divide into tiles
// or tiles into rows, one call for each column of tiles. It returns the first row
// that is left.
func (q *quads) columns(b, m0, m1 int) int {
	groups, high := ceilDiv(q.count[1], quad), q.high
	wide, rows := 1, 1 // tiles beside each other, rows of a tile
	switch {
	case groups%high == 0:
		wide = groups / high
	case high%groups == 0:
		rows = high / groups
	default:
		return m0
	}
	tiles := (m1 - m0) / rows
	if tiles == 0 {
		return m0
	}
	q.flush()
	t := q.tile
	t.aNext = uintptr(4 * rows * q.from[0] * q.width * q.source.channels)
	t.cNext = uintptr(4 * rows * q.step[0] * q.result.width * q.result.channels)
	for part := range wide {
		t.count = tiles
		first, last := share(groups, part, wide)
		for row := range rows {
			q.row(b, m0+row, first, last)
		}
		q.flush()
	}
	return m0 + tiles*rows
}

// row adds groups of a row of pixels, of which the last may overlap the one before.
func (q *quads) row(b, m, first, last int) {
	for g := first; g < last; g++ {
		q.group(b, m, min(quad*g, q.count[1]-quad))
	}
}

// aim sets what all tiles of the phase share.
func (q *quads) aim() {
	t := q.tile
	t.b, t.bStep, t.bVector = at(q.packed.data, q.panel*q.panelSize), 64, uintptr(4*q.panelSize)
	t.taps, t.tapCount, t.length = &q.offsets[q.runs[0]], q.runs[1]-q.runs[0], q.length
	t.add, t.count, t.bNext = 0, 1, 0
	if q.byImage {
		t.aRow = uintptr(4 * q.in.height * q.width * q.source.channels)
		t.cRow = uintptr(4 * q.result.height * q.result.width * q.result.channels)
	} else {
		t.aRow = uintptr(4 * q.from[1] * q.source.channels)
		t.cRow = uintptr(4 * q.step[1] * q.result.channels)
	}
}

// group adds four pixels that begin at image b and the phase's row m and column n.
func (q *quads) group(b, m, n int) {
	q.place(q.waiting, b, m, n)
	if q.waiting++; q.waiting == q.high {
		q.flush()
	}
}

func (q *quads) place(slot, b, m, n int) {
	pixel := q.in.pixel(q.sweep, b, m*q.from[0], n*q.from[1])
	q.tile.a[slot] = at(q.in.data, pixel*q.source.channels+q.sourceChannel)
	q.tile.c[slot] = at(q.result.data, q.resultAt(b, m, n))
}

func (q *quads) resultAt(b, m, n int) int {
	row, column := q.start[0]+m*q.step[0], q.start[1]+n*q.step[1]
	return ((b*q.result.height+row)*q.result.width+column)*q.result.channels + q.resultChannel
}

// flush computes the groups that wait.
func (q *quads) flush() {
	if q.waiting > 0 {
		q.compute(q.waiting)
		q.waiting = 0
	}
	q.tile.count = 1
}

// compute runs a tile of some groups, 0 for one pixel: of a depthwise convolution
// over all channels, else over its own.
func (q *quads) compute(groups int) {
	if q.channelwise {
		q.computeChannels(groups)
		return
	}
	q.kernels[groups](q.tile)
}

// singles computes pixel by pixel what does not fill groups.
func (q *quads) singles(b0, b1, m0, m1 int) {
	for b := b0; b < b1; b++ {
		for m := m0; m < m1; m++ {
			for n := range q.count[1] {
				q.place(0, b, m, n)
				q.compute(0)
			}
		}
	}
}

// zero writes the pixels that no tap reaches.
func (q *quads) zero(b0, b1, m0, m1 int) {
	for b := b0; b < b1; b++ {
		for m := m0; m < m1; m++ {
			for n := range q.count[1] {
				clear(q.result.data[q.resultAt(b, m, n):][:q.tile.cols])
			}
		}
	}
}
