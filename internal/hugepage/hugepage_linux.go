package hugepage

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// size of a large page.
const size = 2 << 20

// Prefer asks for large pages behind a block, where they are not the default, once it
// is written to.
func Prefer(block []byte) {
	if whole := within(block); len(whole) > 0 {
		_ = unix.Madvise(whole, unix.MADV_HUGEPAGE)
	}
}

// Collapse asks for large pages as Prefer does, and for those at once that memory in
// use lies on already.
func Collapse(block []byte) {
	if whole := within(block); len(whole) > 0 {
		_ = unix.Madvise(whole, unix.MADV_HUGEPAGE)
		_ = unix.Madvise(whole, unix.MADV_COLLAPSE)
	}
}

// within is the part of a block that is whole pages.
func within(block []byte) []byte {
	start := int(-uintptr(unsafe.Pointer(unsafe.SliceData(block))) & (size - 1))
	if start >= len(block) {
		return nil
	}
	return block[start : start+(len(block)-start)/size*size]
}
