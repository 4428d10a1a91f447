package cpu

import (
	"runtime"

	"espalier/internal/simd"
)

const (
	// patience is how often a waiting goroutine looks before it sleeps, which takes about
	// half a millisecond. Waking a sleeping goroutine takes tens of microseconds, as long as
	// many steps of a program do, and in training the next job usually comes sooner.
	patience = 8192
	// looksAtOnce is how often it looks before it lets others run on its thread.
	looksAtOnce = 64
)

// look counts how often a goroutine that waits without sleeping has looked.
type look int

// again lets a moment pass and says whether to look again.
func (l *look) again() bool {
	simd.Pause()
	if *l++; *l%looksAtOnce == 0 {
		runtime.Gosched()
	}
	return *l < patience
}
