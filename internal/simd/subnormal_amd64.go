//go:build !noasm

package simd

// flushControl is MXCSR with all exceptions masked, and subnormal results (bit 15)
// and operands (bit 6) taken for zero.
const flushControl = 0x1f80 | 1<<15 | 1<<6

// flushes says that kernels in use obey MXCSR.
func flushes() bool { return active.name != plain.name }
