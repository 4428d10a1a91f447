package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// edges writes the kernels that read rows chosen by indices.
func edges(a *assembler) {
	a.bothWidths("edgeProduct", "func(p *edgeProducts)", "edgeProductGo", (*lanes).edgeProducts)
	a.bothWidths("chooseRows", "func(c *rowChoice)", "chooseRowsGo", (*lanes).chooseRows)
}

// chosen sets address to that of the row that the next index chooses.
func (l *lanes) chosen(base, step, index, address reg.GPVirtual) {
	l.MOVLQSX(operand.Mem{Base: index}, address)
	l.ADDQ(operand.U8(4), index)
	l.IMULQ(step, address)
	l.ADDQ(base, address)
}

func (l *lanes) edgeProducts() {
	p := l.integer("p")
	field := func(name string) reg.GPVirtual {
		return l.Load(l.Param("p").Dereference(p).Field(name), l.GP64()).(reg.GPVirtual)
	}
	l.setMask(field("last"))
	dst, a, b, step, count := field("dst"), field("a"), field("b"), field("step"), field("count")
	source, target, part := field("source"), field("target"), field("part")
	from, to, head, left, offset := l.GP64(), l.GP64(), l.GP64(), l.GP64(), l.GP64()
	sum := l.vector()
	l.Label("edge")
	l.chosen(a, step, source, from)
	l.chosen(b, step, target, to)
	l.Load(l.Param("p").Dereference(p).Field("heads"), head)
	l.Label("head")
	l.zero(sum)
	l.XORQ(offset, offset)
	l.Load(l.Param("p").Dereference(p).Field("vectors"), left)
	l.TESTQ(left, left)
	l.JZ(operand.LabelRef("last"))
	l.Label("vector")
	l.VFMADD231PS(l.at(from, offset, false), l.at(to, offset, false), sum)
	l.ADDQ(operand.U8(l.bytes()), offset)
	l.DECQ(left)
	l.JNE(operand.LabelRef("vector"))
	l.Label("last")
	l.VFMADD231PS(l.at(from, offset, true), l.at(to, offset, true), sum)
	l.VMOVSS(l.horizontal(sum, (*lanes).plus), operand.Mem{Base: dst})
	l.ADDQ(operand.U8(4), dst)
	l.ADDQ(part, from)
	l.ADDQ(part, to)
	l.DECQ(head)
	l.JNE(operand.LabelRef("head"))
	l.DECQ(count)
	l.JNE(operand.LabelRef("edge"))
}

// at loads a vector at an address and an offset in registers.
func (l *lanes) at(base, offset reg.GPVirtual, masked bool) reg.VecVirtual {
	return l.read(operand.Mem{Base: base, Index: offset, Scale: 1}, masked)
}

func (l *lanes) chooseRows() {
	c := l.integer("c")
	field := func(name string) reg.GPVirtual {
		return l.Load(l.Param("c").Dereference(c).Field(name), l.GP64()).(reg.GPVirtual)
	}
	l.setMask(field("last"))
	dst, x, rows, step, count, vectors := field("dst"), field("x"), field("rows"), field("step"), field("count"), field("vectors")
	from, left, offset := l.GP64(), l.GP64(), l.GP64()
	l.Label("row")
	l.chosen(x, step, rows, from)
	l.XORQ(offset, offset)
	l.MOVQ(vectors, left)
	l.TESTQ(left, left)
	l.JZ(operand.LabelRef("last"))
	l.Label("vector")
	l.VMOVUPS(l.at(from, offset, false), operand.Mem{Base: dst, Index: offset, Scale: 1})
	l.ADDQ(operand.U8(l.bytes()), offset)
	l.DECQ(left)
	l.JNE(operand.LabelRef("vector"))
	l.Label("last")
	l.write(l.at(from, offset, true), operand.Mem{Base: dst, Index: offset, Scale: 1}, true)
	l.ADDQ(step, dst)
	l.DECQ(count)
	l.JNE(operand.LabelRef("row"))
}
