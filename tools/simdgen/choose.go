package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// choices writes the kernels of conditions.
func choices(a *assembler) {
	a.bothWidths("choose", "func(dst, condition, x, y *float32, n int)", "chooseGo", func(l *lanes) {
		dst, condition, x, y, n := l.integer("dst"), l.integer("condition"), l.integer("x"), l.integer("y"), l.integer("n")
		l.keep(0)
		l.each("", n, 2, []reg.GPVirtual{dst, condition, x, y}, func(at int, masked bool) {
			holds := l.compare(notEqual, l.from(condition, at, masked), l.constant(0))
			l.write(l.choose(holds, l.from(x, at, masked), l.from(y, at, masked)), operand.Mem{Base: dst, Disp: at}, masked)
		})
	})
	a.bothWidths("fromBytes", "func(dst *float32, src *byte, vectors int)", "fromBytesGo", func(l *lanes) {
		dst, src, n := l.integer("dst"), l.integer("src"), l.integer("vectors")
		lanes := l.bytes() / 4
		l.Label("vector")
		l.CMPQ(n, operand.U8(0))
		l.JEQ(operand.LabelRef("done"))
		for part := range 16 / lanes {
			v := l.vector()
			l.VPMOVZXBD(operand.Mem{Base: src, Disp: part * lanes}, v)
			l.VCVTDQ2PS(v, v)
			l.VMOVUPS(v, operand.Mem{Base: dst, Disp: part * l.bytes()})
		}
		l.ADDQ(operand.U8(64), dst)
		l.ADDQ(operand.U8(16), src)
		l.DECQ(n)
		l.JMP(operand.LabelRef("vector"))
		l.Label("done")
	})
}
