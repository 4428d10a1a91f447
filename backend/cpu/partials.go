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
}

// rowRange says of which rows a partial result is, and where it is.
type rowRange struct{ first, last, at int }

// add keeps a copy of a partial result.
func (p *partials[T]) add(first, last int, values ...[]T) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ranges = append(p.ranges, rowRange{first, last, len(p.values)})
	for _, list := range values {
		p.values = append(p.values, list...)
	}
}

// order sorts the partial results by their rows.
func (p *partials[T]) order() {
	slices.SortFunc(p.ranges, func(a, b rowRange) int { return cmp.Compare(a.first, b.first) })
}

// of is a partial result.
func (p *partials[T]) of(r rowRange) []T { return p.values[r.at:][:p.width] }

// reset forgets all.
func (p *partials[T]) reset() { p.ranges, p.values = p.ranges[:0], p.values[:0] }
