package simd

import (
	"fmt"
	"sort"
	"unsafe"
)

// Sparse is the pattern of a sparse matrix in compressed rows: the elements of row
// i are those from starts[i] to below starts[i+1], and columns says in which column
// each is.
type Sparse struct {
	starts, columns []int32
	width           int
}

// NewSparse returns a pattern of len(starts)−1 rows and a number of columns. It
// keeps both slices; they must not change.
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
	return &Sparse{starts, columns, width}, nil
}

// Rows is the number of rows.
func (s *Sparse) Rows() int { return len(s.starts) - 1 }

// Elements is the number of elements.
func (s *Sparse) Elements() int { return len(s.columns) }

// Multiply computes the product with a dense matrix x of the pattern's columns rows
// and n columns,
//
//	dst[i,j] = Σ_e values[e]·x[columns[e], j]
//
// the elements e of row i in their order, each n numbers apart; all values are 1 if
// there are none. Rows without elements become zero. dst must not overlap x.
func (s *Sparse) Multiply(p Parallel, dst, x []float32, n int, values []float32) error {
	rows := s.Rows()
	if n < 0 || len(dst) != rows*n || len(x) != s.width*n || values != nil && len(values) != len(s.columns) {
		return fmt.Errorf("simd: sparse matrix of %d × %d with %d elements and %d values: %d numbers to %d, of %d columns",
			rows, s.width, len(s.columns), len(values), len(x), len(dst), n)
	}
	if rows == 0 || n == 0 {
		return nil
	}
	if len(s.columns) == 0 {
		clear(dst)
		return nil
	}
	const taskWork = 1 << 14
	work := len(s.columns) + rows
	tasks := max(1, min(rows, 256, work*n/taskWork))
	p(tasks, func(task int) {
		from, to := s.share(task, tasks), s.share(task+1, tasks)
		if from < to {
			s.multiplyRows(dst, x, n, values, from, to)
		}
	})
	return nil
}

// share is the row at which a task's rows begin, so that all have about as many
// elements and rows.
func (s *Sparse) share(task, tasks int) int {
	rows := s.Rows()
	before := task * (len(s.columns) + rows) / tasks
	return sort.Search(rows, func(row int) bool { return int(s.starts[row])+row >= before })
}

// multiplyRows computes rows from to below to, as many columns at a time as
// registers hold.
func (s *Sparse) multiplyRows(dst, x []float32, n int, values []float32, from, to int) {
	v := active
	for j := 0; j < n; {
		left := ceilDiv(n-j, v.sparseLanes)
		kind := len(sparseKernelVectors) - 1
		for sparseKernelVectors[kind] > left {
			kind--
		}
		vectors := sparseKernelVectors[kind]
		columns := min(n-j, vectors*v.sparseLanes)
		block := sparseRows{
			dst: &dst[from*n+j], dstStep: uintptr(4 * n),
			x: &x[j], xStep: uintptr(4 * n),
			starts: &s.starts[from], columns: &s.columns[0],
			rows: to - from, last: columns - (vectors-1)*v.sparseLanes,
		}
		if values == nil {
			v.sparseSum[kind](&block)
		} else {
			block.values = &values[0]
			v.sparseProduct[kind](&block)
		}
		j += columns
	}
}

// sparseKernelVectors are the numbers of vectors of columns of the kernels.
var sparseKernelVectors = [...]int{1, 2, 4, 8}

type sparseKernels [len(sparseKernelVectors)]func(s *sparseRows)

// sparseGoLanes is the length of a "vector" of the plain kernels.
const sparseGoLanes = 8

var sparseSumGo, sparseProductGo = sparseGo()

func sparseGo() (sums, products sparseKernels) {
	for kind, vectors := range sparseKernelVectors {
		sums[kind] = func(s *sparseRows) { s.multiply(vectors, func(int32) float32 { return 1 }) }
		products[kind] = func(s *sparseRows) {
			s.multiply(vectors, func(e int32) float32 { return *element(s.values, 4*uintptr(e)) })
		}
	}
	return sums, products
}

// multiply is the plain twin of the kernels.
func (s *sparseRows) multiply(vectors int, value func(e int32) float32) {
	columns := (vectors-1)*sparseGoLanes + s.last
	starts := unsafe.Slice(s.starts, s.rows+1)
	for i := range s.rows {
		to := vector(element(s.dst, uintptr(i)*s.dstStep), columns)
		clear(to)
		for e := starts[i]; e < starts[i+1]; e++ {
			column := *(*int32)(unsafe.Add(unsafe.Pointer(s.columns), 4*int(e)))
			weight := value(e)
			for j, x := range vector(element(s.x, uintptr(column)*s.xStep), columns) {
				to[j] += weight * x
			}
		}
	}
}

// element is the number at a distance in bytes.
func element(p *float32, bytes uintptr) *float32 {
	return (*float32)(unsafe.Add(unsafe.Pointer(p), bytes))
}
