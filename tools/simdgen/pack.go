package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packs writes the kernels that lay out matrices for the register tiles.
func packs(a *assembler) {
	a.packColumns()
	a.packTransposed()
}

// packColumns copies up to 16 columns of each row, zeros after them.
func (a *assembler) packColumns() {
	a.begin("packColumnsAVX512", "func(dst, src *float32, srcStep, rows, cols, width int)",
		"packColumnsAVX512 is packColumnsGo.")
	dst, src := a.Load(a.Param("dst"), a.GP64()), a.Load(a.Param("src"), a.GP64())
	step, rows := a.Load(a.Param("srcStep"), a.GP64()), a.Load(a.Param("rows"), a.GP64())
	mask := a.lanes(a.Load(a.Param("cols"), a.GP64()))
	width := a.Load(a.Param("width"), a.GP64())
	written := a.lanes(width)
	a.SHLQ(operand.U8(2), step)
	a.SHLQ(operand.U8(2), width)
	v := a.ZMM()
	a.Label("row")
	a.VMOVUPS_Z(operand.Mem{Base: src}, mask, v)
	a.VMOVUPS(v, written, operand.Mem{Base: dst})
	a.ADDQ(step, src)
	a.ADDQ(width, dst)
	a.DECQ(rows)
	a.JNE(operand.LabelRef("row"))
	a.VZEROUPPER()
	a.RET()
}

// lanes makes the mask of the first n of 16 lanes, all of them if n is more. (BZHI
// looks at the low byte of its index alone.)
func (a *assembler) lanes(n reg.Register) reg.Register {
	count, ones, k := a.GP64(), a.GP32(), a.K()
	a.MOVQ(operand.U32(16), count)
	a.CMPQ(n, count)
	a.CMOVQLT(n, count)
	a.MOVL(operand.U32(0xffff), ones)
	a.BZHIL(count.As32(), ones, ones)
	a.KMOVW(ones, k)
	return k
}

// packTransposed transposes blocks of 16 × 16 through registers.
func (a *assembler) packTransposed() {
	a.begin("packTransposedAVX512", "func(dst *float32, dstStep int, src *float32, srcStep, rows, cols, width int)",
		"packTransposedAVX512 is packTransposedGo.")
	dst, dstStep := a.Load(a.Param("dst"), a.GP64()), a.Load(a.Param("dstStep"), a.GP64())
	src, srcStep := a.Load(a.Param("src"), a.GP64()), a.Load(a.Param("srcStep"), a.GP64())
	rows, cols := a.Load(a.Param("rows"), a.GP64()), a.Load(a.Param("cols"), a.GP64())
	width := a.lanes(a.Load(a.Param("width"), a.GP64()))
	a.SHLQ(operand.U8(2), dstStep)
	a.SHLQ(operand.U8(2), srcStep)
	a.Label("block")
	mask := a.lanes(cols)
	z := []reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9,
		reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15, reg.Z16, reg.Z17, reg.Z18, reg.Z19,
	}
	for _, v := range z[:16] {
		a.VPXORD(v, v, v)
	}
	at := a.GP64()
	a.MOVQ(src, at)
	for r, v := range z[:16] {
		a.VMOVUPS_Z(operand.Mem{Base: at}, mask, v)
		a.CMPQ(rows, operand.U8(r+1))
		a.JEQ(operand.LabelRef("loaded"))
		if r < 15 {
			a.ADDQ(srcStep, at)
		}
	}
	a.Label("loaded")
	a.transpose(z)
	for c, v := range z[:16] {
		a.VMOVUPS(v, width, operand.Mem{Base: dst})
		a.ADDQ(dstStep, dst)
		a.CMPQ(cols, operand.U8(c+1))
		a.JEQ(operand.LabelRef("done"))
	}
	a.ADDQ(operand.U8(64), src)
	a.SUBQ(operand.U8(16), cols)
	a.JMP(operand.LabelRef("block"))
	a.Label("done")
	a.VZEROUPPER()
	a.RET()
}

// transpose turns the 16 rows into the 16 columns, in place: first within groups
// of four rows and 128-bit lanes, then the lanes among the groups.
func (a *assembler) transpose(z []reg.VecPhysical) {
	rows, low01, high01, low23, high23 := z[:16], z[16], z[17], z[18], z[19]
	for g := 0; g < 16; g += 4 {
		r := rows[g : g+4]
		a.VUNPCKLPS(r[1], r[0], low01)
		a.VUNPCKHPS(r[1], r[0], high01)
		a.VUNPCKLPS(r[3], r[2], low23)
		a.VUNPCKHPS(r[3], r[2], high23)
		a.VUNPCKLPD(low23, low01, r[0])
		a.VUNPCKHPD(low23, low01, r[1])
		a.VUNPCKLPD(high23, high01, r[2])
		a.VUNPCKHPD(high23, high01, r[3])
	}
	even, odd := operand.U8(0x88), operand.U8(0xdd)
	even01, odd01, even23, odd23 := z[16], z[17], z[18], z[19]
	for j := range 4 {
		a.VSHUFF32X4(even, rows[4+j], rows[j], even01)
		a.VSHUFF32X4(odd, rows[4+j], rows[j], odd01)
		a.VSHUFF32X4(even, rows[12+j], rows[8+j], even23)
		a.VSHUFF32X4(odd, rows[12+j], rows[8+j], odd23)
		a.VSHUFF32X4(even, even23, even01, rows[j])
		a.VSHUFF32X4(even, odd23, odd01, rows[4+j])
		a.VSHUFF32X4(odd, even23, even01, rows[8+j])
		a.VSHUFF32X4(odd, odd23, odd01, rows[12+j])
	}
}
