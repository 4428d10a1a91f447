//go:build !noasm

package simd

import "golang.org/x/sys/cpu"

// native returns the variants in assembly that this processor can run.
func native() []variant {
	var vs []variant
	x := cpu.X86
	if x.HasAVX512F && x.HasAVX512BW && x.HasAVX512DQ && x.HasAVX512VL && x.HasBMI2 && x.HasFMA {
		vs = append(vs, avx512)
	}
	if x.HasAVX2 && x.HasFMA && x.HasBMI2 {
		vs = append(vs, avx2)
	}
	return vs
}

var avx512 = variant{
	name: "avx512",
	rows: [2][5]func(*tile){
		{tileRows1x16AVX512, tileRows4x16AVX512, tileRows8x16AVX512, tileRows12x16AVX512, tileRows16x16AVX512},
		{tileRows1x32AVX512, tileRows4x32AVX512, tileRows8x32AVX512, tileRows12x32AVX512},
	},
	panel: [17][2]func(*tile){
		12: {tilePanel12x16AVX512, tilePanel12x32AVX512},
		16: {tilePanel16x16AVX512},
	},
	wide:           12,
	narrow:         16,
	packColumns:    packColumnsAVX512,
	packTransposed: packTransposedAVX512,
}

var avx2 = variant{
	name:           "avx2",
	rows:           [2][5]func(*tile){{tileRows1x16AVX2, tileRows4x16AVX2}},
	panel:          [17][2]func(*tile){6: {tilePanel6x16AVX2}},
	wide:           6,
	narrow:         6,
	packColumns:    packColumnsGo,
	packTransposed: packTransposedGo,
}
