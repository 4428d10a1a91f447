package cpu

import (
	"cmp"
	"slices"
	"sync"
)

// partials are partial results of ranges of rows, which arrive in any order.
type partials[T any] struct {
	width  int
	mu     sync.Mutex
	ranges []rowRange
	values []T
	spare  [][]T
}

// rowRange says to which rows a partial result belongs, and where it is.
type rowRange struct{ first, last, at int }

// take returns room for a partial result, with any content.
func (p *partials[T]) take() []T {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.spare) - 1
	if last < 0 {
		return make([]T, p.width)
	}
	values := p.spare[last]
	p.spare = p.spare[:last]
	return values
}

// add keeps the content of what take returned, which goes back.
func (p *partials[T]) add(first, last int, values []T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ranges = append(p.ranges, rowRange{first, last, len(p.values)})
	p.values = append(p.values, values...)
	p.spare = append(p.spare, values)
}

// order sorts the partial results by their rows.
func (p *partials[T]) order() {
	slices.SortFunc(p.ranges, func(a, b rowRange) int { return cmp.Compare(a.first, b.first) })
}

// of is a partial result.
func (p *partials[T]) of(r rowRange) []T { return p.values[r.at:][:p.width] }

// reset forgets all.
func (p *partials[T]) reset() { p.ranges, p.values = p.ranges[:0], p.values[:0] }
