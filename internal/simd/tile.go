package simd

import "unsafe"

// tileRow1Go is the twin of the rows tiles of one row and 16 columns.
func tileRow1Go(t *tile) { t.repeat(1, func() { tileGo(t, 1, t.aRow, 4) }) }

// tileRow4Go is the twin of the rows tiles of four rows and 16 columns.
func tileRow4Go(t *tile) { t.repeat(1, func() { tileGo(t, 4, t.aRow, 4) }) }

// tilePanel4Go is the twin of the panel tiles, of four rows and 16 columns.
func tilePanel4Go(t *tile) { tileGo(t, t.rows, 4, t.aStep) }

// repeat computes the repetitions of a tile of some groups.
func (t *tile) repeat(groups int, one func()) {
	for {
		one()
		if t.count--; t.count <= 0 {
			return
		}
		t.b = unsafe.Add(t.b, t.bNext)
		for g := range groups {
			t.a[g], t.c[g] = unsafe.Add(t.a[g], t.aNext), unsafe.Add(t.c[g], t.cNext)
		}
	}
}

// tileGo computes a tile, see type tile, of up to four rows of one group.
func tileGo(t *tile, rows int, row, step uintptr) {
	var sums [4][16]float32
	if t.add != 0 {
		for r := range rows {
			copy(sums[r][:], t.written(r))
		}
	}
	for _, tap := range unsafe.Slice(t.taps, t.tapCount) {
		a, b := unsafe.Add(t.a[0], tap.a), unsafe.Add(t.b, tap.b)
		for k := range uintptr(t.length) {
			columns := (*[16]float32)(unsafe.Add(b, k*t.bStep))
			for r := range rows {
				x, s := *(*float32)(unsafe.Add(a, k*step+uintptr(r)*row)), &sums[r]
				for j, y := range columns {
					s[j] += x * y
				}
			}
		}
	}
	for r := range rows {
		copy(t.written(r), sums[r][:])
	}
}

// written is row r of c, as far as it is written.
func (t *tile) written(r int) []float32 {
	return unsafe.Slice((*float32)(unsafe.Add(t.c[0], uintptr(r)*t.cRow)), t.cols)
}
