package simd

import "math"

// BatchNorm normalises the columns of a matrix, which has a row for each pixel of a batch
// and a column for each channel (S. Ioffe, C. Szegedy, arXiv:1502.03167):
//
//	y = scale·(x − mean)/√(variance + ε) + offset
type BatchNorm struct {
	Scale, Offset []float32 // one for each column
	Epsilon       float32
	ReLU          bool // y is max(y, 0)
}

// Moments computes the mean and the biased variance of each of the len(mean) columns of
// x, in one pass. It sums differences from the first row, which keeps the sums small.
func Moments(p Parallel, mean, variance, x []float32) {
	c := columnReduction{cols: len(mean), results: 2}
	if len(x) == 0 || len(mean) == 0 {
		clear(mean)
		clear(variance)
		return
	}
	shift := x[:c.cols]
	c.run(p, len(x), func(sums []float32, from, rows int) {
		active.columnMoments(&sums[0], &sums[c.cols], &x[from], &shift[0], rows, c.cols, c.cols)
	})
	n := float64(len(x) / c.cols)
	for j := range mean {
		m := c.totals[j] / n
		mean[j] = float32(float64(shift[j]) + m)
		variance[j] = float32(max(0, c.totals[c.cols+j]/n-m*m))
	}
}

// Train computes y from x with the batch's own mean and biased variance, which it writes
// to mean and variance, in two passes over x.
func (b *BatchNorm) Train(p Parallel, y, x, mean, variance []float32) {
	Moments(p, mean, variance, x)
	b.Infer(p, y, x, mean, variance)
}

// Infer computes y from x with a given mean and variance. y may be x.
func (b *BatchNorm) Infer(p Parallel, y, x, mean, variance []float32) {
	scale, shift := newScratch(len(mean)), newScratch(len(mean))
	defer scale.free()
	defer shift.free()
	for j := range mean {
		s := float64(b.Scale[j]) * b.inverse(variance[j])
		scale.data[j] = float32(s)
		shift.data[j] = float32(float64(b.Offset[j]) - s*float64(mean[j]))
	}
	ScaleShift(p, y, x, scale.data, shift.data, b.ReLU)
}

// inverse is 1/√(variance + ε).
func (b *BatchNorm) inverse(variance float32) float64 {
	return 1 / math.Sqrt(float64(variance)+float64(b.Epsilon))
}

// Gradient computes the gradients by x, scale and offset, in two passes, from dy, the
// gradient by y before any ReLU, and from the x, mean and variance of Train. With the
// inverse deviation r = 1/√(variance + ε), n rows, and sums over the rows,
//
//	doffset = Σ dy
//	dscale  = Σ dy·(x − mean)·r
//	dx      = scale·r·(dy − doffset/n − (x − mean)·r·dscale/n)
//
// dx may be dy.
func (b *BatchNorm) Gradient(p Parallel, dx, dscale, doffset, dy, x, mean, variance []float32) {
	c := columnReduction{cols: len(mean), results: 2}
	c.run(p, len(x), func(sums []float32, from, rows int) {
		active.columnProducts(&sums[0], &sums[c.cols], &dy[from], &x[from], &mean[0], rows, c.cols, c.cols)
	})
	if len(mean) == 0 {
		return
	}
	rows := newScratch(3 * c.cols)
	defer rows.free()
	byDy, byX, rest := rows.data[:c.cols], rows.data[c.cols:2*c.cols], rows.data[2*c.cols:]
	n := float64(len(x) / c.cols)
	for j := range mean {
		r := b.inverse(variance[j])
		sum, product := c.totals[j], c.totals[c.cols+j]*r
		doffset[j], dscale[j] = float32(sum), float32(product)
		s := float64(b.Scale[j]) * r
		byDy[j] = float32(s)
		byX[j] = float32(-s * r * product / n)
		rest[j] = float32(s * (r*product/n*float64(mean[j]) - sum/n))
	}
	combine(p, dx, dy, x, byDy, byX, rest)
}

// combine computes dst[i,j] = x[i,j]·a[j] + y[i,j]·b[j] + c[j].
func combine(p Parallel, dst, x, y, a, b, c []float32) {
	ra, rb, rc := repeat(a), repeat(b), repeat(c)
	defer ra.free()
	defer rb.free()
	defer rc.free()
	ra.blocks(p, len(dst), func(from, to int) {
		active.affine(&dst[from], &x[from], &y[from], &ra.data[0], &rb.data[0], &rc.data[0], to-from)
	})
}
