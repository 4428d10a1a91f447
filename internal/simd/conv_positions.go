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
	phases          []positionPhase
	taps            []tap
	runs            []positionRuns // of the kernel positions, phase by phase
}

// positionPhase is the kernel positions that read the same rows and columns of the
// input, by the remainders of those by the strides: runs first to last.
type positionPhase struct{ row, column, first, last int }

// positionRuns is what a kernel position sums over: taps first to last, of a length.
type positionRuns struct{ kernel, first, last, length int }

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
	p.phases, p.taps, p.runs = p.phases[:0], p.taps[:0], p.runs[:0]
	for row := range p.conv.Height.stride() {
		for column := range p.conv.Width.stride() {
			first := len(p.runs)
			for i := range p.heights {
				for j := range p.widths {
					if p.conv.Height.phase(i) == row && p.conv.Width.phase(j) == column {
						p.position(i, j, h0, h1, byImage)
					}
				}
			}
			if first < len(p.runs) {
				p.phases = append(p.phases, positionPhase{row, column, first, len(p.runs)})
			}
		}
	}
}

// position makes the taps of kernel row i and column j.
func (p *positionTiles) position(i, j, h0, h1 int, byImage bool) {
	rows, columns := p.heights[i], p.widths[j]
	first := max(h0, rows.out)
	count := max(0, min(h1, rows.out+rows.n)-first)
	images, runs, length := p.shape[0], min(1, columns.n), columns.n
	if byImage {
		images, runs, length = 1, columns.n, p.shape[0]
	}
	in := p.in.at(rows.in+(first-rows.out)*p.conv.Height.stride(), columns.in)
	out, from := p.out.at(first, columns.out), len(p.taps)
	for b := range images {
		for h := range count {
			for w := range runs {
				p.taps = append(p.taps, tap{
					a: 4 * p.rows * (in + b*p.in.image + h*p.in.row + w*p.in.column),
					b: 64 * (out + b*p.out.image + h*p.out.row + w*p.out.column),
				})
			}
		}
	}
	p.runs = append(p.runs, positionRuns{i*p.conv.Width.Kernel + j, from, len(p.taps), length})
}

// sum adds the chunk to tiles of the columns first to last, of one group.
func (p *positionTiles) sum(dw []float32, chunk, first, last, panel0, panel1 int) {
	image, _, _, _ := p.chunk(chunk)
	group, channel := p.column(first)
	to := group*p.result.perGroup + channel
	columns := min(p.result.perGroup-channel, 16*(last-first))
	if p.copiesOut {
		for j := 0; j < columns; j += 16 {
			p.out.copy(p.v, p.outPanels.data[j*p.out.size:], pixelRows{p.dy, p.conv.Out}, image, 0, 0, to+j, min(16, columns-j), 16)
		}
	}
	for panel := panel0; panel < panel1; panel++ {
		from := group*p.source.perGroup + panel*p.rows
		for _, phase := range p.phases {
			if p.copiesIn {
				p.in.copy(p.v, p.inPanel.data, pixelRows{p.x, p.conv.In}, image, phase.row, phase.column, from, p.rows, p.rows)
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
				p.positions(dw[panel*p.rows*p.conv.Out+to+j:], p.runs[phase.first:phase.last])
			}
		}
	}
}

// start is where a slice starts, which may be empty.
func start(s []float32) unsafe.Pointer { return unsafe.Pointer(unsafe.SliceData(s)) }

// positions adds to the tiles of kernel positions, of which the kernel's first begins
// at dw.
func (p *positionTiles) positions(dw []float32, runs []positionRuns) {
	t, kernel := &p.tile, p.v.panel[p.rows][0]
	step := p.source.perGroup * p.conv.Out
	for _, r := range runs {
		t.c[0] = at(dw, r.kernel*step)
		if r.first < r.last {
			t.taps, t.tapCount, t.length = &p.taps[r.first], r.last-r.first, r.length
			kernel(t)
		} else if t.add == 0 {
			for i := range p.rows {
				clear(dw[r.kernel*step+i*p.conv.Out:][:t.cols])
			}
		}
	}
}
