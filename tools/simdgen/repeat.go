package main

import (
	"github.com/mmcloughlin/avo/operand"
)

// repeats writes the kernel that repeats each number of a vector.
func repeats(a *assembler) {
	a.bothWidths("repeat", "func(dst, x *float32, n, vectors, last int)", "repeatGo", func(l *lanes) {
		dst, x, n, vectors := l.integer("dst"), l.integer("x"), l.integer("n"), l.integer("vectors")
		last, left := l.integer("last"), l.GP64()
		l.setMask(last)
		v := l.vector()
		l.Label("number")
		l.VBROADCASTSS(operand.Mem{Base: x}, v)
		l.MOVQ(vectors, left)
		l.TESTQ(left, left)
		l.JZ(operand.LabelRef("last"))
		l.Label("vector")
		l.VMOVUPS(v, operand.Mem{Base: dst})
		l.ADDQ(operand.U8(l.bytes()), dst)
		l.DECQ(left)
		l.JNE(operand.LabelRef("vector"))
		l.Label("last")
		l.write(v, operand.Mem{Base: dst}, true)
		l.LEAQ(operand.Mem{Base: dst, Index: last, Scale: 4}, dst)
		l.ADDQ(operand.U8(4), x)
		l.DECQ(n)
		l.JNE(operand.LabelRef("number"))
	})
}
