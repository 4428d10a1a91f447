package cpu

import (
	"fmt"
	"slices"
	"sort"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
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

func lowerGather(l *lowering, n *node) error {
	a, _ := gatherAccess(n)
	reads, to := l.operands(n), l.result(n.result())
	rows := l.int32s(a.count)
	workers := l.program.backend.workers
	width := a.width * to.shape.DType.Size()
	tasks := max(1, min(64, to.size/moveTask))
	l.emit(step{name: "Gather", detail: fmt.Sprintf("%d rows of %d", a.count, a.width),
		reads: reads, writes: []operand{to}, scratch: []operand{rows},
		run: func(fr *frame) error {
			chosen := slice[int32](fr, rows)
			a.rows(fr, workers, reads[1], chosen, true)
			from, out := reads[0].bytes(fr), to.bytes(fr)
			workers.Parallel(tasks, func(task int) {
				for i := task * a.count / tasks; i < (task+1)*a.count/tasks; i++ {
					copy(out[i*width:(i+1)*width], from[int(chosen[i])*width:])
				}
			})
			return nil
		}})
	return nil
}

// scatter combines rows of updates with those of a tensor, each row's in the order
// of the updates.
type scatter struct {
	rowAccess
	fold
	tensorRows int
	reads      []operand
	to         operand
	// rows are chosen by the updates; order are the updates by row, and ends where
	// each row's end in it.
	rows, order, ends operand
	tasks             int
}

func lowerScatter(l *lowering, n *node) error {
	access, _ := scatterAccess(n)
	s := &scatter{rowAccess: access, reads: l.operands(n), to: l.result(n.result()),
		fold: folds[map[compute.OpType]compute.OpType{
			compute.OpTypeScatterSum: compute.OpTypeReduceSum,
			compute.OpTypeScatterMax: compute.OpTypeReduceMax,
			compute.OpTypeScatterMin: compute.OpTypeReduceMin,
		}[n.op]]}
	s.tensorRows = s.to.size / max(1, s.width)
	s.rows = l.int32s(s.count)
	st := step{name: n.op.String(), detail: fmt.Sprintf("%d rows of %d into %d", s.count, s.width, s.tensorRows),
		reads: s.reads, writes: []operand{s.to}, inPlace: []overlay{{}}, scratch: []operand{s.rows}}
	s.tasks = max(1, min(64, s.count*s.width/moveTask))
	if s.tasks > 1 {
		s.order, s.ends = l.int32s(s.count), l.int32s(s.tensorRows+1)
		st.scratch = append(st.scratch, s.order, s.ends)
	}
	workers := l.program.backend.workers
	st.run = func(fr *frame) error {
		s.run(fr, workers)
		return nil
	}
	l.emit(st)
	return nil
}

func (s *scatter) run(fr *frame, workers *Workers) {
	out, updates := s.to.float32s(fr), s.reads[2].float32s(fr)
	if s.reads[0].at(fr) != s.to.at(fr) {
		copy(out, s.reads[0].float32s(fr))
	}
	rows := slice[int32](fr, s.rows)
	s.rowAccess.rows(fr, workers, s.reads[1], rows, false)
	if s.tasks == 1 {
		for i, row := range rows {
			if row >= 0 {
				s.combine(out, updates, int(row), i)
			}
		}
		return
	}
	order, ends := slice[int32](fr, s.order), slice[int32](fr, s.ends)
	valid := sortRows(rows, order, ends)
	workers.Parallel(s.tasks, func(task int) {
		// A task has all updates of its rows, about as many as the others.
		first := sort.Search(s.tensorRows, func(row int) bool { return int(ends[row]) > task*valid/s.tasks })
		last := sort.Search(s.tensorRows, func(row int) bool { return int(ends[row]) > (task+1)*valid/s.tasks })
		if task == s.tasks-1 {
			last = s.tensorRows
		}
		at := 0
		if first > 0 {
			at = int(ends[first-1])
		}
		for row := first; row < last; row++ {
			for ; at < int(ends[row]); at++ {
				s.combine(out, updates, row, int(order[at]))
			}
		}
	})
}

func (s *scatter) combine(out, updates []float32, row, update int) {
	to := out[row*s.width : (row+1)*s.width]
	s.fold.rows(to, to, updates[update*s.width:(update+1)*s.width])
}

// sortRows orders updates by row, those of a row by number, and writes where each
// row's end. It returns how many have a row.
func sortRows(rows, order, ends []int32) int {
	clear(ends)
	for _, row := range rows {
		if row >= 0 {
			ends[row+1]++
		}
	}
	for row := 1; row < len(ends); row++ {
		ends[row] += ends[row-1]
	}
	// ends[row] is where row begins; filling it moves it to where row ends.
	for i, row := range rows {
		if row >= 0 {
			order[ends[row]] = int32(i)
			ends[row]++
		}
	}
	return int(ends[len(ends)-1])
}
