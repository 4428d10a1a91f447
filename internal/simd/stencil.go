package simd

import (
	"fmt"
	"math"
	"slices"
	"unsafe"
)

// StencilPixel is how many numbers a pixel of a stencil has, side by side in memory. All
// are computed alike; they may belong to 16 images, say.
const StencilPixel = 16

// Stencil describes rows that are weighted sums of shifted pixels, each of
// StencilPixel numbers. Rows come in blocks that share the pixels they read: for a
// block with elements e, its row r, and the pixels p of a line,
//
//	dst[r, p] = clip(Bias[r] + Σ_e Weights[e, r]·x[Offsets[e] + p·Stride] + residual[r, p])
//
// where clip limits a number to Low and High and keeps NaN. A direct convolution whose
// weights are mostly zero is such a stencil, with a row for each output channel and an
// element for each weight that is not zero, of an input channel and a tap.
type Stencil struct {
	Rows    int       // rows of a block: 1 or 4
	Starts  []int32   // block b has the elements from Starts[b] to Starts[b+1]
	Offsets []int32   // distances from a pixel in x, in floats
	Weights []float32 // Rows for each element
	Bias    []float32 // one for each row
	// Dst and Residual say where each row begins, in floats from the Dst and Residual of
	// the StencilPlace. Residual is nil if nothing is added.
	Dst, Residual []int
	// Stride is the distance in x of neighbouring pixels of dst, 1 or 2 pixels.
	Stride int
	// Low and High limit results; if both are 0, nothing does.
	Low, High float32
	// Greatest takes the greatest of the bias and all x in place of sums. Blocks are
	// single rows, and there are no weights.
	Greatest bool
}

// StencilPlace says which pixels Run computes: Lines lines of Pixels pixels each. The
// first line begins at Dst, X and Residual, and lines are DstLine, XLine and ResidualLine
// apart, in floats.
type StencilPlace struct {
	Lines, Pixels                int
	Dst, X, Residual             int
	DstLine, XLine, ResidualLine int
}

// CompiledStencil is a Stencil that has been checked.
type CompiledStencil struct {
	Stencil
	bytes         []int32 // offsets and rows in bytes, from the least
	dst, residual []int
	x, to, from   [2]int // least and greatest of Offsets, Dst and Residual
}

// NewStencil checks a stencil, and returns an error if its parts do not fit together. It
// keeps the slices; they must not change.
func NewStencil(s Stencil) (*CompiledStencil, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	if s.Low == 0 && s.High == 0 {
		s.Low, s.High = float32(math.Inf(-1)), float32(math.Inf(1))
	}
	c := &CompiledStencil{Stencil: s}
	c.bytes, c.x = bytesFromLeast(s.Offsets)
	c.dst, c.to = bytesFromLeast(s.Dst)
	c.residual, c.from = bytesFromLeast(s.Residual)
	return c, nil
}

func (s *Stencil) check() error {
	blocks, elements := len(s.Starts)-1, len(s.Offsets)
	switch {
	case s.Rows != 1 && s.Rows != 4 || s.Greatest && s.Rows != 1:
		return fmt.Errorf("simd: stencil with blocks of %d rows", s.Rows)
	case s.Stride != 1 && s.Stride != 2:
		return fmt.Errorf("simd: stencil with a stride of %d", s.Stride)
	case blocks < 0 || len(s.Bias) != blocks*s.Rows || len(s.Dst) != len(s.Bias) || s.Residual != nil && len(s.Residual) != len(s.Bias):
		return fmt.Errorf("simd: stencil of %d blocks of %d rows has %d biases, %d and %d places", blocks, s.Rows, len(s.Bias), len(s.Dst), len(s.Residual))
	case s.Starts[0] != 0 || int(s.Starts[blocks]) != elements || !slices.IsSorted(s.Starts):
		return fmt.Errorf("simd: stencil: the starts of blocks do not rise from 0 to %d", elements)
	case !s.Greatest && len(s.Weights) != elements*s.Rows || s.Greatest && len(s.Weights) > 0:
		return fmt.Errorf("simd: stencil of %d elements and %d rows has %d weights", elements, s.Rows, len(s.Weights))
	}
	for i, offset := range s.Offsets {
		if offset > math.MaxInt32/8 || offset < math.MinInt32/8 {
			return fmt.Errorf("simd: stencil: element %d is %d numbers away, further than 1 GiB", i, offset)
		}
	}
	return nil
}

