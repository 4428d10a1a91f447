package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// elements writes the element-wise loops.
func elements(a *assembler) {
	a.binaries()
	a.unaries()
	a.axpy()
}

// binaries writes the functions of two operands, and of one and a number.
func (a *assembler) binaries() {
	for _, op := range []struct {
		name string
		emit func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual
	}{
		{"Add", func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual { return l.add(x, y) }},
		{"Sub", func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual { return l.sub(x, y) }},
		{"Mul", func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual { return l.mul(x, y) }},
		{"Div", func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual { return l.div(x, y) }},
		{"Max", func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual { return l.pick(l.max(x, y), x) }},
		{"Min", func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual { return l.pick(l.min(x, y), x) }},
		{"AddReLU", func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual { return l.max(l.constant(0), l.add(x, y)) }},
		{"ReLUGradient", func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual { return l.positive(x, y) }},
		{"Equal", func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual { return l.truth(equal, x, y) }},
		{"NotEqual", func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual { return l.truth(notEqual, x, y) }},
		{"Greater", func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual { return l.truth(greaterThan, x, y) }},
		{"GreaterOrEqual", func(l *lanes, x, y reg.VecVirtual) reg.VecVirtual { return l.truth(greaterEqual, x, y) }},
	} {
		a.bothWidths("binary"+op.name, "func(dst, x, y *float32, n int)", "binaryGo["+op.name+"]", func(l *lanes) {
			dst, x, y, n := l.integer("dst"), l.integer("x"), l.integer("y"), l.integer("n")
			l.keep(0, 1)
			l.each("", n, 4, []reg.GPVirtual{dst, x, y}, func(at int, masked bool) {
				v := op.emit(l, l.read(operand.Mem{Base: x, Disp: at}, masked), l.read(operand.Mem{Base: y, Disp: at}, masked))
				l.write(v, operand.Mem{Base: dst, Disp: at}, masked)
			})
		})
		a.bothWidths("scalar"+op.name, "func(dst, x *float32, y float32, n int)", "scalarGo["+op.name+"]", func(l *lanes) {
			dst, x, y, n := l.integer("dst"), l.integer("x"), l.splat("y"), l.integer("n")
			l.keep(0, 1)
			l.each("", n, 4, []reg.GPVirtual{dst, x}, func(at int, masked bool) {
				v := op.emit(l, l.read(operand.Mem{Base: x, Disp: at}, masked), y)
				l.write(v, operand.Mem{Base: dst, Disp: at}, masked)
			})
		})
	}
}

// unaries writes the functions of one operand.
func (a *assembler) unaries() {
	for _, op := range []struct {
		name   string
		unroll int
		before func(l *lanes)
		emit   func(l *lanes, x reg.VecVirtual) reg.VecVirtual
	}{
		{"Neg", 4, func(l *lanes) { l.keepBits(signBit) }, func(l *lanes, x reg.VecVirtual) reg.VecVirtual { return l.xor(x, l.bits(signBit)) }},
		{"Abs", 4, func(l *lanes) { l.keepBits(allButSign) }, func(l *lanes, x reg.VecVirtual) reg.VecVirtual { return l.and(x, l.bits(allButSign)) }},
		{"Sqrt", 2, func(*lanes) {}, func(l *lanes, x reg.VecVirtual) reg.VecVirtual { return l.sqrt(x) }},
		{"Rsqrt", 2, func(l *lanes) { l.keep(1) }, func(l *lanes, x reg.VecVirtual) reg.VecVirtual { return l.div(l.constant(1), l.sqrt(x)) }},
		{"ReLU", 4, func(l *lanes) { l.keep(0) }, func(l *lanes, x reg.VecVirtual) reg.VecVirtual { return l.max(l.constant(0), x) }},
		{"Exp", 1, expConstants, (*lanes).exp},
		{"Log", 1, func(*lanes) {}, (*lanes).log},
		{"Tanh", 1, tanhConstants, (*lanes).tanh},
		{"Sigmoid", 1, sigmoidConstants, (*lanes).sigmoid},
	} {
		a.bothWidths("unary"+op.name, "func(dst, x *float32, n int)", "unaryGo["+op.name+"]", func(l *lanes) {
			dst, x, n := l.integer("dst"), l.integer("x"), l.integer("n")
			op.before(l)
			l.each("", n, op.unroll, []reg.GPVirtual{dst, x}, func(at int, masked bool) {
				l.write(op.emit(l, l.read(operand.Mem{Base: x, Disp: at}, masked)), operand.Mem{Base: dst, Disp: at}, masked)
			})
		})
	}
}

// axpy writes dst[i] += s·x[i].
func (a *assembler) axpy() {
	a.bothWidths("axpy", "func(dst, x *float32, s float32, n int)", "axpyGo", func(l *lanes) {
		dst, x, s, n := l.integer("dst"), l.integer("x"), l.splat("s"), l.integer("n")
		l.each("", n, 4, []reg.GPVirtual{dst, x}, func(at int, masked bool) {
			to := operand.Mem{Base: dst, Disp: at}
			l.write(l.fma(l.read(operand.Mem{Base: x, Disp: at}, masked), s, l.read(to, masked)), to, masked)
		})
	})
}

const (
	signBit    = 0x80000000
	allButSign = 0x7fffffff
)

// pick gives v, or x where x is NaN.
func (l *lanes) pick(v, x reg.VecVirtual) reg.VecVirtual {
	return l.choose(l.compare(unordered, x, x), x, v)
}

// positive gives y where x is greater than zero, else zero.
func (l *lanes) positive(x, y reg.VecVirtual) reg.VecVirtual {
	greater := l.compare(greaterThan, x, l.constant(0))
	return l.choose(greater, y, l.constant(0))
}

// truth is 1 where the comparison holds, else 0.
func (l *lanes) truth(predicate int, x, y reg.VecVirtual) reg.VecVirtual {
	return l.choose(l.compare(predicate, x, y), l.constant(1), l.constant(0))
}
