package simd

import "unsafe"

// tile is what a register tile computes: with taps t of offsets a_t and b_t,
//
//	c[r,j] (+)= Σ_t Σ_{k<length} a[a_t + r, k] · b[b_t + k, j]
//
// for the rows r of the tile and the columns j < cols. All distances are in bytes.
//
// There are two kinds. "rows" kernels find the steps k of one row at neighbouring
// addresses. Their rows come in groups of four, each with its own start in a and in c, and
// they compute count tiles, each aNext, bNext and cNext after the one before. "panel"
// kernels find the rows of one step at neighbouring addresses, all from a[0], and write
// only the first rows to c[0].
//
// Kernels that keep channels apart have no inner sum. "channelRows" computes
//
//	c[r,j] = Σ_t a[a_t + r, j] · b[b_t, j]
//
// and "channelProducts", also count times, for kernel positions i, r and pixels k,
//
//	c[i,r,j] (+)= Σ_t Σ_{k<length} a[i][a_t + r + k, j] · b[b_t + k, j]
type tile struct {
	a        [4]unsafe.Pointer // start of each group of four rows
	c        [4]unsafe.Pointer
	aRow     uintptr // rows: from one row of a group to the next
	aStep    uintptr // panel and channelProducts: from one step to the next
	cRow     uintptr // from one row to the next
	aNext    uintptr // from one repetition to the next
	bNext    uintptr
	cNext    uintptr
	count    int // repetitions, at least 1; the kernel counts it down
	b        unsafe.Pointer
	bStep    uintptr // from one step to the next
	bVector  uintptr // from the first 16 columns to the second
	taps     *tap
	tapCount int
	length   int // steps of a tap, at least 1
	rows     int // panel: rows that are written, at least 1
	cols     int // columns that are written, at least 1
	add      int // 1 adds to c, 0 overwrites it
}

// tap is where a tap's first step lies, in bytes from the starts of a and of b.
type tap struct{ a, b int }

// sparseRows is the product of a sparse matrix in compressed rows with some columns of a
// dense one: for rows i < rows and the columns j of as many vectors as the kernel has,
//
//	dst[i,j] = Σ values[order[e], head(j)] · x[columns[e], j]    starts[i] ≤ e < starts[i+1]
//
// All values are 1 in "sum" kernels, and an element has one value in "product" kernels
// and one for each head in "heads" kernels. "add", "max" and "min" kernels start from
// dst[i,j] in place of 0. Distances are in bytes.
type sparseRows struct {
	dst     *float32
	dstStep uintptr // from one row to the next
	x       *float32
	xStep   uintptr
	starts  *int32
	columns *int32
	values  *float32
	order   *int32 // nil if values lie in the order of elements
	rows    int    // at least 1
	last    int    // columns of the last vector, at least 1

	headOf    *int32  // the head of each lane of each vector
	headStep  uintptr // from one element's values to the next
	headCount int     // values of an element that the columns have, at most a vector
}

// edgeProducts are dot products of rows of two matrices, divided into equal parts, one
// for each head: for edges e < count and heads h < heads,
//
//	dst[e,h] = Σ_j a[source[e], h, j] · b[target[e], h, j]
//
// A part consists of some whole vectors and a last one. Distances are in bytes.
type edgeProducts struct {
	dst            *float32
	a, b           *float32
	source, target *int32
	step           uintptr // from one row to the next
	count          int     // at least 1
	heads          int     // at least 1
	vectors        int     // whole vectors of a part but the last
	last           int     // elements of the last vector, at least 1
	part           uintptr // from one part to the next
}

// rowChoice copies rows of a matrix, dst[i] = x[rows[i]]. A row consists of some whole
// vectors and a last one. Distances are in bytes.
type rowChoice struct {
	dst     *float32
	x       *float32
	rows    *int32
	step    uintptr // from one row to the next, in both
	count   int     // at least 1
	vectors int     // whole vectors of a row but the last
	last    int     // elements of the last vector, at least 1
}

// stencilRows are weighted sums of shifted pixels, for a tile of lines of pixels of 16
// numbers each and the blocks of rows of a stencil: for the rows r of a block, of which
// a kernel has as many as its name says, and the block's elements e,
//
//	dst[r, line, p] = clip(bias[r] + Σ_e weights[e, r]·x[offsets[e] + line + p·stride] + residual[r, line, p])
//
// where clip limits a number to low and high. "max" kernels take the greatest of bias and
// all x in place of the sum. Distances are in bytes.
type stencilRows struct {
	x            *float32 // the first field: kernels read it as such
	dst          *float32
	residual     *float32 // nil if there is none
	dstRows      *int     // where each row begins, from dst
	residualRows *int
	starts       *int32 // block b has the elements from starts[b] to starts[b+1]
	offsets      *int32 // of the first block's elements, and so on
	weights      *float32
	bias         *float32
	blocks       int // at least 1
	dstLine      uintptr
	xLine        uintptr
	residualLine uintptr
	low, high    float32
}
