package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// integers writes the conversions of integers to the nearest float32 numbers.
func integers(a *assembler) {
	a.bothWidths("fromInt32", "func(dst *float32, src *int32, n int)", "fromInt32Go", func(l *lanes) {
		l.fromIntegers(func(v reg.VecVirtual) { l.VCVTDQ2PS(v, v) })
	})
	a.bothWidths("fromUint32", "func(dst *float32, src *uint32, n int)", "fromUint32Go", func(l *lanes) {
		if l.wide {
			l.fromIntegers(func(v reg.VecVirtual) { l.VCVTUDQ2PS(v, v) })
			return
		}
		// Both halves of a number are exact, so their sum rounds once.
		l.fromIntegers(func(v reg.VecVirtual) {
			high := l.vector()
			l.VPSRLD(operand.U8(16), v, high)
			l.VCVTDQ2PS(high, high)
			l.VPAND(l.bits(0xffff), v, v)
			l.VCVTDQ2PS(v, v)
			l.VFMADD231PS(l.constant(1<<16), high, v)
		})
	})
}

// fromIntegers converts n elements.
func (l *lanes) fromIntegers(convert func(v reg.VecVirtual)) {
	dst, src, n := l.integer("dst"), l.integer("src"), l.integer("n")
	l.each("", n, 2, []reg.GPVirtual{dst, src}, func(at int, masked bool) {
		v := l.from(src, at, masked)
		convert(v)
		l.write(v, operand.Mem{Base: dst, Disp: at}, masked)
	})
}
