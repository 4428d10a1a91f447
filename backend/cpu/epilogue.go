package cpu

import (
	"cmp"
	"iter"
	"slices"
	"sync"
)

// epilogue is work on the rows of a result that whoever computes the result does
// while they are in cache.
type epilogue interface {
	describe() string
	begin(fr *frame) epilogueRun
}

// epilogueRun is an epilogue at work. Any goroutine calls rows, once for each row
// and with ranges that depend on shapes alone; end comes when all are done.
type epilogueRun interface {
	rows(first, last int)
	end()
}

// partials are partial results of ranges of rows, which arrive in any order.
type partials[T any] struct {
	width  int
	mu     sync.Mutex
	ranges []rowRange
	values []T
}

// rowRange says of which rows a partial result is, and where it is.
type rowRange struct{ first, last, at int }

// add keeps a copy of a partial result.
func (p *partials[T]) add(first, last int, values []T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ranges = append(p.ranges, rowRange{first, last, len(p.values)})
	p.values = append(p.values, values...)
}

// ordered goes through the partial results in the order of rows.
func (p *partials[T]) ordered() iter.Seq2[rowRange, []T] {
	slices.SortFunc(p.ranges, func(a, b rowRange) int { return cmp.Compare(a.first, b.first) })
	return func(yield func(rowRange, []T) bool) {
		for _, part := range p.ranges {
			if !yield(part, p.values[part.at:part.at+p.width]) {
				return
			}
		}
	}
}
