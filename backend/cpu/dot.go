package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"espalier/internal/simd"
)

func init() {
	register(&kernel{accepts: acceptsDot, lower: lowerDot}, compute.OpTypeDotGeneral)
}

func acceptsDot(n *node) bool {
	config := n.attributes.(dotAttributes).config
	plain := func(dtype dtypes.DType) bool { return dtype == dtypes.InvalidDType || dtype == dtypes.Float32 }
	return isFloat32(n) && plain(config.AccumulatorDType) && plain(config.OutputDType)
}

// product is a DotGeneral as matrix products, one for each position of the batch
// axes.
type product struct {
	m, n, k int
	a, b    side
	to      operand
	batch   int
}

// side is an operand of a matrix product.
type side struct {
	from operand
	// offsets of each matrix of the batch, in elements.
	offsets    []int
	stride     int
	transposed bool
}

// lowerDot makes matrix products of operands as they lie, or of transposed copies
// where their axes are in no order that is a matrix.
func lowerDot(l *lowering, n *node) error {
	a := n.attributes.(dotAttributes)
	lhs, rhs := l.operand(n.operands[0]), l.operand(n.operands[1])
	contracting := pairs(a.lhsContracting, a.rhsContracting)
	p := &product{m: 1, n: 1, k: 1, batch: 1}
	lhsFree := others(lhs.shape.Rank(), a.lhsContracting, a.lhsBatch)
	rhsFree := others(rhs.shape.Rank(), a.rhsContracting, a.rhsBatch)
	for _, axis := range lhsFree {
		p.m *= lhs.shape.Dimensions[axis]
	}
	for _, axis := range rhsFree {
		p.n *= rhs.shape.Dimensions[axis]
	}
	for _, axis := range a.lhsContracting {
		p.k *= lhs.shape.Dimensions[axis]
	}
	for _, axis := range a.lhsBatch {
		p.batch *= lhs.shape.Dimensions[axis]
	}
	// The order of the contracted axes is free: try that of either side.
	var order axisPairs
	for _, order = range contracting {
		p.a, p.b = side{}, side{}
		fitsA := p.a.fit(lhs, a.lhsBatch, lhsFree, order.lhs)
		fitsB := p.b.fit(rhs, a.rhsBatch, order.rhs, rhsFree)
		if fitsA && fitsB {
			break
		}
	}
	if p.a.from.size == 0 && lhs.size > 0 {
		lhs = l.transposed(lhs, slices.Concat(a.lhsBatch, lhsFree, order.lhs))
		p.a.fitOrdered(lhs, len(a.lhsBatch), len(lhsFree))
	}
	if p.b.from.size == 0 && rhs.size > 0 {
		rhs = l.transposed(rhs, slices.Concat(a.rhsBatch, order.rhs, rhsFree))
		p.b.fitOrdered(rhs, len(a.rhsBatch), len(order.rhs))
	}
	s := step{name: "DotGeneral", detail: p.describe(), reads: []operand{lhs, rhs}}
	if tail := l.epilogue(n, &s); tail != nil {
		p.to = tail.result
		s.run = tail.around(func(fr *frame, done simd.Done) error {
			return p.multiply(fr, 0, l.program.backend.workers.Parallel, done)
		})
	} else {
		p.to = l.result(n.result())
		s.writes = []operand{p.to}
		s.run = p.runner(l.program.backend.workers)
	}
	l.emit(s)
	return nil
}

// rowsOfDot is the length of the rows in which a product's result is finished; 0
// for many products in one.
func rowsOfDot(n *node) int {
	a := n.attributes.(dotAttributes)
	if !acceptsDot(n) || len(a.lhsBatch) > 0 || n.operands[0].shape.Size() == 0 {
		return 0
	}
	columns := 1
	for _, axis := range others(n.operands[1].shape.Rank(), a.rhsContracting) {
		columns *= n.operands[1].shape.Dimensions[axis]
	}
	return columns
}

// axisPairs are contracted axes of both sides in one order.
type axisPairs struct{ lhs, rhs []int }

