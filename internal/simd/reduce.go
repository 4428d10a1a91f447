package simd

import "math"

// chunk is how many numbers are summed in float32; the sums of chunks are added in
// float64. It fixes the order of sums.
const chunk = 1 << 14

// Sum is Σ x[i].
func Sum(p Parallel, x []float32) float64 { return total(p, x, active.sum) }

// SumSquares is Σ x[i]².
func SumSquares(p Parallel, x []float32) float64 { return total(p, x, active.squares) }

func total(p Parallel, x []float32, kernel func(x *float32, n int) float32) float64 {
	chunks := ceilDiv(len(x), chunk)
	if chunks == 0 {
		return 0
	}
	parts := newScratch(chunks)
	defer parts.free()
	p(chunks, func(task int) {
		part := x[task*chunk : min(len(x), (task+1)*chunk)]
		parts.data[task] = kernel(&part[0], len(part))
	})
	var sum float64
	for _, part := range parts.data {
		sum += float64(part)
	}
	return sum
}

// Greatest is the greatest number in x, ignoring NaN; −∞ if there is none.
func Greatest(x []float32) float32 {
	if len(x) == 0 {
		return float32(math.Inf(-1))
	}
	return active.greatest(&x[0], len(x))
}

// Dot is Σ x[i]·y[i] for all of x, in an order fixed by the length.
func Dot(x, y []float32) float32 {
	if len(x) == 0 {
		return 0
	}
	return active.dot(&x[0], &y[:len(x)][0], len(x))
}

// ColumnSums computes dst[j] = Σ_i x[i,j] for the rows of x, len(dst) columns each.
func ColumnSums(p Parallel, dst, x []float32) {
	c := columnReduction{cols: len(dst), results: 1}
	c.run(p, len(x), func(sums []float32, from, rows int) {
		active.columnSums(&sums[0], &x[from], rows, c.cols, c.cols)
	})
	for j, s := range c.totals {
		dst[j] = float32(s)
	}
}

// columnReduction sums down the columns of matrices, in blocks of rows fixed by
// the shape: float32 inside a block, float64 over the blocks.
type columnReduction struct {
	cols    int
	results int       // sums of each column
	totals  []float64 // results × cols
}

const columnTasks = 32

// run calls kernel for each block, which writes its sums, and adds them up.
func (c *columnReduction) run(p Parallel, size int, kernel func(sums []float32, from, rows int)) {
	width := c.results * c.cols
	c.totals = make([]float64, width)
	if c.cols == 0 || size == 0 {
		return
	}
	rows := size / c.cols
	block := max(16, chunk/c.cols)
	blocks := ceilDiv(rows, block)
	tasks := min(columnTasks, blocks)
	parts := make([]float64, tasks*width)
	p(tasks, func(task int) {
		sums := newScratch(width)
		out := parts[task*width:][:width]
		from, to := share(blocks, task, tasks)
		for b := from; b < to; b++ {
			kernel(sums.data, b*block*c.cols, min(block, rows-b*block))
			for j, s := range sums.data {
				out[j] += float64(s)
			}
		}
		sums.free()
	})
	for task := range tasks {
		for j, s := range parts[task*width:][:width] {
			c.totals[j] += s
		}
	}
}
