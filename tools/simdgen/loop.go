package main

import (
	"errors"
	"fmt"
	"math"

	"github.com/mmcloughlin/avo/attr"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// lanes emits the instructions of a loop for one vector width. Its methods hide what
// differs between AVX-512 and AVX2, so that one body serves both.
type lanes struct {
	*assembler
	wide      bool // 16 lanes of AVX-512, else 8 of AVX2
	mask      reg.Register
	constants map[uint32]reg.VecVirtual
}

// bothWidths writes a kernel for AVX-512 and for AVX2.
func (a *assembler) bothWidths(name, signature, twin string, emit func(l *lanes)) {
	for _, wide := range []bool{true, false} {
		suffix := map[bool]string{true: "AVX512", false: "AVX2"}[wide]
		a.begin(name+suffix, signature, name+suffix+" is "+twin+".")
		l := &lanes{assembler: a, wide: wide, constants: map[uint32]reg.VecVirtual{}}
		emit(l)
		a.VZEROUPPER()
		a.RET()
	}
}

// inMemory gives the address of a constant of four bytes.
func (a *assembler) inMemory(x uint32) operand.Mem {
	if m, ok := a.words[x]; ok {
		return m
	}
	m := a.StaticGlobal(fmt.Sprintf("word%08x", x))
	a.DataAttributes(attr.RODATA | attr.NOPTR)
	a.AppendDatum(operand.U32(x))
	if a.words == nil {
		a.words = map[uint32]operand.Mem{}
	}
	a.words[x] = m
	return m
}

func (l *lanes) bytes() int {
	if l.wide {
		return 64
	}
	return 32
}

func (l *lanes) vector() reg.VecVirtual {
	if l.wide {
		return l.ZMM()
	}
	return l.YMM()
}

// integer gives a parameter in a register.
func (l *lanes) integer(name string) reg.GPVirtual {
	return l.Load(l.Param(name), l.GP64()).(reg.GPVirtual)
}

// splat gives a float parameter in all lanes.
func (l *lanes) splat(name string) reg.VecVirtual {
	p, err := l.Param(name).Resolve()
	v := l.vector()
	if err != nil {
		l.err = errors.Join(l.err, fmt.Errorf("parameter %s: %w", name, err))
		return v
	}
	l.VBROADCASTSS(p.Addr, v)
	return v
}

// constant gives a constant in all lanes, in the register where keep has put it or else in
// a new one.
func (l *lanes) constant(x float32) reg.VecVirtual { return l.bits(math.Float32bits(x)) }

func (l *lanes) bits(x uint32) reg.VecVirtual {
	if v, ok := l.constants[x]; ok {
		return v
	}
	v := l.vector()
	l.VBROADCASTSS(l.inMemory(x), v)
	return v
}

// keep loads constants before a loop, for AVX-512 only: AVX2 has too few registers.
func (l *lanes) keep(xs ...float32) {
	for _, x := range xs {
		l.keepBits(math.Float32bits(x))
	}
}

func (l *lanes) keepBits(xs ...uint32) {
	for _, x := range xs {
		if l.wide {
			l.constants[x] = l.bits(x)
		}
	}
}

// setMask sets the mask of the first n lanes, n in a register and from 1 to all.
func (l *lanes) setMask(n reg.Register) {
	if l.wide {
		l.mask = l.assembler.lanes(n)
		return
	}
	count, table, m := l.GP64(), l.GP64(), l.YMM()
	l.MOVQ(n, count)
	l.NEGQ(count)
	l.LEAQ(l.maskTable(), table)
	l.VMOVDQU(operand.Mem{Base: table, Index: count, Scale: 4, Disp: 64}, m)
	l.mask = m
}

// read loads a vector, or if masked the lanes of the mask, with zeros in the others.
func (l *lanes) read(m operand.Mem, masked bool) reg.VecVirtual {
	v := l.vector()
	switch {
	case !masked:
		l.VMOVUPS(m, v)
	case l.wide:
		l.VMOVUPS_Z(m, l.mask, v)
	default:
		l.VMASKMOVPS(m, l.mask, v)
	}
	return v
}

// write stores a vector, or if masked the lanes of the mask.
func (l *lanes) write(v reg.Register, m operand.Mem, masked bool) {
	switch {
	case !masked:
		l.VMOVUPS(v, m)
	case l.wide:
		l.VMOVUPS(v, l.mask, m)
	default:
		l.VMASKMOVPS(v, l.mask, m)
	}
}

// Arithmetic on fresh registers, in the order of the formula.

func (l *lanes) add(x, y operand.Op) reg.VecVirtual { v := l.vector(); l.VADDPS(y, x, v); return v }
func (l *lanes) sub(x, y operand.Op) reg.VecVirtual { v := l.vector(); l.VSUBPS(y, x, v); return v }
func (l *lanes) mul(x, y operand.Op) reg.VecVirtual { v := l.vector(); l.VMULPS(y, x, v); return v }
func (l *lanes) div(x, y operand.Op) reg.VecVirtual { v := l.vector(); l.VDIVPS(y, x, v); return v }
func (l *lanes) sqrt(x operand.Op) reg.VecVirtual   { v := l.vector(); l.VSQRTPS(x, v); return v }

// fma gives x·y + z.
func (l *lanes) fma(x, y, z reg.VecVirtual) reg.VecVirtual {
	v := l.copy(z)
	l.VFMADD231PS(x, y, v)
	return v
}

// fnma gives z − x·y.
func (l *lanes) fnma(x, y, z reg.VecVirtual) reg.VecVirtual {
	v := l.copy(z)
	l.VFNMADD231PS(x, y, v)
	return v
}

func (l *lanes) copy(x reg.Register) reg.VecVirtual {
	v := l.vector()
	l.VMOVAPS(x, v)
	return v
}

// max gives x where it is greater than y, else y, which is also the result where one of
// them is NaN.
func (l *lanes) max(x, y operand.Op) reg.VecVirtual { v := l.vector(); l.VMAXPS(y, x, v); return v }

// min gives x where it is less than y, else y, which is also the result where one of them
// is NaN.
func (l *lanes) min(x, y operand.Op) reg.VecVirtual { v := l.vector(); l.VMINPS(y, x, v); return v }

func (l *lanes) and(x, y operand.Op) reg.VecVirtual {
	v := l.vector()
	if l.wide {
		l.VPANDD(y, x, v)
	} else {
		l.VANDPS(y, x, v)
	}
	return v
}

func (l *lanes) or(x, y operand.Op) reg.VecVirtual {
	v := l.vector()
	if l.wide {
		l.VPORD(y, x, v)
	} else {
		l.VORPS(y, x, v)
	}
	return v
}

func (l *lanes) xor(x, y operand.Op) reg.VecVirtual {
	v := l.vector()
	if l.wide {
		l.VPXORD(y, x, v)
	} else {
		l.VXORPS(y, x, v)
	}
	return v
}

// Predicates of compare.
const (
	equal        = 0
	lessThan     = 1
	lessEqual    = 2
	unordered    = 3
	notEqual     = 4
	greaterThan  = 14
	greaterEqual = 13
)

// compare gives a condition for choose.
func (l *lanes) compare(predicate int, x, y operand.Op) reg.Register {
	if l.wide {
		k := l.K()
		l.VCMPPS(operand.U8(predicate), y, x, k)
		return k
	}
	v := l.YMM()
	l.VCMPPS(operand.U8(predicate), y, x, v)
	return v
}

// choose gives x where the condition holds, else y.
func (l *lanes) choose(condition reg.Register, x, y reg.VecVirtual) reg.VecVirtual {
	v := l.vector()
	if l.wide {
		l.VBLENDMPS(x, y, condition, v)
	} else {
		l.VBLENDVPS(condition, x, y, v)
	}
	return v
}

// round gives the nearest whole number, the even one if two are equally near.
func (l *lanes) round(x operand.Op) reg.VecVirtual {
	v := l.vector()
	if l.wide {
		l.VRNDSCALEPS(operand.U8(8), x, v)
	} else {
		l.VROUNDPS(operand.U8(8), x, v)
	}
	return v
}

// each loops over n elements, n in a register that it counts down: first unroll vectors at
// a time, then single vectors, then the rest under the mask. The body is given the offset
// in bytes of its vector from the pointers, which advance after it.
func (l *lanes) each(prefix string, n reg.Register, unroll int, pointers []reg.GPVirtual, body func(offset int, masked bool)) {
	width := l.bytes() / 4
	label := func(s string) operand.LabelRef { return operand.LabelRef(prefix + s) }
	advance := func(by int) {
		for _, p := range pointers {
			l.ADDQ(operand.U32(4*by), p)
		}
		l.SUBQ(operand.U32(by), n)
	}
	if unroll > 1 {
		l.Label(prefix + "many")
		l.CMPQ(n, operand.U32(unroll*width))
		l.JLT(label("one"))
		for u := range unroll {
			body(u*l.bytes(), false)
		}
		advance(unroll * width)
		l.JMP(label("many"))
	}
	l.Label(prefix + "one")
	l.CMPQ(n, operand.U32(width))
	l.JLT(label("rest"))
	body(0, false)
	advance(width)
	l.JMP(label("one"))
	l.Label(prefix + "rest")
	l.CMPQ(n, operand.U8(0))
	l.JEQ(label("done"))
	l.setMask(n)
	body(0, true)
	l.Label(prefix + "done")
}
