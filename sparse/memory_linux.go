package sparse

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// allocate returns n zeros. On large pages, if the system has some: a layer's channels
// are far apart, and with pages of 4 KiB looking up their addresses cost up to half
// of the time.
func allocate(n int) []float32 {
	x := make([]float32, n)
	page := os.Getpagesize()
	all := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), 4*n)
	past := int(uintptr(unsafe.Pointer(unsafe.SliceData(x))) % uintptr(page))
	from, to := (page-past)%page, (past+4*n)/page*page-past
	if from < to {
		// What is not granted changes nothing but the time.
		_ = unix.Madvise(all[from:to], unix.MADV_HUGEPAGE)
		_ = unix.Madvise(all[from:to], unix.MADV_COLLAPSE)
	}
	return x
}
