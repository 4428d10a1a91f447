package simd

import (
	"errors"
	"fmt"
)

// EdgeProducts computes dot products of rows of two matrices a and b of n columns, which
// source and target choose in pairs. A row is divided into heads equal parts, each with a
// product of its own:
//
//	dst[e,h] = Σ_j a[source[e], h, j] · b[target[e], h, j]
//
// The order of a sum depends on n and heads alone. A row that does not exist, and a dst
// that has not len(source)·heads elements, are errors.
func EdgeProducts(p Parallel, dst, a []float32, source []int32, b []float32, target []int32, n, heads int) error {
	if n < 1 || heads < 1 || n%heads != 0 || len(source) != len(target) || len(dst) != len(source)*heads {
		return fmt.Errorf("simd: products of %d and %d rows of %d columns in %d parts: room for %d", len(source), len(target), n, heads, len(dst))
	}
	vectors, last := wholeVectors(n / heads)
	return inTasks(p, len(source), n, func(from, to int) error {
		if err := errors.Join(checkChoice(source[from:to], a, n), checkChoice(target[from:to], b, n)); err != nil {
			return err
		}
		active.edgeProduct(&edgeProducts{
			dst: &dst[from*heads], a: &a[0], b: &b[0], source: &source[from], target: &target[from],
			step: uintptr(4 * n), count: to - from, heads: heads,
			vectors: vectors, last: last, part: uintptr(4 * n / heads),
		})
		return nil
	})
}

// ChooseRows copies rows of a matrix x of n columns: row i of dst is row rows[i] of x. A
// row that does not exist, and a dst that has not len(rows)·n elements, are errors.
func ChooseRows(p Parallel, dst, x []float32, rows []int32, n int) error {
	if n < 1 || len(dst) != len(rows)*n {
		return fmt.Errorf("simd: %d rows of %d columns: room for %d numbers", len(rows), n, len(dst))
	}
	vectors, last := wholeVectors(n)
	return inTasks(p, len(rows), n, func(from, to int) error {
		if err := checkChoice(rows[from:to], x, n); err != nil {
			return err
		}
		if n == 1 {
			for i, row := range rows[from:to] {
				dst[from+i] = x[row]
			}
			return nil
		}
		active.chooseRows(&rowChoice{dst: &dst[from*n], x: &x[0], rows: &rows[from],
			step: uintptr(4 * n), count: to - from, vectors: vectors, last: last})
		return nil
	})
}

// checkChoice makes sure that a matrix of n columns has all rows that are chosen.
func checkChoice(rows []int32, x []float32, n int) error {
	limit := len(x) / n
	for i, row := range rows {
		if row < 0 || int(row) >= limit {
			return fmt.Errorf("simd: matrix of %d rows: choice %d is row %d", limit, i, row)
		}
	}
	return nil
}

// wholeVectors is how many whole vectors n elements have before the last, and how
// many elements that has.
func wholeVectors(n int) (vectors, last int) {
	vectors = (n - 1) / active.sparseLanes
	return vectors, n - vectors*active.sparseLanes
}

// inTasks shares out rows of n elements.
func inTasks(p Parallel, rows, n int, run func(from, to int) error) error {
	const taskWork = 1 << 14
	failures := make([]error, max(1, min(rows, 256, rows*n/taskWork)))
	p(len(failures), func(task int) {
		if from, to := share(rows, task, len(failures)); from < to {
			failures[task] = run(from, to)
		}
	})
	return errors.Join(failures...)
}

// edgeProductGo is the plain twin of edgeProduct.
func edgeProductGo(p *edgeProducts) {
	length := p.vectors*sparseGoLanes + p.last
	dst := vector(p.dst, p.count*p.heads)
	for e := range p.count {
		from := uintptr(nth(p.source, e)) * p.step
		to := uintptr(nth(p.target, e)) * p.step
		for h := range p.heads {
			a, b := vector(beyond(p.a, from), length), vector(beyond(p.b, to), length)
			sum := float32(0)
			for j, x := range a {
				sum += x * b[j]
			}
			dst[e*p.heads+h] = sum
			from, to = from+p.part, to+p.part
		}
	}
}

// chooseRowsGo is the plain twin of chooseRows.
func chooseRowsGo(c *rowChoice) {
	length := c.vectors*sparseGoLanes + c.last
	for i := range c.count {
		copy(vector(beyond(c.dst, uintptr(i)*c.step), length), vector(beyond(c.x, uintptr(nth(c.rows, i))*c.step), length))
	}
}
