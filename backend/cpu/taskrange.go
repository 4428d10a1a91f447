package cpu

import "sync/atomic"

// taskRange are tasks that nobody has taken yet. It fills a cache line, so that
// goroutines which take tasks from different ranges do not disturb each other.
type taskRange struct {
	left atomic.Uint64 // the first task and, in the low half, the one after the last
	_    [56]byte
}

func (r *taskRange) set(from, to int) { r.left.Store(uint64(from)<<32 | uint64(to)) }

// takeFirst takes the first task, if there is one.
func (r *taskRange) takeFirst() (task int, ok bool) { return r.take(1<<32, 0) }

// takeLast takes the last task, if there is one.
func (r *taskRange) takeLast() (task int, ok bool) { return r.take(^uint64(0), 1) }

// take adds change to what is left, and returns the first task that was left or,
// with fromEnd, the last.
func (r *taskRange) take(change, fromEnd uint64) (task int, ok bool) {
	for {
		left := r.left.Load()
		first, end := left>>32, left&(1<<32-1)
		if first >= end {
			return 0, false
		}
		if !r.left.CompareAndSwap(left, left+change) {
			continue
		}
		if fromEnd != 0 {
			return int(end - 1), true
		}
		return int(first), true
	}
}
