package simd

import "runtime"

// Arithmetic is how a goroutine computed before FlushSubnormals.
type Arithmetic struct{ control uint32 }

// FlushSubnormals makes the calling goroutine take subnormal numbers, those nearer
// to zero than 2⁻¹²⁶, for zero until it calls Restore, and keeps it on its thread
// for so long. An instruction that meets a subnormal takes over a hundred cycles
// otherwise, and the gradients of a network that fits its training images well are
// full of them: a matrix product was measured a hundred times slower.
//
// It does nothing where the plain-Go twins run.
func FlushSubnormals() Arithmetic {
	if !flushes() {
		return Arithmetic{}
	}
	runtime.LockOSThread()
	return Arithmetic{exchangeControl(flushControl)}
}

// Restore undoes FlushSubnormals.
func (a Arithmetic) Restore() {
	if a.control != 0 {
		exchangeControl(a.control)
		runtime.UnlockOSThread()
	}
}
