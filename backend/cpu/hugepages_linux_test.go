package cpu

import "testing"

// TestPreferHugePages asks for huge pages behind blocks of all alignments and sizes
// about a page: their contents stay, and what has no whole page inside is left alone.
func TestPreferHugePages(t *testing.T) {
	all := make([]byte, 3*hugePage)
	for i := range all {
		all[i] = byte(i * i >> 7)
	}
	for _, from := range []int{0, 1, 64, 4096, hugePage - 1, hugePage, 2*hugePage + 3} {
		for _, size := range []int{0, 1, 4096, hugePage - 1, hugePage, hugePage + 1, 3 * hugePage} {
			preferHugePages(all[from:min(len(all), from+size)])
		}
	}
	for i, b := range all {
		if b != byte(i*i>>7) {
			t.Fatalf("byte %d changed", i)
		}
	}
}
