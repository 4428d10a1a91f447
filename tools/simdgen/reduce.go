package main

import (
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reductions writes the sums and maxima, of vectors and of the columns of a matrix.
func reductions(a *assembler) {
	a.columns("columnSums", "func(sum, x *float32, rows, stride, cols int)", []string{"sum"}, []string{"x"}, "",
		func(l *lanes, sums, x []reg.VecVirtual, _ reg.VecVirtual) {
			l.VADDPS(x[0], sums[0], sums[0])
		})
	a.columns("columnMoments", "func(sum, square, x, shift *float32, rows, stride, cols int)", []string{"sum", "square"}, []string{"x"}, "shift",
		func(l *lanes, sums, x []reg.VecVirtual, shift reg.VecVirtual) {
			d := l.sub(x[0], shift)
			l.VADDPS(d, sums[0], sums[0])
			l.VFMADD231PS(d, d, sums[1])
		})
	a.columns("columnProducts", "func(sum, product, x, y, shift *float32, rows, stride, cols int)", []string{"sum", "product"}, []string{"x", "y"}, "shift",
		func(l *lanes, sums, x []reg.VecVirtual, shift reg.VecVirtual) {
			d := l.sub(x[1], shift)
			l.VADDPS(x[0], sums[0], sums[0])
			l.VFMADD231PS(x[0], d, sums[1])
		})
	a.total("sum", 0, (*lanes).plus, func(l *lanes, total, x reg.VecVirtual) { l.VADDPS(x, total, total) })
	a.total("squares", 0, (*lanes).plus, func(l *lanes, total, x reg.VecVirtual) { l.VFMADD231PS(x, x, total) })
	a.total("greatest", float32(math.Inf(-1)), (*lanes).greater, func(l *lanes, total, x reg.VecVirtual) { l.VMAXPS(total, x, total) })
	a.dot()
	a.expSum()
}

// dot returns Σ x[i]·y[i], four vectors of sums at a time.
func (a *assembler) dot() {
	a.bothWidths("dot", "func(x, y *float32, n int) float32", "dotGo", func(l *lanes) {
		x, y, n := l.integer("x"), l.integer("y"), l.integer("n")
		var totals [4]reg.VecVirtual
		for i := range totals {
			totals[i] = l.vector()
			l.zero(totals[i])
		}
		l.each("", n, 4, []reg.GPVirtual{x, y}, func(at int, masked bool) {
			l.VFMADD231PS(l.from(x, at, masked), l.from(y, at, masked), totals[at/l.bytes()])
		})
		sum := l.add(l.add(totals[0], totals[1]), l.add(totals[2], totals[3]))
		l.Store(l.horizontal(sum, (*lanes).plus), l.ReturnIndex(0))
	})
}

func (l *lanes) plus(x, y, sum reg.Register)     { l.VADDPS(y, x, sum) }
func (l *lanes) greater(x, y, most reg.Register) { l.VMAXPS(y, x, most) }

// columns writes a kernel that runs down the columns of matrices, a vector of columns and
// four rows at a time, each of which has its own sums.
func (a *assembler) columns(name, signature string, outputs, inputs []string, shift string,
	body func(l *lanes, sums, x []reg.VecVirtual, shift reg.VecVirtual)) {
	a.bothWidths(name, signature, name+"Go", func(l *lanes) {
		var outs, ins, advancing []reg.GPVirtual
		for _, s := range outputs {
			outs = append(outs, l.integer(s))
		}
		for _, s := range inputs {
			ins = append(ins, l.integer(s))
		}
		advancing = append(append(advancing, outs...), ins...)
		var shifts reg.GPVirtual
		if shift != "" {
			shifts = l.integer(shift)
			advancing = append(advancing, shifts)
		}
		rows, stride, cols := l.integer("rows"), l.integer("stride"), l.integer("cols")
		l.SHLQ(operand.U8(2), stride)
		l.each("", cols, 1, advancing, func(_ int, masked bool) {
			c := columnLoop{l, fmt.Sprint("column", masked), masked, rows, stride, body}
			c.emit(outs, ins, shifts)
		})
	})
}

// columnLoop is the loop down one vector of columns.
type columnLoop struct {
	*lanes
	prefix       string
	masked       bool
	rows, stride reg.GPVirtual
	body         func(l *lanes, sums, x []reg.VecVirtual, shift reg.VecVirtual)
}

func (c *columnLoop) emit(outs, ins []reg.GPVirtual, shifts reg.GPVirtual) {
	const together = 4
	sums := [together][]reg.VecVirtual{}
	for r := range sums {
		for range outs {
			v := c.vector()
			c.zero(v)
			sums[r] = append(sums[r], v)
		}
	}
	var shift reg.VecVirtual
	if shifts != nil {
		shift = c.read(operand.Mem{Base: shifts}, c.masked)
	}
	at := make([]reg.GPVirtual, len(ins))
	for i, p := range ins {
		at[i] = c.GP64()
		c.MOVQ(p, at[i])
	}
	left := c.GP64()
	c.MOVQ(c.rows, left)
	c.Label(c.prefix + "four")
	c.CMPQ(left, operand.U8(together))
	c.JLT(operand.LabelRef(c.prefix + "row"))
	for r := range together {
		c.row(at, sums[r], shift)
	}
	c.SUBQ(operand.U8(together), left)
	c.JMP(operand.LabelRef(c.prefix + "four"))
	c.Label(c.prefix + "row")
	c.CMPQ(left, operand.U8(0))
	c.JEQ(operand.LabelRef(c.prefix + "end"))
	c.row(at, sums[0], shift)
	c.DECQ(left)
	c.JMP(operand.LabelRef(c.prefix + "row"))
	c.Label(c.prefix + "end")
	for i, p := range outs {
		v := c.add(c.add(sums[0][i], sums[1][i]), c.add(sums[2][i], sums[3][i]))
		c.write(v, operand.Mem{Base: p}, c.masked)
	}
}

func (c *columnLoop) row(at []reg.GPVirtual, sums []reg.VecVirtual, shift reg.VecVirtual) {
	var x []reg.VecVirtual
	for _, p := range at {
		x = append(x, c.read(operand.Mem{Base: p}, c.masked))
		c.ADDQ(c.stride, p)
	}
	c.body(c.lanes, sums, x, shift)
}

func (l *lanes) zero(v reg.VecVirtual) {
	if l.wide {
		l.VPXORD(v, v, v)
	} else {
		l.VXORPS(v, v, v)
	}
}

// total writes a reduction of a vector to a number: first to four vectors of partial
// results, then of these to one, then of its lanes.
func (a *assembler) total(name string, start float32, join func(l *lanes, x, y, to reg.Register), body func(l *lanes, total, x reg.VecVirtual)) {
	a.bothWidths(name, "func(x *float32, n int) float32", name+"Go", func(l *lanes) {
		x, n := l.integer("x"), l.integer("n")
		var totals [4]reg.VecVirtual
		for i := range totals {
			totals[i] = l.copy(l.constant(start))
		}
		l.each("", n, 4, []reg.GPVirtual{x}, func(at int, masked bool) {
			v := l.read(operand.Mem{Base: x, Disp: at}, masked)
			if masked && start != 0 {
				v = l.choose(l.mask, v, l.constant(start))
			}
			body(l, totals[at/l.bytes()], v)
		})
		join(l, totals[0], totals[1], totals[0])
		join(l, totals[2], totals[3], totals[2])
		join(l, totals[0], totals[2], totals[0])
		l.Store(l.horizontal(totals[0], join), l.ReturnIndex(0))
	})
}

// horizontal joins the lanes: halves with each other.
func (l *lanes) horizontal(v reg.VecVirtual, join func(l *lanes, x, y, to reg.Register)) reg.Register {
	low, high := v, l.YMM()
	if l.wide {
		low = l.YMM()
		l.VEXTRACTF32X8(operand.U8(1), v, high)
		join(l, v.AsY(), high, low)
	}
	x, y := l.XMM(), l.XMM()
	l.VEXTRACTF128(operand.U8(1), low.AsY(), y)
	join(l, low.AsX(), y, x)
	l.VMOVHLPS(x, x, y)
	join(l, x, y, x)
	l.VMOVSHDUP(x, y)
	join(l, x, y, x)
	return x
}

// expSum writes dst[i] = exp(x[i] − shift) and returns their sum.
func (a *assembler) expSum() {
	a.bothWidths("expSum", "func(dst, x *float32, shift float32, n int) float32", "expSumGo", func(l *lanes) {
		dst, x, shift, n := l.integer("dst"), l.integer("x"), l.splat("shift"), l.integer("n")
		expConstants(l)
		total := l.vector()
		l.zero(total)
		l.each("", n, 1, []reg.GPVirtual{dst, x}, func(at int, masked bool) {
			v := l.exp(l.sub(l.read(operand.Mem{Base: x, Disp: at}, masked), shift))
			l.write(v, operand.Mem{Base: dst, Disp: at}, masked)
			switch {
			case !masked:
				l.VADDPS(v, total, total)
			case l.wide:
				l.VADDPS(v, total, l.mask, total)
			default:
				l.VADDPS(l.and(v, l.mask), total, total)
			}
		})
		l.Store(l.horizontal(total, (*lanes).plus), l.ReturnIndex(0))
	})
}
