package main

import (
	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// philox writes the counter-based generator, a counter a lane. Lanes hold the
// counters in the order in which transposing the four words puts them in sequence.
func philox(a *assembler) {
	a.bothWidths("philox", "func(dst *uint32, vectors int, counter *[4]uint32, key *[2]uint32)", "philoxVectorsGo", func(l *lanes) {
		dst, vectors, counter, key := l.integer("dst"), l.integer("vectors"), l.integer("counter"), l.integer("key")
		free := l.registers()
		take := func() reg.VecPhysical {
			r := free[0]
			free = free[1:]
			return r
		}
		first, k0, k1, m0, m1 := take(), take(), take(), take(), take()
		l.VPBROADCASTD(operand.Mem{Base: counter}, first)
		l.VPADDD(l.laneCounters(), first, first)
		l.VBROADCASTSS(l.inMemory(0xD2511F53), m0)
		l.VBROADCASTSS(l.inMemory(0xCD9E8D57), m1)
		l.oddLanes()
		step := take()
		l.VBROADCASTSS(l.inMemory(uint32(l.bytes()/4)), step)
		l.Label("vector")
		c := [4]reg.VecPhysical{take(), take(), take(), take()}
		l.VMOVUPS(first, c[0])
		for i := 1; i < 4; i++ {
			l.VPBROADCASTD(operand.Mem{Base: counter, Disp: 4 * i}, c[i])
		}
		l.VPBROADCASTD(operand.Mem{Base: key}, k0)
		l.VPBROADCASTD(operand.Mem{Base: key, Disp: 4}, k1)
		w, high, low, low2 := take(), take(), take(), take()
		for range 10 {
			l.multiply(c[0], m0, high, low, w)
			l.toggle(high, c[3])
			l.toggle(k1, c[3])
			l.multiply(c[2], m1, high, low2, w)
			l.toggle(high, c[1])
			l.toggle(k0, c[1])
			c, low, low2 = [4]reg.VecPhysical{c[1], low2, c[3], low}, c[0], c[2]
			l.VBROADCASTSS(l.inMemory(0x9E3779B9), w)
			l.VPADDD(w, k0, k0)
			l.VBROADCASTSS(l.inMemory(0xBB67AE85), w)
			l.VPADDD(w, k1, k1)
		}
		for i, v := range l.words(c, [4]reg.VecPhysical{w, high, low, low2}) {
			l.VMOVUPS(v, operand.Mem{Base: dst, Disp: i * l.bytes()})
		}
		l.VPADDD(step, first, first)
		l.ADDQ(operand.U32(4*l.bytes()), dst)
		l.DECQ(vectors)
		l.JNE(operand.LabelRef("vector"))
	})
}

// registers gives AVX2's sixteen registers, in the width of the lanes.
func (l *lanes) registers() []reg.VecPhysical {
	if l.wide {
		return []reg.VecPhysical{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
			reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15}
	}
	return []reg.VecPhysical{reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
		reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15}
}

// toggle computes y = x xor y.
func (l *lanes) toggle(x, y reg.Register) {
	if l.wide {
		l.VPXORD(x, y, y)
	} else {
		l.VPXOR(x, y, y)
	}
}

// laneCounters gives each lane's counter, lane 4·L + j the one that the
// transposition moves to place (lanes/4)·j + L.
func (l *lanes) laneCounters() operand.Mem {
	n := l.bytes() / 4
	m := l.StaticGlobal(map[bool]string{true: "counters16", false: "counters8"}[l.wide])
	l.DataAttributes(attr.RODATA | attr.NOPTR)
	for lane := range n {
		l.AppendDatum(operand.U32(lane%4*(n/4) + lane/4))
	}
	return m
}

// oddLanes makes AVX-512's mask of the odd lanes.
func (l *lanes) oddLanes() {
	if !l.wide {
		return
	}
	r := l.GP32()
	l.MOVL(operand.U32(0xaaaa), r)
	l.mask = l.K()
	l.KMOVW(r, l.mask)
}

// multiply gives the high and low words of the lanes' products x·y.
func (l *lanes) multiply(x, y, high, low, work reg.Register) {
	l.VPSRLQ(operand.U8(32), x, high)
	l.VPMULUDQ(y, x, low)     // even lanes
	l.VPMULUDQ(y, high, high) // odd lanes
	l.VPSLLQ(operand.U8(32), high, work)
	odd := func(x, y, to reg.Register) { // the odd lanes of x, the even ones of y
		if l.wide {
			l.VPBLENDMD(x, y, l.mask, to)
		} else {
			l.VPBLENDD(operand.U8(0xaa), x, y, to)
		}
	}
	odd(work, low, work)
	l.VPSRLQ(operand.U8(32), low, low)
	odd(high, low, high)
	l.VMOVUPS(work, low)
}

// words transposes groups of four lanes, with four registers to work in.
func (l *lanes) words(c, t [4]reg.VecPhysical) [4]reg.VecPhysical {
	l.VPUNPCKLDQ(c[1], c[0], t[0])
	l.VPUNPCKHDQ(c[1], c[0], t[1])
	l.VPUNPCKLDQ(c[3], c[2], t[2])
	l.VPUNPCKHDQ(c[3], c[2], t[3])
	l.VPUNPCKLQDQ(t[2], t[0], c[0])
	l.VPUNPCKHQDQ(t[2], t[0], c[1])
	l.VPUNPCKLQDQ(t[3], t[1], c[2])
	l.VPUNPCKHQDQ(t[3], t[1], c[3])
	return c
}
