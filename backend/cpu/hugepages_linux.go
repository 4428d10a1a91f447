package cpu

import (
	"syscall"
	"unsafe"
)

const (
	hugePage = 2 << 20
	// adviceHugePage is MADV_HUGEPAGE, which package syscall does not name.
	adviceHugePage = 14
)

// preferHugePages asks for huge pages behind a block where they are not the default:
// tensors of megabytes then take few entries of the translation buffers, and new
// memory few faults. Without them the block is as good, only slower.
func preferHugePages(block []byte) {
	start := int(-uintptr(unsafe.Pointer(unsafe.SliceData(block))) & (hugePage - 1))
	if size := (len(block) - start) / hugePage * hugePage; size > 0 {
		_ = syscall.Madvise(block[start:start+size], adviceHugePage)
	}
}
