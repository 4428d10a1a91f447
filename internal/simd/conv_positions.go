package simd

import "sync"

// A weightGradient whose input channels fill tiles takes each kernel position by
// itself, with only the pixels for which it lies inside of the input: nothing is
// padded, and there is less to do at the edges.

// positionTaps lists where the image rows of a chunk lie for all kernel positions:
// those of position i are taps[ends[i]:ends[i+1]].
type positionTaps struct {
	taps []tap
	ends []int
}

var positionTapLists = sync.Pool{New: func() any { return new(positionTaps) }}

// list makes the taps of a chunk, with offsets in dy from the chunk's first pixel,
// pixels of so many bytes.
func (l *positionTaps) list(g *weightGradient, chunk, pixelBytes int) {
	c := g.conv
	b0, b1, h0, h1 := g.chunk(chunk)
	l.taps, l.ends = l.taps[:0], append(l.ends[:0], 0)
	for i := range c.Height.Kernel {
		rows := c.Height.span(i)
		for j := range c.Width.Kernel {
			columns := c.Width.span(j)
			for b := b0; b < b1 && columns.n > 0; b++ {
				for h := max(h0, rows.out); h < min(h1, rows.out+rows.n); h++ {
					from := rows.in + (h-rows.out)*c.Height.stride()
					l.taps = append(l.taps, tap{
						a: 4 * c.In * ((b*c.Height.In+from)*c.Width.In + columns.in),
						b: pixelBytes * (((b-b0)*g.result.height+h-h0)*g.result.width + columns.out),
					})
				}
			}
			l.ends = append(l.ends, len(l.taps))
		}
	}
}

// packsOutput says whether the 16 channels of dy that a tile reads are copied
// together first: where they lie so far apart that they fall into few sets of the
// first-level cache, and where there are less than 16.
func (g *weightGradient) packsOutput() bool {
	return g.conv.Out > 64 || g.result.perGroup%16 != 0
}

// accumulatePositions sums chunks into the given tiles of dw.
func (g *weightGradient) accumulatePositions(dw []float32, chunk0, chunk1, column0, column1, row0, row1 int) {
	t, list := tilePool.Get().(*tile), positionTapLists.Get().(*positionTaps)
	var packed *scratch
	pixelBytes := 4 * g.conv.Out
	if g.packsOutput() {
		packed = newScratch(16 * g.imagesAChunk * g.rowsAChunk * g.result.width)
		pixelBytes = 64
	}
	t.aStep, t.bStep, t.cRow = uintptr(4*g.conv.Width.stride()*g.conv.In), uintptr(pixelBytes), uintptr(4*g.conv.Out)
	for chunk := chunk0; chunk < chunk1; chunk++ {
		list.list(g, chunk, pixelBytes)
		t.add = min(1, chunk-chunk0)
		for column := column0; column < column1; column++ {
			g.aimOutput(t, packed, chunk, column)
			for row := row0; row < row1; row++ {
				g.positionTile(t, list, dw, column, row)
			}
		}
	}
	packed.free()
	positionTapLists.Put(list)
	tilePool.Put(t)
}

// aimOutput points t at a column of dy in a chunk.
func (g *weightGradient) aimOutput(t *tile, packed *scratch, chunk, column int) {
	b0, b1, h0, h1 := g.chunk(chunk)
	group, first := g.column(column)
	t.cols = min(16, g.result.perGroup-first)
	from := (b0*g.result.height+h0)*g.result.width*g.conv.Out + group*g.result.perGroup + first
	t.b = at(g.dy, from)
	if packed != nil {
		pixels := ((b1-b0-1)*g.result.height + h1 - h0) * g.result.width
		g.v.packColumns(&packed.data[0], &g.dy[from], g.conv.Out, pixels, t.cols, 16)
		t.b = at(packed.data, 0)
	}
}

// positionTile sums the chunk that t is set to into one tile of dw.
func (g *weightGradient) positionTile(t *tile, list *positionTaps, dw []float32, column, row int) {
	positions := len(list.ends) - 1
	position, r := row%positions, row/positions*g.rows
	group, first := g.column(column)
	to := (position*g.source.perGroup+r)*g.conv.Out + group*g.result.perGroup + first
	taps := list.taps[list.ends[position]:list.ends[position+1]]
	if len(taps) == 0 {
		if t.add == 0 {
			for i := range g.rows {
				clear(dw[to+i*g.conv.Out:][:t.cols])
			}
		}
		return
	}
	t.rows, t.length = g.rows, g.conv.Width.span(position%g.conv.Width.Kernel).n
	t.taps, t.tapCount = &taps[0], len(taps)
	t.a[0], t.c[0] = at(g.x, group*g.source.perGroup+r), at(dw, to)
	g.v.panel[g.rows][0](t)
}
