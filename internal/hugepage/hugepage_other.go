//go:build !linux

package hugepage

// Prefer leaves the choice of pages to the system.
func Prefer([]byte) {}

// Collapse leaves the choice of pages to the system.
func Collapse([]byte) {}
