package main

import (
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// pixels writes the kernels that run over the pixels of an image row at a distance,
// each with neighbouring channels: pooling.
func pixels(a *assembler) {
	a.pixelLoop("pixelMulAdd", "func(dst, x, w *float32, pixels, dstStep, xStep, n int)", []string{"dst", "x"}, []string{"w"},
		func(l *lanes, at []operand.Mem, masked bool) {
			v := l.fma(l.read(at[1], masked), l.read(at[2], masked), l.read(at[0], masked))
			l.write(v, at[0], masked)
		})
	a.pixelLoop("pixelMax", "func(dst, x *float32, pixels, dstStep, xStep, n int)", []string{"dst", "x"}, nil,
		func(l *lanes, at []operand.Mem, masked bool) {
			x, y := l.read(at[1], masked), l.read(at[0], masked)
			l.write(l.pick(l.max(x, y), x), at[0], masked)
		})
	a.pixelLoop("pixelRoute", "func(dx, x, y, left *float32, pixels, dxStep, xStep, yStep, leftStep, n int)", []string{"dx", "x", "y", "left"}, nil,
		func(l *lanes, at []operand.Mem, masked bool) {
			left, none := l.read(at[3], masked), l.vector()
			l.zero(none)
			hit := l.compare(equal, l.read(at[1], masked), l.read(at[2], masked))
			l.write(l.add(l.read(at[0], masked), l.choose(hit, left, none)), at[0], masked)
			l.write(l.choose(hit, none, left), at[3], masked)
		})
}

// pixelLoop writes a kernel that visits n channels of each pixel: of images, which
// have a step each, and of rows that are the same for all pixels.
func (a *assembler) pixelLoop(name, signature string, images, rows []string, body func(l *lanes, at []operand.Mem, masked bool)) {
	a.bothWidths(name, signature, name+"Go", func(l *lanes) {
		var starts, steps []reg.GPVirtual
		for _, s := range images {
			starts = append(starts, l.integer(s))
		}
		for _, s := range rows {
			starts = append(starts, l.integer(s))
		}
		for _, s := range images {
			step := l.integer(s + "Step")
			l.SHLQ(operand.U8(2), step)
			steps = append(steps, step)
		}
		pixels := l.integer("pixels")
		l.Label("pixel")
		n, at := l.integer("n"), l.GP64() // an offset that all pointers share
		l.XORQ(at, at)
		l.each("", n, 1, nil, func(_ int, masked bool) {
			var mems []operand.Mem
			for _, p := range starts {
				mems = append(mems, operand.Mem{Base: p, Index: at, Scale: 1})
			}
			body(l, mems, masked)
			l.ADDQ(operand.U32(l.bytes()), at)
		})
		for i, s := range steps {
			l.ADDQ(s, starts[i])
		}
		l.DECQ(pixels)
		l.JNE(operand.LabelRef("pixel"))
	})
}
