package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"espalier/internal/simd"
)

func init() {
	register(&kernel{accepts: acceptsGather, lower: lowerGather}, compute.OpTypeGather)
	register(&kernel{accepts: acceptsScatter, lower: lowerScatter},
		compute.OpTypeScatterSum, compute.OpTypeScatterMax, compute.OpTypeScatterMin)
}

// rowAccess is a gather or scatter that reads or writes whole rows of a tensor: the
// first axes, one for each index of an index vector, choose a row, and all others
// are in it.
type rowAccess struct {
	// count of index vectors, each of depth indices.
	count, depth int
	// limits are the lengths of the chosen axes.
	limits []int
	// width of a row in elements.
	width int
	index dtypes.DType
}

// newRowAccess describes the access of a tensor through indices, whose vectors are
// along an axis.
func newRowAccess(tensor, indices shapes.Shape, vectorAxis int) (rowAccess, bool) {
	a := rowAccess{count: indices.Size(), depth: 1, width: 1, index: indices.DType}
	switch vectorAxis {
	case indices.Rank():
	case indices.Rank() - 1:
		a.depth = indices.Dimensions[vectorAxis]
		if a.depth > 0 {
			a.count /= a.depth
		}
	default:
		return a, false
	}
	if a.depth < 1 || a.depth > tensor.Rank() || integerReaders[indices.DType] == nil {
		return a, false
	}
	a.limits = tensor.Dimensions[:a.depth]
	for _, length := range tensor.Dimensions[a.depth:] {
		a.width *= length
	}
	return a, true
}

// upTo are the numbers from first to below last.
func upTo(first, last int) []int {
	var out []int
	for i := first; i < last; i++ {
		out = append(out, i)
	}
	return out
}

func gatherAccess(n *node) (rowAccess, bool) {
	a := n.attributes.(gatherAttributes)
	tensor, indices := n.operands[0].shape, n.operands[1].shape
	access, ok := newRowAccess(tensor, indices, a.indexVectorAxis)
	k, rank := access.depth, n.result().shape.Rank()
	whole := slices.Concat(orOnes(nil, min(k, tensor.Rank())), tensor.Dimensions[min(k, tensor.Rank()):])
	return access, ok &&
		slices.Equal(a.startIndexMap, upTo(0, k)) &&
		slices.Equal(slices.Sorted(slices.Values(a.collapsedSliceAxes)), upTo(0, k)) &&
		slices.Equal(a.offsetOutputAxes, upTo(rank-(tensor.Rank()-k), rank)) &&
		slices.Equal(a.sliceSizes, whole)
}

func acceptsGather(n *node) bool {
	_, ok := gatherAccess(n)
	return ok && isMovable(n.result().shape.DType) && n.operands[0].shape.Size() > 0
}

func scatterAccess(n *node) (rowAccess, bool) {
	a := n.attributes.(scatterAttributes)
	tensor, indices, updates := n.operands[0].shape, n.operands[1].shape, n.operands[2].shape
	access, ok := newRowAccess(tensor, indices, a.indexVectorAxis)
	k, rank := access.depth, updates.Rank()
	first := rank - (tensor.Rank() - k)
	return access, ok && first >= 0 &&
		slices.Equal(a.scatterAxesToOperandAxes, upTo(0, k)) &&
		slices.Equal(slices.Sorted(slices.Values(a.insertedWindowAxes)), upTo(0, k)) &&
		slices.Equal(a.updateWindowAxes, upTo(first, rank)) &&
		slices.Equal(updates.Dimensions[first:], tensor.Dimensions[k:])
}

func acceptsScatter(n *node) bool {
	_, ok := scatterAccess(n)
	return ok && n.result().shape.DType == dtypes.Float32 && n.result().shape.Size() > 0
}

// rows writes the row that each index vector chooses. One that is outside of the
// tensor chooses the nearest if clamp, else -1.
func (a *rowAccess) rows(fr *frame, workers *Workers, indices operand, out []int32, clamp bool) {
	parallelRanges(workers, a.count, func(from, to int) {
		switch a.index {
		case dtypes.Int32:
			fillRows(a, slice[int32](fr, indices), out, from, to, clamp)
		case dtypes.Int64:
			fillRows(a, slice[int64](fr, indices), out, from, to, clamp)
		default:
			read := integerReaders[a.index]
			for i := from; i < to; i++ {
				out[i] = a.row(func(k int) int { return read(fr, indices, i*a.depth+k) }, clamp)
			}
		}
	})
}

