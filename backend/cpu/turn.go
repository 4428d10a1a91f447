package cpu

import (
	"runtime"
	"time"
)

// turnLength is after how long a goroutine lets others run on its thread. If it did
// not, Go's scheduler would stop it after ten milliseconds, most often in a task,
// when it is bound to its thread: another thread then takes its place on the
// processor, and the operating system was seen to run both on one core for
// milliseconds while the other core had nothing to do.
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
