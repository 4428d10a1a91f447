package cpu

import (
	"math/bits"
	"sync"
	"unsafe"

	"espalier/internal/hugepage"
)

// alignment of every block and of every value in an arena: a cache line, and a
// whole vector register of the widest kind.
const alignment = 64

// memory is one block of bytes that starts on a cache line.
type memory struct {
	base  unsafe.Pointer
	bytes []byte
	class int
}

// memories keeps unused blocks for later use, by size class.
type memories struct {
	classes [4 * bits.UintSize]sync.Pool
}

// take returns a block of at least size bytes, with any content.
func (m *memories) take(size int) *memory {
	class, rounded := sizeClass(size)
	if block, ok := m.classes[class].Get().(*memory); ok {
		return block
	}
	block := newMemory(rounded)
	block.class = class
	return block
}

// give returns a block that nothing points at any more.
func (m *memories) give(block *memory) {
	if block != nil && block.class >= 0 {
		m.classes[block.class].Put(block)
	}
}

// newMemory allocates a block outside of any class.
func newMemory(size int) *memory {
	raw := make([]byte, size+alignment)
	hugepage.Prefer(raw)
	start := unsafe.Pointer(unsafe.SliceData(raw))
	skip := int(-uintptr(start) & (alignment - 1))
	return &memory{base: unsafe.Add(start, skip), bytes: raw[skip : skip+size], class: -1}
}

// sizeClass rounds a size up to one of four steps between powers of two, which
// wastes at most a fifth.
func sizeClass(size int) (class, rounded int) {
	size = max(size, alignment)
	exponent := bits.Len(uint(size-1)) - 1
	step := 1 << max(exponent-2, 0)
	rounded = (size + step - 1) / step * step
	return 4*exponent + (rounded-1)/step%4, rounded
}

// align rounds an offset up to the next cache line.
func align(offset int) int {
	return (offset + alignment - 1) &^ (alignment - 1)
}
