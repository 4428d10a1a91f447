package cpu

import (
	"runtime"

	"espalier/internal/simd"
)

const (
	// patience is how often a goroutine looks for what it waits for before it sleeps,
	// for about half a millisecond. Waking one that sleeps takes tens of microseconds,
	// as long as many a step of a program; the next job comes sooner than that in
	// training.
	patience = 8192
	// looksAtOnce is how often it looks before it lets others run on its thread.
	looksAtOnce = 64
)

// look is a wait without sleep: how often somebody has looked.
type look int

// again lets a moment pass and says whether to look again.
func (l *look) again() bool {
	simd.Pause()
	if *l++; *l%looksAtOnce == 0 {
		runtime.Gosched()
	}
	return *l < patience
}
