package hugepage

import "testing"

// Blocks of all alignments and sizes about a page: their contents stay, and what has no
// whole page inside is left alone.
func TestContentsStay(t *testing.T) {
	all := make([]byte, 3*size)
	for i := range all {
		all[i] = byte(i * i >> 7)
	}
	for _, from := range []int{0, 1, 64, 4096, size - 1, size, 2*size + 3} {
		for _, length := range []int{0, 1, 4096, size - 1, size, size + 1, 3 * size} {
			block := all[from:min(len(all), from+length)]
			Prefer(block)
			Collapse(block)
		}
	}
	for i, b := range all {
		if b != byte(i*i>>7) {
			t.Fatalf("byte %d changed", i)
		}
	}
}