// bytesFromLeast gives distances in floats as bytes from the least of them, and the
// least and greatest.
func bytesFromLeast[T int | int32](floats []T) (bytes []T, between [2]int) {
	if len(floats) == 0 {
		return nil, between
	}
	least := slices.Min(floats)
	bytes = make([]T, len(floats))
	for i, n := range floats {
		bytes[i] = 4 * (n - least)
	}
	return bytes, [2]int{int(least), int(slices.Max(floats))}
}

// Blocks is the number of blocks of rows.
func (c *CompiledStencil) Blocks() int { return len(c.Starts) - 1 }

// Run computes the rows of the blocks from to below to at a place. If any of that lies
// outside of the slices, nothing is computed and there is an error. A pixel's residual is
// read before the pixel is written, so residual and dst may be the same.
func (c *CompiledStencil) Run(dst, x, residual []float32, from, to int, p StencilPlace) error {
	if from < 0 || to > c.Blocks() || from > to || p.Lines < 0 || p.Pixels < 0 || p.DstLine < 0 || p.XLine < 0 || p.ResidualLine < 0 {
		return fmt.Errorf("simd: stencil of %d blocks: %d to %d at %+v", c.Blocks(), from, to, p)
	}
	if from == to || p.Lines == 0 || p.Pixels == 0 {
		return nil
	}
	if !p.within(len(x), p.X, c.x, p.XLine, c.Stride) || !p.within(len(dst), p.Dst, c.to, p.DstLine, 1) ||
		c.Residual != nil && !p.within(len(residual), p.Residual, c.from, p.ResidualLine, 1) {
		return fmt.Errorf("simd: stencil: %+v reaches beyond %d, %d or %d numbers", p, len(dst), len(x), len(residual))
	}
	args := stencilRows{
		dstRows: &c.dst[from*c.Rows], starts: &c.Starts[from], bias: &c.Bias[from*c.Rows], blocks: to - from,
		dstLine: uintptr(4 * p.DstLine), xLine: uintptr(4 * p.XLine), residualLine: uintptr(4 * p.ResidualLine),
		low: c.Low, high: c.High,
	}
	if first := int(c.Starts[from]); first < len(c.bytes) {
		args.offsets = &c.bytes[first]
		if !c.Greatest {
			args.weights = &c.Weights[first*c.Rows]
		}
	}
	if c.Residual != nil {
		args.residualRows = &c.residual[from*c.Rows]
	} else {
		residual = nil
	}
	c.tiles(dst, x, residual, &args, p)
	return nil
}

// within reports whether a slice of n numbers holds all tiles that begin at first plus a
// distance, given the least and the greatest distance.
func (p *StencilPlace) within(n, first int, between [2]int, line, stride int) bool {
	last := (p.Lines-1)*line + ((p.Pixels-1)*stride+1)*StencilPixel
	return first+between[0] >= 0 && first+between[1]+last <= n
}

// tiles covers the place with tiles, each the largest that fits and has a kernel.
func (c *CompiledStencil) tiles(dst, x, residual []float32, args *stencilRows, p StencilPlace) {
	kernels := &active.stencil[c.Rows/4][c.Stride-1]
	if c.Greatest {
		kernels = &active.stencilMax[c.Stride-1]
	}
	for line, lines := 0, 0; line < p.Lines; line += lines {
		for pixel, pixels := 0, 0; pixel < p.Pixels; pixel += pixels {
			kind := kernels.largest(p.Lines-line, p.Pixels-pixel, pixel == 0)
			lines, pixels = stencilTiles[kind].lines, stencilTiles[kind].pixels
			args.dst = &dst[p.Dst+line*p.DstLine+pixel*StencilPixel+c.to[0]]
			args.x = &x[p.X+line*p.XLine+pixel*StencilPixel*c.Stride+c.x[0]]
			if residual != nil {
				args.residual = &residual[p.Residual+line*p.ResidualLine+pixel*StencilPixel+c.from[0]]
			}
			kernels[kind](args)
		}
	}
}

