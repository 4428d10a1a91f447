package simd

import (
	"fmt"
	"math"
	"unsafe"
)

// StencilLanes is what the numbers at a pixel must be a multiple of.
const StencilLanes = 16

// StencilRows are the numbers of rows that a Stencil can have. More rows read the
// same elements with fewer loads.
var StencilRows = [...]int{1, 4, 8}

// Stencil describes rows that are weighted sums of shifted pixels, each pixel a
// number of floats side by side that are computed alike, such as the images of a
// batch: for pixels p and numbers j of a pixel
//
//	dst[r, p, j] = clip(Bias[r] + Σ_e Weights[e·rows + r] · x[Offsets[e] + p, j] + residual[r, p, j])
//
// where clip keeps to what lies between Low and High, and lets NaN pass. A direct
// convolution is one such stencil for each few output channels: an element for each
// input channel and tap of which any of the rows has a weight.
type Stencil struct {
	Offsets []int32 // distances from the pixel in x, in floats
	Weights []float32
	Bias    []float32 // one for each row: 1, 4 or 8
	// Low and High clip; both 0 do not.
	Low, High float32
	// Greatest takes the greatest of the bias and all x, instead of sums. There is
	// one row, and no weights.
	Greatest bool
}

// StencilPlaces says where a stencil's rows and pixels are. Distances are in floats.
type StencilPlaces struct {
	Dst, X       int   // the first pixel
	Rows         []int // where each row begins, from Dst
	DstStep      int   // from one pixel to the next
	XStep        int
	Pixels       int
	Lanes        int   // numbers of a pixel, a multiple of StencilLanes
	Residual     int   // the first pixel, if there is a residual
	ResidualRows []int // where each row begins, from Residual
	ResidualStep int
}

// CompiledStencil is a Stencil that has been checked.
type CompiledStencil struct {
	rows          int
	kind          int
	bytes         []int32
	weights, bias []float32
	low, high     float32
	first, last   int // least and greatest offset
	greatest      bool
}

// NewStencil checks a stencil. It keeps weights and bias; they must not change.
func NewStencil(s Stencil) (*CompiledStencil, error) {
	c := &CompiledStencil{rows: len(s.Bias), kind: -1, weights: s.Weights, bias: s.Bias, low: s.Low, high: s.High, greatest: s.Greatest}
	for kind, rows := range StencilRows {
		if rows == c.rows {
			c.kind = kind
		}
	}
	weights := len(s.Offsets) * c.rows
	if s.Greatest {
		weights = 0
	}
	if c.kind < 0 || len(s.Weights) != weights || s.Greatest && c.rows != 1 {
		return nil, fmt.Errorf("simd: stencil of %d rows, %d elements and %d weights", c.rows, len(s.Offsets), len(s.Weights))
	}
	if s.Low == 0 && s.High == 0 {
		c.low, c.high = float32(math.Inf(-1)), float32(math.Inf(1))
	}
	for i, offset := range s.Offsets {
		if offset > math.MaxInt32/4 || offset < math.MinInt32/4 {
			return nil, fmt.Errorf("simd: stencil: element %d is %d numbers away, further than 2 GiB", i, offset)
		}
		c.bytes = append(c.bytes, 4*offset)
		c.first, c.last = min(c.first, int(offset)), max(c.last, int(offset))
	}
	return c, nil
}

// Run computes the stencil. A residual that is nil is not added. What does not lie in
// the slices is an error, and nothing is computed.
func (s *CompiledStencil) Run(dst, x, residual []float32, p StencilPlaces) error {
	if p.Lanes%StencilLanes != 0 || p.Lanes < 0 || p.Pixels < 0 || len(p.Rows) != s.rows || residual != nil && len(p.ResidualRows) != s.rows {
		return fmt.Errorf("simd: stencil of %d rows: %d rows and %d pixels of %d numbers, a multiple of %d", s.rows, len(p.Rows), p.Pixels, p.Lanes, StencilLanes)
	}
	if p.Pixels == 0 || p.Lanes == 0 {
		return nil
	}
	within := spans(len(x), p.X+s.first, p.X+s.last, p.XStep, p)
	for r := range s.rows {
		within = within && spans(len(dst), p.Dst+p.Rows[r], p.Dst+p.Rows[r], p.DstStep, p)
		if residual != nil {
			start := p.Residual + p.ResidualRows[r]
			within = within && spans(len(residual), start, start, p.ResidualStep, p)
		}
	}
	if !within {
		return fmt.Errorf("simd: stencil: %d pixels reach beyond %d, %d or %d numbers", p.Pixels, len(dst), len(x), len(residual))
	}
	s.run(dst, x, residual, p)
	return nil
}

