package simd

import "sync"

// GradientWeights computes dw, the gradient by the weights, from dy, the gradient
// by y:
//
//	dW[i,j,c,o] = Σ_{b,h,w} x[b, s·h + d·i − p, s·w + d·j − p, g·C/G + c] · dy[b,h,w,o]
//
// Slices whose lengths do not fit are an error.
func (c *Convolution) GradientWeights(p Parallel, dw, x, dy []float32) error {
	if err := c.check(dy, x, dw); err != nil {
		return err
	}
	if len(dw) == 0 {
		return nil
	}
	if len(dy) == 0 {
		clear(dw)
		return nil
	}
	if c.pointwise() {
		return Gemm(p, &Product{
			M: c.In, N: c.Out, K: len(x) / c.In,
			A: Matrix{Data: x, Stride: c.In, Transposed: true}, B: Matrix{Data: dy, Stride: c.Out},
			C: dw, CStride: c.Out,
		})
	}
	if c.depthwise() {
		c.gradientWeightsDepthwise(p, dw, x, dy)
		return nil
	}
	g := newWeightGradient(c)
	g.run(p, dw, x, dy)
	g.free()
	return nil
}

// weightGradient sums over pixels: a tile of neighbouring input channels (of several
// kernel columns, where these lie side by side) × output channels stays in registers over
// a chunk of pixels. With few weights, tasks are parts of the chunks, each with a gradient
// of its own, and these are then added up in order. With many weights, tasks are shares of
// the tiles, and each runs over all chunks.
type weightGradient struct {
	*sweep           // for the padded input
	x, dy, dw        []float32
	dyCopy           *scratch // with room behind, where tiles read past the end
	rows             int      // of a tile
	vectors          int
	positions        bool // kernel positions apart, see conv_positions.go
	imagesAChunk     int
	rowsAChunk       int
	chunks           int
	parts            int // of the chunks
	shares           int // of the tiles of one vector of output channels
	columnsATask     int // of tiles with positions apart, where tiles are shared
	panelsATask      int
	partial          *scratch
	accumulate, pile func(task int)
}

var weightGradients sync.Pool

func newWeightGradient(c *Convolution) *weightGradient {
	g, _ := weightGradients.Get().(*weightGradient)
	if g == nil {
		g = new(weightGradient)
		g.accumulate, g.pile = g.accumulateTask, g.pileTask
	}
	g.sweep = newSweep(c)
	return g
}

func (g *weightGradient) free() {
	g.sweep.free()
	g.dyCopy.free()
	g.partial.free()
	g.sweep, g.dyCopy, g.partial, g.x, g.dy, g.dw = nil, nil, nil, nil, nil, nil
	weightGradients.Put(g)
}

const (
	pixelsAChunk = 256     // steps between loading and storing a tile, about
	fewWeights   = 1 << 18 // up to this many, parts of the batch sum apart
	// So many partial sums stay in caches; still, there are some parts to share.
	partialWeights, fewParts = 1 << 20, 8
)

func (g *weightGradient) run(p Parallel, dw, x, dy []float32) {
	g.dw, g.x, g.dy = dw, x, dy
	g.forward(x, dy, nil)
	if g.positions = g.source.perGroup%g.v.narrow == 0; g.positions {
		g.rows, g.vectors = g.v.narrow, 1
	} else {
		g.prepareRuns(p)
	}
	g.cutPixels()
	if g.parts > 1 {
		g.partial = newScratch(g.parts * len(dw))
		p(g.parts, g.accumulate)
		p(min(tasksWanted, ceilDiv(len(dw), 64)), g.pile)
		return
	}
	p(g.tileTasks(), g.accumulate)
}

// prepareRuns sets up tiles that join kernel columns, on a padded input.
func (g *weightGradient) prepareRuns(p Parallel) {
	g.phases[0].length = g.joined(g.taps) * g.source.perGroup
	g.chooseTile()
	g.bounds(g.runLength()%g.rows != 0)
	g.join()
	if g.outside {
		g.padAll()
		g.x = g.padded.data
		p(g.padTasks, g.prepare)
	}
	if g.result.perGroup%16 != 0 {
		g.dyCopy = newScratch(len(g.dy) + 16)
		copy(g.dyCopy.data, g.dy)
		g.dy = g.dyCopy.data
	}
}