// stencilTile is the lines and pixels that a kernel computes at once.
type stencilTile struct{ lines, pixels int }

// stencilTiles are the tiles of kernels, the largest first.
var stencilTiles = [...]stencilTile{{4, 4}, {2, 8}, {1, 16}, {2, 4}, {1, 8}, {2, 2}, {1, 4}, {1, 2}, {1, 1}}

// stencilKernels has the kernel of each of stencilTiles. Kernels may be nil, but not the
// one of a single pixel.
type stencilKernels [len(stencilTiles)]func(s *stencilRows)

// largest is the index of the largest tile that has a kernel and fits in the pixels left
// of some lines. A tile of several lines must cover whole lines.
func (k *stencilKernels) largest(lines, pixels int, whole bool) int {
	return slices.IndexFunc(stencilTiles[:], func(t stencilTile) bool {
		fits := t.lines == 1 && t.pixels <= pixels || whole && t.lines <= lines && t.pixels == pixels
		return fits && k[slices.Index(stencilTiles[:], t)] != nil
	})
}

// stencilGo are the plain twins of the kernels of 1 or 4 rows.
func stencilGo(rows, stride int) (kernels stencilKernels) {
	for kind, tile := range stencilTiles {
		kernels[kind] = func(s *stencilRows) {
			s.compute(rows, stride, tile, func(sum, x []float32, e, r int) {
				weight := nth(s.weights, e*rows+r)
				for j, v := range x {
					sum[j] += weight * v
				}
			})
		}
	}
	return kernels
}

// stencilMaxGo are the plain twins of the kernels that find the greatest.
func stencilMaxGo(stride int) (kernels stencilKernels) {
	for kind, tile := range stencilTiles {
		kernels[kind] = func(s *stencilRows) {
			s.compute(1, stride, tile, func(sum, x []float32, _, _ int) {
				for j, v := range x {
					sum[j] = max(sum[j], v)
				}
			})
		}
	}
	return kernels
}

// compute runs a kernel of that many rows on a tile.
func (s *stencilRows) compute(rows, stride int, t stencilTile, join func(sum, x []float32, e, r int)) {
	starts := unsafe.Slice(s.starts, s.blocks+1)
	for block := range s.blocks {
		first := int(starts[block] - starts[0])
		for r := range rows {
			row := block*rows + r
			for line := range t.lines {
				for p := range t.pixels {
					var sum [StencilPixel]float32
					for j := range sum {
						sum[j] = nth(s.bias, row)
					}
					for e := first; e < int(starts[block+1]-starts[0]); e++ {
						at := uintptr(int(nth(s.offsets, e))) + uintptr(line)*s.xLine + uintptr(4*StencilPixel*stride*p)
						join(sum[:], vector(beyond(s.x, at), StencilPixel), e, r)
					}
					s.finish(sum[:], row, uintptr(line), uintptr(4*StencilPixel*p))
				}
			}
		}
	}
}

// finish adds the residual to a pixel of a row, clips it and stores it.
func (s *stencilRows) finish(sum []float32, row int, line, pixel uintptr) {
	if s.residual != nil {
		at := uintptr(nth(s.residualRows, row)) + line*s.residualLine + pixel
		for j, v := range vector(beyond(s.residual, at), len(sum)) {
			sum[j] += v
		}
	}
	dst := vector(beyond(s.dst, uintptr(nth(s.dstRows, row))+line*s.dstLine+pixel), len(sum))
	for j, v := range sum {
		dst[j] = min(max(v, s.low), s.high)
	}
}
