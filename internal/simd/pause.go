package simd

// Pause waits for about a hundred cycles with the instruction PAUSE, for use in loops that
// wait: the processor then spends less power, and leaves more of the core to its other
// thread. It does nothing where there is no assembly.
func Pause() { pause(1) }
