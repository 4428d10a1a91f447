package simd

import "runtime"

// Arithmetic holds how a goroutine treated subnormal numbers before FlushSubnormals.
type Arithmetic struct{ control uint32 }

// FlushSubnormals makes the calling goroutine treat subnormal numbers, those nearer to
// zero than 2⁻¹²⁶, as zero until it calls Restore, and locks it to its thread until then.
// Otherwise an instruction that meets a subnormal number takes over a hundred cycles, and
// the gradients of a network that fits its training images well are full of them: a matrix
// product was measured a hundred times slower.
//
// It does nothing where the plain-Go twins run.
func FlushSubnormals() Arithmetic {
	if !flushes() {
		return Arithmetic{}
	}
	runtime.LockOSThread()
	return Arithmetic{exchangeControl(flushControl)}
}

// Restore undoes FlushSubnormals. The same goroutine has to call it, once.
func (a Arithmetic) Restore() {
	if a.control != 0 {
		exchangeControl(a.control)
		runtime.UnlockOSThread()
	}
}
