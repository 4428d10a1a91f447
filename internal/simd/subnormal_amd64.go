//go:build !noasm

package simd

// flushControl is a value of MXCSR with all exceptions masked, in which subnormal results
// (bit 15) and operands (bit 6) count as zero.
const flushControl = 0x1f80 | 1<<15 | 1<<6

// flushes reports whether the kernels in use are assembly, which obeys MXCSR.
func flushes() bool { return active.name != plain.name }
