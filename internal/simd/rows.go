package simd

// repeated is a row, one value for each column of a matrix, that is repeated so that one
// call of a kernel runs over several rows of the matrix.
type repeated struct {
	*scratch
	cols int
}

const repeatTo = 512 // elements that make a kernel's call worth it

// repeat writes the row, several times if it is short. Its length is a multiple of
// the row's.
func repeat(row []float32) repeated {
	n := len(row) * max(1, repeatTo/max(1, len(row)))
	r := repeated{newScratch(n), len(row)}
	for from := 0; from < n; from += len(row) {
		copy(r.data[from:], row)
	}
	return r
}

// blocks runs over a matrix of rows of len(row) columns in tasks fixed by its size:
// f gets the elements from to to, at most as many as r repeats.
func (r repeated) blocks(p Parallel, size int, f func(from, to int)) {
	if size == 0 || r.cols == 0 {
		return
	}
	span := len(r.data)
	blocks := ceilDiv(size, span)
	tasks := min(columnTasks, ceilDiv(size, chunk))
	p(tasks, func(task int) {
		first, last := share(blocks, task, tasks)
		for b := first; b < last; b++ {
			f(b*span, min(size, (b+1)*span))
		}
	})
}

// ApplyRow computes dst[i,j] = op(x[i,j], row[j]) for the rows of x, of len(row) columns.
// dst may be x.
func (op Binary) ApplyRow(p Parallel, dst, x, row []float32) {
	r := repeat(row)
	defer r.free()
	r.blocks(p, len(dst), func(from, to int) {
		op.Apply(dst[from:to], x[from:to], r.data)
	})
}

// ScaleShift computes dst[i,j] = x[i,j]·scale[j] + shift[j], or with relu the greater of
// that and 0, for the rows of x, of len(scale) columns. dst may be x.
func ScaleShift(p Parallel, dst, x, scale, shift []float32, relu bool) {
	kernel := active.mulAdd
	if relu {
		kernel = active.mulAddReLU
	}
	a, b := repeat(scale), repeat(shift)
	defer a.free()
	defer b.free()
	a.blocks(p, len(dst), func(from, to int) {
		kernel(&dst[from], &x[from], &a.data[0], &b.data[0], to-from)
	})
}

// MulAdd computes dst[i] = x[i]·y[i] + z[i] for all of dst, which may be any of them.
func MulAdd(dst, x, y, z []float32) {
	if n := len(dst); n > 0 {
		active.mulAdd(&dst[0], &x[:n][0], &y[:n][0], &z[:n][0], n)
	}
}

// MulAddReLU computes dst[i] = max(x[i]·y[i] + z[i], 0) for all of dst, which may be any of
// them.
func MulAddReLU(dst, x, y, z []float32) {
	if n := len(dst); n > 0 {
		active.mulAddReLU(&dst[0], &x[:n][0], &y[:n][0], &z[:n][0], n)
	}
}

// mulAddGo computes dst[i] = x[i]·y[i] + z[i] for i < n.
func mulAddGo(dst, x, y, z *float32, n int) {
	to, ys, zs := vector(dst, n), vector(y, n), vector(z, n)
	for i, v := range vector(x, n) {
		to[i] = v*ys[i] + zs[i]
	}
}

// mulAddReLUGo computes dst[i] = max(x[i]·y[i] + z[i], 0) for i < n.
func mulAddReLUGo(dst, x, y, z *float32, n int) {
	to, ys, zs := vector(dst, n), vector(y, n), vector(z, n)
	for i, v := range vector(x, n) {
		to[i] = max(v*ys[i]+zs[i], 0)
	}
}

// affineGo computes dst[i] = x[i]·a[i] + y[i]·b[i] + c[i] for i < n.
func affineGo(dst, x, y, a, b, c *float32, n int) {
	to, ys, as, bs, cs := vector(dst, n), vector(y, n), vector(a, n), vector(b, n), vector(c, n)
	for i, v := range vector(x, n) {
		to[i] = v*as[i] + ys[i]*bs[i] + cs[i]
	}
}