// pairs returns the contracted axes in the order of the left side, then of the
// right.
func pairs(lhs, rhs []int) []axisPairs {
	sorted := func(keys []int) axisPairs {
		order := make([]int, len(keys))
		for i := range order {
			order[i] = i
		}
		slices.SortFunc(order, func(i, j int) int { return keys[i] - keys[j] })
		var out axisPairs
		for _, i := range order {
			out.lhs, out.rhs = append(out.lhs, lhs[i]), append(out.rhs, rhs[i])
		}
		return out
	}
	return []axisPairs{sorted(lhs), sorted(rhs)}
}

// others are the axes below rank that no list has.
func others(rank int, lists ...[]int) []int {
	var out []int
	for axis := range rank {
		if !slices.ContainsFunc(lists, func(list []int) bool { return slices.Contains(list, axis) }) {
			out = append(out, axis)
		}
	}
	return out
}

// fit describes an operand whose row and column axes can be walked as one each, one
// of them element by element. It says whether that is so.
func (s *side) fit(from operand, batch, rows, columns []int) bool {
	steps := strides(from.shape.Dimensions)
	walk := func(axes []int) pattern {
		spans := make([]span, len(axes))
		for i, axis := range axes {
			spans[i] = span{from.shape.Dimensions[axis], steps[axis]}
		}
		return merge(spans)
	}
	r, c := walk(rows), walk(columns)
	if len(r) > 1 || len(c) > 1 || from.size == 0 {
		return false
	}
	row, column := span{1, 1}, span{1, 1}
	if len(r) == 1 {
		row = r[0]
	}
	if len(c) == 1 {
		column = c[0]
	}
	switch {
	case column.stride == 1 && (row.length == 1 || row.stride >= column.length):
		s.stride = max(row.stride, column.length)
	case row.stride == 1 && (column.length == 1 || column.stride >= row.length):
		s.stride, s.transposed = max(column.stride, row.length), true
	default:
		return false
	}
	s.from = from
	s.offsets = []int{0}
	for _, axis := range batch {
		var next []int
		for _, offset := range s.offsets {
			for i := range from.shape.Dimensions[axis] {
				next = append(next, offset+i*steps[axis])
			}
		}
		s.offsets = next
	}
	return true
}

// fitOrdered is fit for axes in the order batch, rows, columns.
func (s *side) fitOrdered(from operand, batch, rows int) {
	axes := make([]int, from.shape.Rank())
	for i := range axes {
		axes[i] = i
	}
	s.fit(from, axes[:batch], axes[batch:batch+rows], axes[batch+rows:])
}

// matrix is one matrix of the batch.
func (s *side) matrix(fr *frame, index int) simd.Matrix {
	if s.from.size == 0 {
		return simd.Matrix{}
	}
	return simd.Matrix{Data: s.from.float32s(fr)[s.offsets[index]:], Stride: s.stride, Transposed: s.transposed}
}

func (p *product) describe() string {
	text := fmt.Sprintf("%d×%d×%d", p.m, p.k, p.n)
	if p.batch > 1 {
		text = fmt.Sprintf("%d of %s", p.batch, text)
	}
	return text
}

// sharedProduct is how many multiply-adds make a product of a batch worth sharing.
const sharedProduct = 1 << 22

// multiply computes the matrix product at a position of the batch.
func (p *product) multiply(fr *frame, index int, parallel simd.Parallel, done simd.Done) error {
	return simd.Gemm(parallel, &simd.Product{M: p.m, N: p.n, K: p.k,
		A: p.a.matrix(fr, index), B: p.b.matrix(fr, index),
		C: p.to.float32s(fr)[index*p.m*p.n:], CStride: p.n, Done: done})
}

func (p *product) runner(workers *Workers) func(fr *frame) error {
	one := func(fr *frame, index int, parallel simd.Parallel) error {
		return p.multiply(fr, index, parallel, nil)
	}
	if p.k == 0 || p.batch == 1 || p.m*p.n*p.k >= sharedProduct {
		return func(fr *frame) error {
			for index := range p.batch {
				if err := one(fr, index, workers.Parallel); err != nil {
					return err
				}
			}
			return nil
		}
	}
	tasks := min(p.batch, 64)
	return func(fr *frame) error {
		var failures [64]error
		workers.Parallel(tasks, func(task int) {
			for index := task * p.batch / tasks; index < (task+1)*p.batch/tasks; index++ {
				if err := one(fr, index, simd.Sequential); err != nil {
					failures[task] = err
				}
			}
		})
		return firstError(failures[:tasks]...)
	}
}