// fillRows is rows for common types of indices.
func fillRows[T int32 | int64](a *rowAccess, indices []T, out []int32, from, to int, clamp bool) {
	if a.depth > 1 {
		for i := from; i < to; i++ {
			out[i] = a.row(func(k int) int { return int(indices[i*a.depth+k]) }, clamp)
		}
		return
	}
	limit := T(a.limits[0])
	for i := from; i < to; i++ {
		row := indices[i]
		if row < 0 || row >= limit {
			row = -1
			if clamp {
				row = max(0, min(indices[i], limit-1))
			}
		}
		out[i] = int32(row)
	}
}

// row is the number of a row chosen by an index vector.
func (a *rowAccess) row(index func(k int) int, clamp bool) int32 {
	row := 0
	for k, limit := range a.limits {
		i := index(k)
		if i < 0 || i >= limit {
			if !clamp {
				return -1
			}
			i = max(0, min(i, limit-1))
		}
		row = row*limit + i
	}
	return int32(row)
}

// int32s makes room for n numbers of rows.
func (l *lowering) int32s(n int) operand { return l.room(shapes.Make(dtypes.Int32, n)) }

// choice is the rows that a gather reads.
type choice struct {
	access  rowAccess
	indices operand
	// kept is the state that holds the rows if the indices are constant, else -1.
	kept    int
	scratch []operand
}

// choice makes room for the rows that indices choose.
func (l *lowering) choice(access rowAccess, indices operand) choice {
	if l.constant(indices) {
		return choice{access: access, indices: indices, kept: l.state(func() (any, error) { return new([]int32), nil })}
	}
	return choice{access: access, indices: indices, kept: -1, scratch: []operand{l.int32s(access.count)}}
}

// rows are the chosen rows, clamped.
func (c *choice) rows(fr *frame, workers *Workers) []int32 {
	if c.kept < 0 {
		rows := slice[int32](fr, c.scratch[0])
		c.access.rows(fr, workers, c.indices, rows, true)
		return rows
	}
	rows := fr.states[c.kept].(*[]int32)
	if *rows == nil {
		chosen := make([]int32, c.access.count)
		c.access.rows(fr, workers, c.indices, chosen, true)
		*rows = chosen
	}
	return *rows
}

func lowerGather(l *lowering, n *node) error {
	a, _ := gatherAccess(n)
	reads, to := l.operands(n), l.result(n.result())
	chosen := l.choice(a, reads[1])
	workers := l.program.backend.workers
	size := to.shape.DType.Size()
	l.emit(step{name: "Gather", detail: fmt.Sprintf("%d rows of %d", a.count, a.width),
		reads: reads, writes: []operand{to}, scratch: chosen.scratch,
		run: func(fr *frame) error {
			rows := chosen.rows(fr, workers)
			if size%4 == 0 {
				// Numbers of other types are moved like those of this one.
				return simd.ChooseRows(workers.Parallel, words(fr, to), words(fr, reads[0]), rows, a.width*size/4)
			}
			chooseBytes(workers, to.bytes(fr), reads[0].bytes(fr), rows, a.width*size)
			return nil
		}})
	return nil
}

// words are the memory of an operand, four bytes each.
func words(fr *frame, o operand) []float32 {
	return elementsAt[float32](o.at(fr), byteSize(o.shape)/4)
}

// chooseBytes copies rows of some bytes.
func chooseBytes(workers *Workers, to, from []byte, rows []int32, width int) {
	tasks := max(1, min(64, len(to)/moveTask))
	workers.Parallel(tasks, func(task int) {
		for i := task * len(rows) / tasks; i < (task+1)*len(rows)/tasks; i++ {
			copy(to[i*width:(i+1)*width], from[int(rows[i])*width:])
		}
	})
}

// scatterFunctions combine rows of updates with those of a tensor, each row's in the
// order of the updates.
var scatterFunctions = map[compute.OpType]simd.Binary{
	compute.OpTypeScatterSum: simd.Add,
	compute.OpTypeScatterMax: simd.Max,
	compute.OpTypeScatterMin: simd.Min,
}

func lowerScatter(l *lowering, n *node) error {
	access, _ := scatterAccess(n)
	reads, to := l.operands(n), l.result(n.result())
	rows := to.size / access.width
	kept := l.sparsity(edges{target: access, width: access.width, heads: 1}, operand{}, reads[1], access.count, rows)
	workers, combine := l.program.backend.workers, scatterFunctions[n.op]
	l.emit(step{name: n.op.String(), detail: fmt.Sprintf("%d rows of %d into %d", access.count, access.width, rows),
		reads: reads, writes: []operand{to}, inPlace: []overlay{{}},
		run: func(fr *frame) error {
			out := to.float32s(fr)
			if reads[0].at(fr) != to.at(fr) {
				copy(out, reads[0].float32s(fr))
			}
			pattern, err := fr.states[kept].(*sparsity).current(fr, workers)
			if err != nil {
				return err
			}
			return pattern.Combine(workers.Parallel, combine, out, reads[2].float32s(fr), access.width)
		}})
	return nil
}
