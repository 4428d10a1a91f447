package simd

// Pause lets a moment pass, about a hundred cycles, and tells the processor that
// this is a loop which waits.
func Pause() { pause(1) }
