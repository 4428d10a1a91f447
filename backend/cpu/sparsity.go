package cpu

import (
	"bytes"
	"slices"

	"espalier/internal/simd"
)

// edges lead from rows of one matrix, which a gather chooses, to rows of another, which a
// scatter or a second gather chooses.
type edges struct {
	source, target rowAccess
	// gathered says that there is a source; otherwise edge e leads from row e.
	gathered bool
	// width is the number of columns, divided into heads equal parts, for each of which an
	// edge has a number of its own.
	width, heads int
}

// sparsity is the pattern of edges by their targets. It is kept from one run to the next:
// graphs seldom change, and comparing the edges' ends takes less time than sorting them.
type sparsity struct {
	edges
	// sourceAt and targetAt are the ends; sourceAt is used if edges are gathered.
	sourceAt, targetAt operand
	// columns and rows of the pattern.
	columns, rows int
	// constant says that the ends are constants of the program.
	constant bool
	pattern  *simd.Sparse
	// source and target are copies of the ends that the pattern was made of.
	source, target []byte
	// The memory of the pattern.
	from, to, starts, order, chosen []int32
}

// sparsity adds the pattern of some edges, which each frame has one of.
func (l *lowering) sparsity(e edges, source, target operand, columns, rows int) int {
	constant := l.constant(target) && (!e.gathered || l.constant(source))
	return l.state(func() (any, error) {
		return &sparsity{edges: e, sourceAt: source, targetAt: target, columns: columns, rows: rows, constant: constant}, nil
	})
}

// current returns the pattern of the edges as they are.
func (s *sparsity) current(fr *frame, workers *Workers) (*simd.Sparse, error) {
	if s.pattern == nil || !s.constant && !s.unchanged(fr) {
		if err := s.update(fr, workers); err != nil {
			return nil, err
		}
	}
	return s.pattern, nil
}

func (s *sparsity) unchanged(fr *frame) bool {
	return bytes.Equal(s.target, s.targetAt.bytes(fr)) && (!s.gathered || bytes.Equal(s.source, s.sourceAt.bytes(fr)))
}

// update makes the pattern of the edges as they are now. As in a scatter, an edge whose
// target is outside of the result counts for nothing; as in a gather, sources are clamped.
func (s *sparsity) update(fr *frame, workers *Workers) error {
	s.pattern = nil
	count := s.edges.target.count
	s.to, s.order, s.starts = resized(s.to, count), resized(s.order, count), resized(s.starts, s.rows+1)
	s.edges.target.rows(fr, workers, s.targetAt, s.to, false)
	s.order = s.order[:sortRows(s.to, s.order, s.starts)]
	// Row i ends where the next begins, so shifted by one the ends are the starts.
	copy(s.starts[1:], s.starts[:s.rows])
	s.starts[0] = 0
	chosen := s.order
	if s.gathered {
		s.from, s.chosen = resized(s.from, count), resized(s.chosen, len(s.order))
		s.edges.source.rows(fr, workers, s.sourceAt, s.from, true)
		for i, edge := range s.order {
			s.chosen[i] = s.from[edge]
		}
		chosen = s.chosen
	}
	pattern, err := simd.NewSparse(s.starts, chosen, s.columns)
	if err != nil {
		return err
	}
	if len(s.order) < count || !slices.IsSorted(s.order) {
		if pattern, err = pattern.WithOrder(s.order, count); err != nil {
			return err
		}
	}
	s.pattern = pattern
	if s.constant {
		// What the pattern keeps is its own; the rest is not needed again.
		s.from, s.to, s.starts, s.order, s.chosen = nil, nil, nil, nil, nil
	} else {
		s.target = append(s.target[:0], s.targetAt.bytes(fr)...)
		if s.gathered {
			s.source = append(s.source[:0], s.sourceAt.bytes(fr)...)
		}
	}
	return nil
}

// resized is a slice of n numbers, in the same memory if they fit.
func resized(s []int32, n int) []int32 { return slices.Grow(s[:0], n)[:n] }

// sortRows sorts the numbers of updates by row, then by number, and writes where each row
// ends. rows has the row of each update, negative for none. It returns how many updates
// have a row.
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
