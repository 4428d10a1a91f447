package cpu

import (
	"runtime"
	"time"
)

// turnLength is how long a goroutine computes before it lets others run on its thread.
// Without that, Go's scheduler would preempt it after ten milliseconds, most often in a
// task, when it is locked to its thread. Another thread then takes over its processor, and
// the operating system was seen to run both threads on one core for milliseconds while the
// other core was idle.
const turnLength = 4 * time.Millisecond

// turn is a time in which a goroutine computes.
type turn struct{ start time.Time }

func newTurn() turn { return turn{start: time.Now()} }

func (t *turn) isOver() bool { return time.Since(t.start) > turnLength }

// end lets other goroutines run and begins a new turn. The caller must not be bound
// to its thread.
func (t *turn) end() {
	runtime.Gosched()
	t.start = time.Now()
}
