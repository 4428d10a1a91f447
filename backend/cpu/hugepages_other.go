//go:build !linux

package cpu

// preferHugePages leaves the choice of pages to the system.
func preferHugePages([]byte) {}
