package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// updates writes the optimizers' steps and the affine maps of normalisation.
func updates(a *assembler) {
	a.affine()
	a.momentum()
	a.adam()
}

// affine writes x·y + z, its ReLU, and x·a + y·b + c.
func (a *assembler) affine() {
	for _, op := range []struct {
		name string
		relu bool
	}{{"mulAdd", false}, {"mulAddReLU", true}} {
		a.bothWidths(op.name, "func(dst, x, y, z *float32, n int)", op.name+"Go", func(l *lanes) {
			dst, x, y, z, n := l.integer("dst"), l.integer("x"), l.integer("y"), l.integer("z"), l.integer("n")
			l.keep(0)
			l.each("", n, 2, []reg.GPVirtual{dst, x, y, z}, func(at int, masked bool) {
				v := l.fma(l.from(x, at, masked), l.from(y, at, masked), l.from(z, at, masked))
				if op.relu {
					v = l.max(l.constant(0), v)
				}
				l.write(v, operand.Mem{Base: dst, Disp: at}, masked)
			})
		})
	}
	a.bothWidths("affine", "func(dst, x, y, a, b, c *float32, n int)", "affineGo", func(l *lanes) {
		dst, x, y, n := l.integer("dst"), l.integer("x"), l.integer("y"), l.integer("n")
		a, b, c := l.integer("a"), l.integer("b"), l.integer("c")
		l.each("", n, 2, []reg.GPVirtual{dst, x, y, a, b, c}, func(at int, masked bool) {
			v := l.fma(l.from(y, at, masked), l.from(b, at, masked), l.from(c, at, masked))
			v = l.fma(l.from(x, at, masked), l.from(a, at, masked), v)
			l.write(v, operand.Mem{Base: dst, Disp: at}, masked)
		})
	})
}

// momentum writes the steps of gradient descent with momentum, plain and Nesterov's.
func (a *assembler) momentum() {
	for _, name := range []string{"momentum", "nesterov"} {
		a.bothWidths(name, "func(w, v, gradient *float32, n int, decay, momentum, rate float32)", name+"Go", func(l *lanes) {
			w, v, g, n := l.integer("w"), l.integer("v"), l.integer("gradient"), l.integer("n")
			decay, mu, rate := l.splat("decay"), l.splat("momentum"), l.splat("rate")
			l.each("", n, 2, []reg.GPVirtual{w, v, g}, func(at int, masked bool) {
				weight := l.from(w, at, masked)
				gradient := l.fma(decay, weight, l.from(g, at, masked))
				velocity := l.fma(mu, l.from(v, at, masked), gradient)
				l.write(velocity, operand.Mem{Base: v, Disp: at}, masked)
				direction := velocity
				if name == "nesterov" {
					direction = l.fma(mu, velocity, gradient)
				}
				l.write(l.fnma(rate, direction, weight), operand.Mem{Base: w, Disp: at}, masked)
			})
		})
	}
}

// adam writes the step of Adam.
func (a *assembler) adam() {
	a.bothWidths("adam", "func(w, m, v, gradient *float32, n int, coefficients *[7]float32)", "adamGo", func(l *lanes) {
		w, m, v, g, n := l.integer("w"), l.integer("m"), l.integer("v"), l.integer("gradient"), l.integer("n")
		table := l.integer("coefficients")
		var k [7]reg.VecVirtual
		for i := range k {
			k[i] = l.vector()
			l.VBROADCASTSS(operand.Mem{Base: table, Disp: 4 * i}, k[i])
		}
		decay, meanRate, squareDecay, squareRate, rate, correction, epsilon := k[0], k[1], k[2], k[3], k[4], k[5], k[6]
		l.each("", n, 1, []reg.GPVirtual{w, m, v, g}, func(at int, masked bool) {
			weight := l.from(w, at, masked)
			gradient := l.fma(decay, weight, l.from(g, at, masked))
			mean := l.from(m, at, masked)
			mean = l.fma(meanRate, l.sub(gradient, mean), mean)
			square := l.fma(squareDecay, l.from(v, at, masked), l.mul(squareRate, l.mul(gradient, gradient)))
			l.write(mean, operand.Mem{Base: m, Disp: at}, masked)
			l.write(square, operand.Mem{Base: v, Disp: at}, masked)
			step := l.div(l.mul(rate, mean), l.fma(l.sqrt(square), correction, epsilon))
			l.write(l.sub(weight, step), operand.Mem{Base: w, Disp: at}, masked)
		})
	})
}

// from reads a vector at an offset from a pointer.
func (l *lanes) from(p reg.GPVirtual, offset int, masked bool) reg.VecVirtual {
	return l.read(operand.Mem{Base: p, Disp: offset}, masked)
}