// runLength is the number of input channels that lie side by side, those of
// neighbouring kernel columns included.
func (g *weightGradient) runLength() int { return g.phases[0].length }

// columnTiles is the number of tiles along the output channels of all groups.
func (g *weightGradient) columnTiles() int {
	return ceilDiv(g.result.perGroup, 16*g.vectors) * g.conv.groups()
}

// rowTiles is the number of tiles along the input channels and the kernel.
func (g *weightGradient) rowTiles() int {
	return (g.regions[0].runs[1] - g.regions[0].runs[0]) * ceilDiv(g.runLength(), g.rows)
}

// chooseTile takes the wide tile unless a narrow one wastes clearly less.
func (g *weightGradient) chooseTile() {
	waste := func(rows int) int { return 100 * ceilDiv(g.runLength(), rows) * rows / g.runLength() }
	g.rows, g.vectors = g.v.wide, g.v.vectors()
	if g.result.perGroup <= 16 || waste(g.v.wide) > waste(g.v.narrow)*5/4 {
		g.rows, g.vectors = g.v.narrow, 1
	}
	for rows, kernels := range g.v.panel {
		if kernels[g.vectors-1] != nil && waste(g.rows) > waste(rows)*5/4 {
			g.rows = rows
		}
	}
}

// cutPixels cuts the pixels into chunks, and the work into tasks.
func (g *weightGradient) cutPixels() {
	pixels := g.result.height * g.result.width
	g.imagesAChunk, g.rowsAChunk = 1, g.result.height
	if pixels < pixelsAChunk {
		g.imagesAChunk = ceilDiv(pixelsAChunk, pixels)
	} else {
		g.rowsAChunk = ceilDiv(pixelsAChunk, g.result.width)
	}
	g.chunks = ceilDiv(g.conv.Batch, g.imagesAChunk) * ceilDiv(g.result.height, g.rowsAChunk)
	g.parts, g.shares = 1, 1
	switch {
	case len(g.dw) <= fewWeights && g.chunks > 1:
		g.parts = min(tasksWanted, g.chunks, max(fewParts, partialWeights/len(g.dw)))
	case g.positions:
		g.cutTiles()
	default:
		g.shares = min(g.rowTiles(), ceilDiv(tasksWanted, g.columnTiles()))
	}
}

// cutTiles cuts the tiles of positions into tasks: blocks of columns and panels, as
// square as can be, because each task makes copies of its columns' and its panels'
// pixels.
func (g *weightGradient) cutTiles() {
	g.columnsATask, g.panelsATask = g.columnTiles()/g.conv.groups(), g.source.perGroup/g.rows
	for g.tileTasks() < tasksWanted && g.columnsATask*g.panelsATask > 1 {
		if g.columnsATask >= g.panelsATask {
			g.columnsATask = ceilDiv(g.columnsATask, 2)
		} else {
			g.panelsATask = ceilDiv(g.panelsATask, 2)
		}
	}
}

// tileTasks is the number of tasks where tiles are shared.
func (g *weightGradient) tileTasks() int {
	if !g.positions {
		return g.columnTiles() * g.shares
	}
	columns := g.columnTiles() / g.conv.groups()
	return g.conv.groups() * ceilDiv(columns, g.columnsATask) * ceilDiv(g.source.perGroup/g.rows, g.panelsATask)
}

// accumulateTask sums a part of the chunks, or a share of the tiles.
func (g *weightGradient) accumulateTask(task int) {
	switch {
	case g.parts > 1:
		from, to := share(g.chunks, task, g.parts)
		part := g.partial.data[task*len(g.dw):][:len(g.dw)]
		if g.positions {
			g.accumulatePositions(part, from, to, 0, g.columnTiles(), 0, g.source.perGroup/g.rows)
		} else {
			g.accumulateTiles(part, from, to, 0, g.columnTiles(), 0, g.rowTiles())
		}
	case g.positions:
		g.accumulateBlock(task)
	default:
		from, to := share(g.rowTiles(), task%g.shares, g.shares)
		column := task / g.shares
		g.accumulateTiles(g.dw, 0, g.chunks, column, column+1, from, to)
	}
}

