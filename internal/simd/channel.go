package simd

import "unsafe"

// channelRow1Go is the twin of the channel tiles of one row.
func channelRow1Go(t *tile) { t.repeat(1, func() { channelRowsGo(t, 1) }) }

// channelRow4Go is the twin of the channel tiles of four rows.
func channelRow4Go(t *tile) { t.repeat(1, func() { channelRowsGo(t, 4) }) }

// channelRowsGo computes a channelRows tile, see type tile, of up to four rows of one
// group.
func channelRowsGo(t *tile, rows int) {
	var sums [4][16]float32
	for _, tap := range unsafe.Slice(t.taps, t.tapCount) {
		w := unsafe.Slice((*float32)(unsafe.Add(t.b, tap.b)), t.cols)
		for r := range rows {
			x := unsafe.Slice((*float32)(unsafe.Add(t.a[0], tap.a+r*int(t.aRow))), t.cols)
			for j, y := range w {
				sums[r][j] += x[j] * y
			}
		}
	}
	for r := range rows {
		copy(t.written(r), sums[r][:])
	}
}

// channelProducts1x1Go sums the products of one kernel position.
func channelProducts1x1Go(t *tile) { t.repeat(1, func() { channelProductsGo(t, 1, 1) }) }

// channelProducts1x3Go sums the products of three positions of a kernel row.
func channelProducts1x3Go(t *tile) { t.repeat(1, func() { channelProductsGo(t, 1, 3) }) }

// channelProducts3x3Go sums the products of three positions of three kernel rows.
func channelProducts3x3Go(t *tile) { t.repeat(3, func() { channelProductsGo(t, 3, 3) }) }

// channelProductsGo computes a channelProducts tile, see type tile.
func channelProductsGo(t *tile, rows, columns int) {
	for i := range rows {
		for r := range columns {
			var sums [16]float32
			sum := unsafe.Slice((*float32)(unsafe.Add(t.c[i], r*int(t.cRow))), t.cols)
			if t.add != 0 {
				copy(sums[:], sum)
			}
			for _, tap := range unsafe.Slice(t.taps, t.tapCount) {
				for k := range t.length {
					x := unsafe.Slice((*float32)(unsafe.Add(t.a[i], tap.a+r*int(t.aRow)+k*int(t.aStep))), t.cols)
					for j, y := range unsafe.Slice((*float32)(unsafe.Add(t.b, tap.b+k*int(t.bStep))), t.cols) {
						sums[j] += x[j] * y
					}
				}
			}
			copy(sum, sums[:])
		}
	}
}
