package simd

import (
	"sync"
	"unsafe"
)

// A weightGradient whose input channels fill tiles takes each kernel position by
// itself, with only the pixels for which it lies inside of the input: nothing is
// padded, and there is less to do at the edges.
//
// A chunk's pixels are first copied to panels of one tile's channels, where all
// kernel positions find them in the first-level cache. Where they lie, hundreds of
// bytes apart, they fall into few sets of it, and each position would wait for them
// again.

// positionTiles sums chunks of pixels into the tiles of dw, one worker's share.
type positionTiles struct {
	*weightGradient
	tile            tile
	in, out         panelGrid // of the chunk's pixels
	copiesIn        bool      // else the input is a panel as it lies
	copiesOut       bool
	inPanel         *scratch
	outPanels       *scratch // of the columns of a group
	shape           [3]int   // of the chunk that taps are of: images, first and last row
	heights, widths []span   // where kernel rows and columns meet the input
	taps            []tap
	ends            []int // the taps of position i are taps[ends[i]:ends[i+1]]
	lengths         []int // of their runs
}

var positionTilesPool = sync.Pool{New: func() any { return new(positionTiles) }}

// accumulatePositions sums chunks into the tiles of dw at some columns, all of one
// group or those of whole groups, and some panels of the groups' input channels.
func (g *weightGradient) accumulatePositions(dw []float32, chunk0, chunk1, column0, column1, panel0, panel1 int) {
	p := positionTilesPool.Get().(*positionTiles)
	p.weightGradient, p.shape = g, [3]int{}
	p.tile.rows, p.tile.aStep = g.rows, uintptr(4*g.rows)
	p.tile.bStep, p.tile.cRow = 64, uintptr(4*g.conv.Out)
	p.heights, p.widths = g.conv.Height.spans(p.heights[:0]), g.conv.Width.spans(p.widths[:0])
	columns := g.columnTiles() / g.conv.groups()
	for chunk := chunk0; chunk < chunk1; chunk++ {
		p.tile.add = min(1, chunk-chunk0)
		p.aim(chunk)
		for first := column0; first < column1; first += columns {
			p.sum(dw, chunk, first, min(first+columns, column1), panel0, panel1)
		}
	}
	p.inPanel.free()
	p.outPanels.free()
	p.weightGradient, p.inPanel, p.outPanels = nil, nil, nil
	positionTilesPool.Put(p)
}

// aim lays out the panels of a chunk, and lists its taps.
func (p *positionTiles) aim(chunk int) {
	b0, b1, h0, h1 := p.chunk(chunk)
	shape := [3]int{b1 - b0, h0, h1}
	if shape == p.shape {
		return
	}
	p.shape = shape
	c := p.conv
	byImage := b1-b0 > p.result.width
	from, to := c.Height.reach(h0, h1)
	p.in = newPanelGrid(c.Height, c.Width, b1-b0, from, to, byImage)
	p.out = newPanelGrid(oneByOne(p.result.height), oneByOne(p.result.width), b1-b0, h0, h1, byImage)
	p.copiesIn = byImage || c.In != p.rows || c.Height.stride() > 1 || c.Width.stride() > 1
	p.copiesOut = byImage || c.Out != 16
	if p.copiesIn {
		p.inPanel = p.inPanel.grow(p.in.size * p.rows)
	} else {
		p.in.image = c.Height.In * c.Width.In
	}
	if p.copiesOut {
		p.outPanels = p.outPanels.grow(p.out.size * 16 * p.columnTiles() / c.groups())
	} else {
		p.out.image = p.result.height * p.result.width
	}
	p.list(h0, h1, byImage)
}

// list makes the taps of all kernel positions: runs along the rows, or along the
// images.
func (p *positionTiles) list(h0, h1 int, byImage bool) {
	c := p.conv
	p.taps, p.ends, p.lengths = p.taps[:0], append(p.ends[:0], 0), p.lengths[:0]
	for _, rows := range p.heights {
		first := max(h0, rows.out)
		count := max(0, min(h1, rows.out+rows.n)-first)
		for _, columns := range p.widths {
			runs := [3]int{p.shape[0], count, min(1, columns.n)}
			length := columns.n
			if byImage {
				runs[0], runs[2], length = 1, columns.n, p.shape[0]
			}
			p.runs(runs, p.in.at(rows.in+(first-rows.out)*c.Height.stride(), columns.in), p.out.at(first, columns.out))
			p.ends, p.lengths = append(p.ends, len(p.taps)), append(p.lengths, length)
		}
	}
}

// runs adds taps for some images, rows and columns, of which the first lie at the
// places in and out.
func (p *positionTiles) runs(counts [3]int, in, out int) {
	for b := range counts[0] {
		for h := range counts[1] {
			for w := range counts[2] {
				p.taps = append(p.taps, tap{
					a: 4 * p.rows * (in + b*p.in.image + h*p.in.row + w*p.in.column),
					b: 64 * (out + b*p.out.image + h*p.out.row + w*p.out.column),
				})
			}
		}
	}
}

// sum adds the chunk to tiles of the columns first to last, of one group.
func (p *positionTiles) sum(dw []float32, chunk, first, last, panel0, panel1 int) {
	image, _, _, _ := p.chunk(chunk)
	group, channel := p.column(first)
	to := group*p.result.perGroup + channel
	columns := min(p.result.perGroup-channel, 16*(last-first))
	if p.copiesOut {
		for j := 0; j < columns; j += 16 {
			p.out.copy(p.v, p.outPanels.data[j*p.out.size:], pixelRows{p.dy, p.conv.Out}, image, to+j, min(16, columns-j), 16)
		}
	}
	for panel := panel0; panel < panel1; panel++ {
		from := group*p.source.perGroup + panel*p.rows
		if p.copiesIn {
			p.in.copy(p.v, p.inPanel.data, pixelRows{p.x, p.conv.In}, image, from, p.rows, p.rows)
			p.tile.a[0] = start(p.inPanel.data)
		} else {
			p.tile.a[0] = start(p.x[p.in.start(image)*p.conv.In+from:])
		}
		for j := 0; j < columns; j += 16 {
			if p.copiesOut {
				p.tile.b = start(p.outPanels.data[j*p.out.size:])
			} else {
				p.tile.b = start(p.dy[p.out.start(image)*16:])
			}
			p.tile.cols = min(16, columns-j)
			p.positions(dw[panel*p.rows*p.conv.Out+to+j:])
		}
	}
}

// start is where a slice starts, which may be empty.
func start(s []float32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(s)) }

// positions adds to the tiles of all kernel positions, of which the first begins at
// dw.
func (p *positionTiles) positions(dw []float32) {
	t, kernel := &p.tile, p.v.panel[p.rows][0]
	step := p.source.perGroup * p.conv.Out
	for i, length := range p.lengths {
		taps := p.taps[p.ends[i]:p.ends[i+1]]
		t.c[0] = at(dw, i*step)
		if len(taps) > 0 {
			t.taps, t.tapCount, t.length = &taps[0], len(taps), length
			kernel(t)
		} else if t.add == 0 {
			for r := range p.rows {
				clear(dw[i*step+r*p.conv.Out:][:t.cols])
			}
		}
	}
}