// spans reports whether all pixels that begin between two places lie in n numbers.
func spans(n, first, last, step int, p StencilPlaces) bool {
	far := (p.Pixels - 1) * step
	return first+min(far, 0) >= 0 && last+max(far, 0)+p.Lanes <= n
}

// run computes as many numbers of all pixels at a time as registers hold.
func (s *CompiledStencil) run(dst, x, residual []float32, p StencilPlaces) {
	v := active
	kernels := v.stencil[s.kind]
	if s.greatest {
		kernels = v.stencilMax
	}
	var dstRows, residualRows [8]int
	for r := range s.rows {
		dstRows[r] = 4 * p.Rows[r]
		if residual != nil {
			residualRows[r] = 4 * p.ResidualRows[r]
		}
	}
	args := stencilRows{
		dstRows: &dstRows[0], residualRows: &residualRows[0],
		dstStep: uintptr(4 * p.DstStep), xStep: uintptr(4 * p.XStep), residualStep: uintptr(4 * p.ResidualStep),
		bias: &s.bias[0], elements: len(s.bytes), pixels: p.Pixels, low: s.low, high: s.high,
	}
	if len(s.bytes) > 0 {
		args.offsets = &s.bytes[0]
	}
	if len(s.weights) > 0 {
		args.weights = &s.weights[0]
	}
	for j := 0; j < p.Lanes; {
		kind := len(stencilVectors) - 1
		for kernels[kind] == nil || stencilVectors[kind]*v.stencilLanes > p.Lanes-j {
			kind--
		}
		args.dst, args.x = &dst[p.Dst+j], &x[p.X+j]
		if residual != nil {
			args.residual = &residual[p.Residual+j]
		}
		kernels[kind](&args)
		j += stencilVectors[kind] * v.stencilLanes
	}
}

// stencilVectors are the numbers of vectors of the kernels.
var stencilVectors = [...]int{1, 2, 4}

// stencilKernels are a kernel for each number of vectors; missing ones are nil.
type stencilKernels [len(stencilVectors)]func(s *stencilRows)

// stencilGoLanes is the length of a "vector" of the plain kernels.
const stencilGoLanes = 8

// stencilGo is the plain twin of the kernels of so many rows.
func stencilGo(rows int) (kernels stencilKernels) {
	for kind, vectors := range stencilVectors {
		kernels[kind] = func(s *stencilRows) {
			s.compute(rows, vectors, func(sum, x []float32, e, r int) {
				weight := *(*float32)(unsafe.Add(unsafe.Pointer(s.weights), 4*(e*rows+r)))
				for j, v := range x {
					sum[j] += weight * v
				}
			})
		}
	}
	return kernels
}

// stencilMaxGo is the plain twin of the kernels that find the greatest.
func stencilMaxGo() (kernels stencilKernels) {
	for kind, vectors := range stencilVectors {
		kernels[kind] = func(s *stencilRows) {
			s.compute(1, vectors, func(sum, x []float32, _, _ int) {
				for j, v := range x {
					sum[j] = max(sum[j], v)
				}
			})
		}
	}
	return kernels
}

// compute runs a kernel of that many rows and vectors.
func (s *stencilRows) compute(rows, vectors int, join func(sum, x []float32, e, r int)) {
	n := vectors * stencilGoLanes
	var sums [8 * 4 * stencilGoLanes]float32
	offsets := unsafe.Slice(s.offsets, s.elements)
	for p := range uintptr(s.pixels) {
		for r := range rows {
			sum := sums[r*n : (r+1)*n]
			for j := range sum {
				sum[j] = *(*float32)(unsafe.Add(unsafe.Pointer(s.bias), 4*r))
			}
			for e, offset := range offsets {
				at := unsafe.Add(unsafe.Pointer(s.x), int(p*s.xStep)+int(offset))
				join(sum, vector((*float32)(at), n), e, r)
			}
			s.finish(sum, p, r)
		}
	}
}

// finish adds the residual to a row's sums at a pixel, clips them and stores them.
func (s *stencilRows) finish(sum []float32, p uintptr, r int) {
	row := func(rows *int) int { return *(*int)(unsafe.Add(unsafe.Pointer(rows), 8*r)) }
	if s.residual != nil {
		at := unsafe.Add(unsafe.Pointer(s.residual), int(p*s.residualStep)+row(s.residualRows))
		for j, v := range vector((*float32)(at), len(sum)) {
			sum[j] += v
		}
	}
	dst := vector((*float32)(unsafe.Add(unsafe.Pointer(s.dst), int(p*s.dstStep)+row(s.dstRows))), len(sum))
	for j, v := range sum {
		dst[j] = min(max(v, s.low), s.high)
	}
}
