package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sparseVectors are the numbers of vectors of columns that there are kernels for.
var sparseVectors = []int{1, 2, 4, 8}

// sparseProducts writes the products of compressed rows with a dense matrix. The
// sums of a row stay in registers over all its elements.
func sparseProducts(a *assembler) {
	for i, vectors := range sparseVectors {
		for _, weighted := range []bool{false, true} {
			name := map[bool]string{false: "sparseSum", true: "sparseProduct"}[weighted]
			twin := fmt.Sprintf("%sGo of %d vectors", name, vectors)
			a.bothWidths(fmt.Sprintf("%s%d", name, vectors), "func(s *sparseRows)", twin, func(l *lanes) {
				l.sparse(sparseVectors[i], weighted)
			})
		}
	}
}

// sparse writes one kernel.
func (l *lanes) sparse(vectors int, weighted bool) {
	s := l.integer("s")
	field := func(name string) reg.GPVirtual {
		return l.Load(l.Param("s").Dereference(s).Field(name), l.GP64()).(reg.GPVirtual)
	}
	dst, dstStep, x, xStep := field("dst"), field("dstStep"), field("x"), field("xStep")
	starts, columns, rows := field("starts"), field("columns"), field("rows")
	var values reg.GPVirtual
	if weighted {
		values = field("values")
	}
	l.setMask(field("last"))
	sums := make([]reg.VecVirtual, vectors)
	for v := range sums {
		sums[v] = l.vector()
	}
	weight := l.vector()
	e, end, row := l.GP64(), l.GP64(), l.GP64()
	l.MOVLQSX(operand.Mem{Base: starts}, e)
	l.Label("row")
	l.MOVLQSX(operand.Mem{Base: starts, Disp: 4}, end)
	for _, sum := range sums {
		l.clear(sum)
	}
	l.CMPQ(e, end)
	l.JGE(operand.LabelRef("store"))
	l.Label("element")
	l.MOVLQSX(operand.Mem{Base: columns, Index: e, Scale: 4}, row)
	l.IMULQ(xStep, row)
	l.ADDQ(x, row)
	if weighted {
		l.VBROADCASTSS(operand.Mem{Base: values, Index: e, Scale: 4}, weight)
	}
	for v, sum := range sums {
		from := operand.Mem{Base: row, Disp: v * l.bytes()}
		element := l.read(from, v == vectors-1)
		if weighted {
			l.VFMADD231PS(element, weight, sum)
		} else {
			l.VADDPS(element, sum, sum)
		}
	}
	l.INCQ(e)
	l.CMPQ(e, end)
	l.JLT(operand.LabelRef("element"))
	l.Label("store")
	for v, sum := range sums {
		l.write(sum, operand.Mem{Base: dst, Disp: v * l.bytes()}, v == vectors-1)
	}
	l.ADDQ(dstStep, dst)
	l.ADDQ(operand.U8(4), starts)
	l.DECQ(rows)
	l.JNE(operand.LabelRef("row"))
}

// clear sets a vector to zero.
func (l *lanes) clear(v reg.VecVirtual) {
	if l.wide {
		l.VPXORD(v, v, v)
	} else {
		l.VXORPS(v, v, v)
	}
}
