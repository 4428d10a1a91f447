package sparse

import (
	"sort"
	"sync/atomic"

	"espalier/internal/simd"
)

// tile is a part of a plane that is computed at a time: lines of pixels, or of vectors of
// pixels. dst and x say where it begins in the output's and in the input's plane.
type tile struct{ dst, x, lines, pixels int }

// compiled is a layer in a form.
type compiled struct {
	*layer
	form     form
	byPixel  bool
	sections []section
	tiles    []tile
	parts    int // in which rows are shared out
	together int // tiles of a task
	dstLine  int
	xLine    int
}

const (
	vectorsATile = 16 // as many as results fit in registers
	leastLines   = 2  // of a tile: neighbouring lines of the output share lines of the input
	tasksWanted  = 16 // so that a few workers end together
)

// compile gives a layer a form, with about tasks tasks or more in each arena.
func compile(l *layer, read *reading, f form, byPixel bool, tasks int) (*compiled, error) {
	sections, err := l.compile(read, f)
	if err != nil {
		return nil, err
	}
	c := &compiled{layer: l, form: f, byPixel: byPixel, sections: sections, dstLine: l.out.pitch, xLine: l.stride * l.in.pitch, together: 1}
	if byPixel {
		c.tileVectors()
		c.together = len(c.tiles)
	} else {
		c.tilePixels()
	}
	units := 0
	for _, s := range sections {
		units = max(units, s.units)
	}
	c.parts = max(1, min(units, tasks/max(1, len(c.tiles)/c.together)))
	return c, nil
}

// tileVectors cuts planes whose vectors are pixels.
func (c *compiled) tileVectors() {
	for v := 0; v < c.out.vectors(); v += vectorsATile {
		at := v * simd.StencilPixel
		c.tiles = append(c.tiles, tile{dst: at, x: at, lines: 1, pixels: min(vectorsATile, c.out.vectors()-v)})
	}
}

// tilePixels cuts planes whose vectors are images, narrow planes into tiles of several
// lines. With a stride that has no kernels, each pixel is a tile.
func (c *compiled) tilePixels() {
	width := min(vectorsATile/leastLines, c.out.width)
	if c.stride > 2 {
		width = 1
	}
	lines := leastLines
	if width == c.out.width {
		lines = max(1, vectorsATile/width)
	}
	for h := 0; h < c.out.height; h += lines {
		for w := 0; w < c.out.width; w += width {
			c.tiles = append(c.tiles, tile{
				dst: h*c.out.pitch + w*c.out.pixel, x: c.stride * (h*c.in.pitch + w*c.in.pixel),
				lines: min(lines, c.out.height-h), pixels: min(width, c.out.width-w),
			})
		}
	}
}

// run computes the layer in all arenas.
func (c *compiled) run(parallel simd.Parallel, arenas [][]float32) error {
	if c.phases != nil {
		c.phases.run(parallel, arenas)
	}
	var failure atomic.Pointer[error]
	perArena := len(c.tiles) / c.together * c.parts
	parallel(len(arenas)*perArena, func(task int) {
		first := task % perArena / c.parts * c.together
		if err := c.compute(arenas[task/perArena], c.tiles[first:first+c.together], task%c.parts); err != nil {
			failure.Store(&err)
		}
	})
	if err := failure.Load(); err != nil {
		return *err
	}
	return nil
}

// compute computes a part of the rows at some tiles.
func (c *compiled) compute(arena []float32, tiles []tile, part int) error {
	for _, s := range c.sections {
		from, to := s.share(part, c.parts)
		for _, t := range tiles {
			place := simd.StencilPlace{
				Lines: t.lines, Pixels: t.pixels, Dst: t.dst, X: t.x, Residual: t.dst,
				DstLine: c.dstLine, XLine: c.xLine, ResidualLine: c.dstLine,
			}
			for _, p := range s.passes {
				if err := p.Run(arena, arena, arena, from*p.perUnit, to*p.perUnit, place); err != nil {
					return err
				}
			}
		}
		if c.byPixel {
			for _, at := range s.passes[0].Dst[from*len(s.passes[0].Dst)/s.units : to*len(s.passes[0].Dst)/s.units] {
				c.out.clearMargins(arena[at:])
			}
		}
	}
	return nil
}

// share returns the units of one of parts parts with about equally many elements.
func (s *section) share(part, parts int) (from, to int) {
	all := s.work[s.units]
	begin := func(part int) int {
		return sort.Search(s.units, func(unit int) bool { return s.work[unit] >= part*all/parts })
	}
	if part == parts-1 {
		return begin(part), s.units
	}
	return begin(part), begin(part + 1)
}
