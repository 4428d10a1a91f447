//go:build !amd64 || noasm

package simd

const flushControl = 0

func flushes() bool { return false }

func exchangeControl(uint32) uint32 { return 0 }

func pause(int) {}
