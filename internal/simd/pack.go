package simd

import "unsafe"

// packColumnsGo copies cols columns of rows ≥ 1 rows and writes zeros after them,
// width ≤ 16 elements a row:
//
//	dst[width·r + j] = src[srcStep·r + j] for j < cols, 0 for cols ≤ j < width
func packColumnsGo(dst, src *float32, srcStep, rows, cols, width int) {
	to, from := unsafe.Slice(dst, width*rows), unsafe.Slice(src, srcStep*(rows-1)+cols)
	for r := range rows {
		row := to[width*r:][:width]
		clear(row[copy(row, from[srcStep*r:][:cols]):])
	}
}

// packTransposedGo writes the transposition of rows ≤ 16 rows of cols ≥ 1 columns,
// width ≤ 16 elements a row, with zeros for the rows that do not exist:
//
//	dst[dstStep·c + r] = src[srcStep·r + c] for r < rows, 0 for rows ≤ r < width
func packTransposedGo(dst *float32, dstStep int, src *float32, srcStep, rows, cols, width int) {
	to, from := unsafe.Slice(dst, dstStep*(cols-1)+width), unsafe.Slice(src, srcStep*(rows-1)+cols)
	for c := range cols {
		row := to[dstStep*c:][:width]
		for r := range rows {
			row[r] = from[srcStep*r+c]
		}
		clear(row[rows:])
	}
}
