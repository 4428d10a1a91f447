package simd

import (
	"fmt"
	"sort"
)

// Sparse is the pattern of a sparse matrix in compressed rows (CSR): row i has the
// elements e with starts[i] ≤ e < starts[i+1], and element e is in column columns[e].
type Sparse struct {
	starts, columns []int32
	width           int
	// Element e has value order[e] of a number of values, or value e if order is nil.
	order  []int32
	values int
}

// NewSparse returns a pattern of len(starts)−1 rows and width columns. It keeps both
// slices; they must not change. Starts that do not rise from 0 to len(columns), and
// columns that do not exist, are errors.
func NewSparse(starts, columns []int32, width int) (*Sparse, error) {
	if len(starts) == 0 || starts[0] != 0 || int(starts[len(starts)-1]) != len(columns) {
		return nil, fmt.Errorf("simd: sparse matrix of %d elements: the rows' starts do not run from 0 to that", len(columns))
	}
	for i, start := range starts[1:] {
		if start < starts[i] {
			return nil, fmt.Errorf("simd: sparse matrix: row %d ends at %d, before its start at %d", i, start, starts[i])
		}
	}
	for e, column := range columns {
		if column < 0 || int(column) >= width {
			return nil, fmt.Errorf("simd: sparse matrix of %d columns: element %d is in column %d", width, e, column)
		}
	}
	return &Sparse{starts: starts, columns: columns, width: width, values: len(columns)}, nil
}

// WithOrder returns a pattern like s whose element e has value order[e] of a number of
// values, in place of value e. It keeps the slice, which must not change.
func (s *Sparse) WithOrder(order []int32, values int) (*Sparse, error) {
	if len(order) != len(s.columns) {
		return nil, fmt.Errorf("simd: sparse matrix of %d elements: an order of %d", len(s.columns), len(order))
	}
	for e, value := range order {
		if value < 0 || int(value) >= values {
			return nil, fmt.Errorf("simd: sparse matrix of %d values: element %d has value %d", values, e, value)
		}
	}
	return &Sparse{s.starts, s.columns, s.width, order, values}, nil
}

// Rows is the number of rows.
func (s *Sparse) Rows() int { return len(s.starts) - 1 }

// Elements is the number of elements.
func (s *Sparse) Elements() int { return len(s.columns) }

// Multiply computes the product with a dense matrix x of n columns, which has a row for
// each column of the pattern:
//
//	dst[i,j] = Σ_e values[e, head(j)] · x[columns[e], j]
//
// over the elements e of row i, in their order. The columns j are divided into heads equal
// parts, and an element has a value for each of them; with values nil, all are 1. Rows
// without elements become zero. dst must not overlap x. Slices whose lengths do not fit
// are an error.
func (s *Sparse) Multiply(p Parallel, dst, x []float32, n int, values []float32, heads int) error {
	if heads < 1 || n%heads != 0 || values != nil && len(values) != s.values*heads {
		return fmt.Errorf("simd: sparse matrix of %d values: %d for each of %d heads of %d columns", s.values, len(values), heads, n)
	}
	if err := s.check(dst, x, n); err != nil {
		return err
	}
	if len(s.columns) == 0 {
		clear(dst)
		return nil
	}
	product := sparseWork{s, dst, x, n, values, heads, &active.sparseSum}
	switch {
	case values != nil && heads == 1:
		product.kernels = &active.sparseProduct
	case values != nil:
		product.kernels = &active.sparseHeads
	}
	product.run(p)
	return nil
}

// Combine combines rows of a dense matrix x of n columns with the rows of dst,
//
//	dst[i,j] = op(dst[i,j], x[columns[e], j])
//
// for each element e of row i, in their order. op is Add, Max or Min, anything else an
// error. dst must not overlap x.
func (s *Sparse) Combine(p Parallel, op Binary, dst, x []float32, n int) error {
	var kernels *sparseKernels
	switch op {
	case Add:
		kernels = &active.sparseAdd
	case Max:
		kernels = &active.sparseMax
	case Min:
		kernels = &active.sparseMin
	default:
		return fmt.Errorf("simd: sparse matrix: rows cannot be combined by function %d", op)
	}
	if err := s.check(dst, x, n); err != nil {
		return err
	}
	if len(s.columns) > 0 {
		(&sparseWork{pattern: s, dst: dst, x: x, n: n, heads: 1, kernels: kernels}).run(p)
	}
	return nil
}

