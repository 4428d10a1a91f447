package simd

import (
	"sync"
	"unsafe"
)

// scratch is a pooled buffer that starts on a cache line. It holds what its last user
// left there.
type scratch struct {
	all  []float32
	data []float32
}

var scratches = sync.Pool{New: func() any { return new(scratch) }}

const lineFloats = 16 // float32 in a cache line, and in an AVX-512 vector

// newScratch returns a buffer of n elements; free gives it back.
func newScratch(n int) *scratch {
	s := scratches.Get().(*scratch)
	if len(s.all) < n+lineFloats {
		s.all = make([]float32, n+n/8+lineFloats)
	}
	start := 0
	if past := uintptr(unsafe.Pointer(unsafe.SliceData(s.all))) / 4 % lineFloats; past != 0 {
		start = lineFloats - int(past)
	}
	s.data = s.all[start : start+n]
	return s
}

// grow returns a buffer of at least n elements with any contents: s, or another in
// its place.
func (s *scratch) grow(n int) *scratch {
	if s != nil && len(s.data) >= n {
		return s
	}
	s.free()
	return newScratch(n)
}

func (s *scratch) free() {
	if s != nil {
		scratches.Put(s)
	}
}

// tilePool keeps the argument structures of register tiles, which the call
// through a function pointer would otherwise allocate.
var tilePool = sync.Pool{New: func() any { return new(tile) }}

func at(s []float32, i int) unsafe.Pointer { return unsafe.Pointer(&s[i]) }