// accumulateBlock sums all chunks into a block of tiles.
func (g *weightGradient) accumulateBlock(task int) {
	panels, columns := g.source.perGroup/g.rows, g.columnTiles()/g.conv.groups()
	panelBlocks, columnBlocks := ceilDiv(panels, g.panelsATask), ceilDiv(columns, g.columnsATask)
	panel := task % panelBlocks * g.panelsATask
	block, group := task/panelBlocks%columnBlocks*g.columnsATask, task/panelBlocks/columnBlocks
	g.accumulatePositions(g.dw, 0, g.chunks,
		group*columns+block, group*columns+min(columns, block+g.columnsATask),
		panel, min(panels, panel+g.panelsATask))
}

// tapLists keeps the lists of image rows that tiles run over.
var tapLists = sync.Pool{New: func() any { return new([]tap) }}

// accumulateTiles sums chunks into the given tiles of dw.
func (g *weightGradient) accumulateTiles(dw []float32, chunk0, chunk1, column0, column1, row0, row1 int) {
	t, list := tilePool.Get().(*tile), tapLists.Get().(*[]tap)
	c := g.conv
	t.aStep = uintptr(4 * g.regions[0].from[1] * c.In)
	t.bStep, t.bVector, t.cRow, t.length = uintptr(4*c.Out), 64, uintptr(4*c.Out), g.result.width
	t.add = 0
	for chunk := chunk0; chunk < chunk1; chunk++ {
		*list = g.chunkTaps((*list)[:0], chunk)
		t.taps, t.tapCount = &(*list)[0], len(*list)
		for column := column0; column < column1; column++ {
			for row := row0; row < row1; row++ {
				g.tile(t, dw, column, row)
			}
		}
		t.add = 1
	}
	tapLists.Put(list)
	tilePool.Put(t)
}

// chunk gives the images b0 to b1 and the result rows h0 to h1 of a chunk.
func (g *weightGradient) chunk(chunk int) (b0, b1, h0, h1 int) {
	blocks := ceilDiv(g.result.height, g.rowsAChunk)
	b0, h0 = chunk/blocks*g.imagesAChunk, chunk%blocks*g.rowsAChunk
	return b0, min(g.conv.Batch, b0+g.imagesAChunk), h0, min(g.result.height, h0+g.rowsAChunk)
}

// column gives the group of a column tile and its first output channel there.
func (g *weightGradient) column(column int) (group, first int) {
	columns := ceilDiv(g.result.perGroup, 16*g.vectors)
	return column / columns, column % columns * 16 * g.vectors
}

// chunkTaps lists where the rows of a chunk lie in x and in dy.
func (g *weightGradient) chunkTaps(list []tap, chunk int) []tap {
	b0, b1, h0, h1 := g.chunk(chunk)
	for b := b0; b < b1; b++ {
		for h := h0; h < h1; h++ {
			list = append(list, tap{
				a: 4 * (b*g.height + h*g.regions[0].from[0]) * g.width * g.conv.In,
				b: 4 * (b*g.result.height + h) * g.result.width * g.conv.Out,
			})
		}
	}
	return list
}

// tile sums the chunk that t is set to into one tile of dw.
func (g *weightGradient) tile(t *tile, dw []float32, column, row int) {
	group, first := g.column(column)
	runs := g.regions[0].runs[1] - g.regions[0].runs[0]
	run, r := row%runs, row/runs*g.rows
	t.rows = min(g.rows, g.runLength()-r)
	t.cols = min(16*g.vectors, g.result.perGroup-first)
	output := group*g.result.perGroup + first
	t.a[0] = at(g.x, g.offsets[run].a/4+group*g.source.perGroup+r)
	t.b = at(g.dy, output)
	t.c[0] = at(dw, (run*g.runLength()+r)*g.conv.Out+output)
	g.v.panel[g.rows][ceilDiv(t.cols, 16)-1](t)
}

// pileTask adds up a share of the weights over the parts.
func (g *weightGradient) pileTask(task int) {
	from, to := share(len(g.dw), task, min(tasksWanted, ceilDiv(len(g.dw), 64)))
	sum := g.dw[from:to]
	copy(sum, g.partial.data[from:])
	for part := 1; part < g.parts; part++ {
		Add.Apply(sum, sum, g.partial.data[part*len(g.dw)+from:])
	}
}