func (s *Sparse) check(dst, x []float32, n int) error {
	if n < 0 || len(dst) != s.Rows()*n || len(x) != s.width*n {
		return fmt.Errorf("simd: sparse matrix of %d × %d: %d numbers to %d, of %d columns", s.Rows(), s.width, len(x), len(dst), n)
	}
	return nil
}

// share is the row at which a task begins, such that elements and rows together are
// divided equally.
func (s *Sparse) share(task, tasks int) int {
	rows := s.Rows()
	before := task * (len(s.columns) + rows) / tasks
	return sort.Search(rows, func(row int) bool { return int(s.starts[row])+row >= before })
}

// sparseWork is one product with a pattern.
type sparseWork struct {
	pattern *Sparse
	dst, x  []float32
	n       int
	values  []float32
	heads   int
	kernels *sparseKernels
}

func (w *sparseWork) run(p Parallel) {
	rows := w.pattern.Rows()
	if rows == 0 || w.n == 0 {
		return
	}
	const taskWork = 1 << 14
	tasks := max(1, min(rows, 256, (len(w.pattern.columns)+rows)*w.n/taskWork))
	p(tasks, func(task int) {
		from, to := w.pattern.share(task, tasks), w.pattern.share(task+1, tasks)
		if from < to {
			w.rows(from, to)
		}
	})
}

// rows computes rows from to below to, as many columns at a time as registers hold.
func (w *sparseWork) rows(from, to int) {
	s, lanes := w.pattern, active.sparseLanes
	// Kernels are called through a table, so that what they are given is on the heap.
	block := &sparseRows{
		dstStep: uintptr(4 * w.n), xStep: uintptr(4 * w.n),
		starts: &s.starts[from], columns: &s.columns[0], rows: to - from,
	}
	if w.values != nil && s.order != nil {
		block.order = &s.order[0]
	}
	var heads []int32
	if w.heads > 1 {
		heads = make([]int32, maxSparseColumns)
	}
	for j := 0; j < w.n; {
		kind := w.kind(j)
		vectors := sparseKernelVectors[kind]
		columns := min(w.n-j, vectors*lanes)
		block.dst, block.x, block.last = &w.dst[from*w.n+j], &w.x[j], columns-(vectors-1)*lanes
		if w.values != nil {
			w.setValues(block, heads, j, columns)
		}
		w.kernels[kind](block)
		j += columns
	}
}

// kind is the index of the kernel for the columns from j on: the one of the most vectors
// that are all needed and whose heads' values fit in one vector.
func (w *sparseWork) kind(j int) int {
	lanes, width := active.sparseLanes, w.n/w.heads
	left := ceilDiv(w.n-j, lanes)
	kind := len(sparseKernelVectors) - 1
	for kind > 0 {
		last := min(w.n, j+sparseKernelVectors[kind]*lanes) - 1
		if sparseKernelVectors[kind] <= left && last/width-j/width < lanes {
			break
		}
		kind--
	}
	return kind
}

// setValues says which values a block of columns from j on is multiplied by.
func (w *sparseWork) setValues(block *sparseRows, heads []int32, j, columns int) {
	if w.heads == 1 {
		block.values = &w.values[0]
		return
	}
	width := w.n / w.heads
	first, head, left := j/width, int32(0), width-j%width
	for c := range columns {
		if left == 0 {
			head, left = head+1, width
		}
		heads[c] = head
		left--
	}
	clear(heads[columns:])
	block.values = &w.values[first]
	block.headOf, block.headStep, block.headCount = &heads[0], uintptr(4*w.heads), int(head)+1
}
