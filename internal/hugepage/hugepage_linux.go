package hugepage

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// size of a large page in bytes.
const size = 2 << 20

// Prefer asks for large pages for the parts of a block that are written to later. It does
// nothing for blocks that hold no whole large page.
func Prefer(block []byte) {
	if whole := within(block); len(whole) > 0 {
		_ = unix.Madvise(whole, unix.MADV_HUGEPAGE)
	}
}

// Collapse asks for large pages as Prefer does, and also moves to large pages at once
// what has been written already.
func Collapse(block []byte) {
	if whole := within(block); len(whole) > 0 {
		_ = unix.Madvise(whole, unix.MADV_HUGEPAGE)
		_ = unix.Madvise(whole, unix.MADV_COLLAPSE)
	}
}

// within is the part of a block that consists of whole large pages.
func within(block []byte) []byte {
	start := int(-uintptr(unsafe.Pointer(unsafe.SliceData(block))) & (size - 1))
	if start >= len(block) {
		return nil
	}
	return block[start : start+(len(block)-start)/size*size]
}
