package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stencilShapes are the rows and vectors of the kernels, for AVX-512 and for AVX2:
// what fits into their registers.
var stencilShapes = map[bool][][2]int{
	true:  {{1, 1}, {1, 2}, {1, 4}, {4, 1}, {4, 2}, {4, 4}, {8, 1}, {8, 2}},
	false: {{1, 1}, {1, 2}, {1, 4}, {4, 1}, {4, 2}, {8, 1}},
}

// stencils writes the sums, and the greatest, of shifted pixels.
func stencils(a *assembler) {
	for _, wide := range []bool{true, false} {
		suffix := map[bool]string{true: "AVX512", false: "AVX2"}[wide]
		for _, shape := range stencilShapes[wide] {
			a.stencil("stencil", suffix, shape, (*stencilLoop).addProducts)
		}
		for _, vectors := range []int{1, 2, 4} {
			a.stencil("stencilMax", suffix, [2]int{1, vectors}, (*stencilLoop).greatest)
		}
	}
}

func (a *assembler) stencil(name, suffix string, shape [2]int, join func(k *stencilLoop)) {
	full := fmt.Sprintf("%s%dx%d%s", name, shape[0], shape[1], suffix)
	a.begin(full, "func(s *stencilRows)", fmt.Sprintf("%s is %sGo of %d rows and %d vectors.", full, name, shape[0], shape[1]))
	l := &lanes{assembler: a, wide: suffix == "AVX512", constants: map[uint32]reg.VecVirtual{}}
	(&stencilLoop{lanes: l, rows: shape[0], vectors: shape[1], join: join}).emit()
	a.VZEROUPPER()
	a.RET()
}

// stencilLoop is one kernel. The results of a pixel stay in registers over all
// elements.
type stencilLoop struct {
	*lanes
	rows, vectors int
	// join combines the results with an element.
	join func(k *stencilLoop)

	s       reg.GPVirtual
	element reg.GPVirtual // address of the element's pixel
	weight  reg.GPVirtual // address of the element's weights
	results [][]reg.VecVirtual
}

func (k *stencilLoop) field(name string) reg.GPVirtual {
	return k.Load(k.Param("s").Dereference(k.s).Field(name), k.GP64()).(reg.GPVirtual)
}

func (k *stencilLoop) emit() {
	k.s = k.integer("s")
	dst, x, residual := k.field("dst"), k.field("x"), k.field("residual")
	pixels := k.field("pixels")
	k.results = make([][]reg.VecVirtual, k.rows)
	for r := range k.results {
		for range k.vectors {
			k.results[r] = append(k.results[r], k.vector())
		}
	}
	k.Label("pixel")
	k.begin(k.field("bias"))
	offsets, count := k.field("offsets"), k.field("elements")
	k.weight, k.element = k.field("weights"), k.GP64()
	k.TESTQ(count, count)
	k.JZ(operand.LabelRef("summed"))
	k.Label("element")
	k.MOVLQSX(operand.Mem{Base: offsets}, k.element)
	k.ADDQ(x, k.element)
	k.join(k)
	k.ADDQ(operand.U8(4), offsets)
	k.ADDQ(operand.U8(4*k.rows), k.weight)
	k.DECQ(count)
	k.JNE(operand.LabelRef("element"))
	k.Label("summed")
	k.TESTQ(residual, residual)
	k.JZ(operand.LabelRef("clip"))
	k.addResidual(residual)
	k.Label("clip")
	k.clip()
	k.store(dst)
	k.ADDQ(k.field("dstStep"), dst)
	k.ADDQ(k.field("xStep"), x)
	k.TESTQ(residual, residual)
	k.JZ(operand.LabelRef("next"))
	k.ADDQ(k.field("residualStep"), residual)
	k.Label("next")
	k.DECQ(pixels)
	k.JNE(operand.LabelRef("pixel"))
}

// begin starts the results with the rows' biases.
func (k *stencilLoop) begin(bias reg.GPVirtual) {
	for r, row := range k.results {
		for _, result := range row {
			k.VBROADCASTSS(operand.Mem{Base: bias, Disp: 4 * r}, result)
		}
	}
}

func (k *stencilLoop) at(base reg.GPVirtual, v int) operand.Mem {
	return operand.Mem{Base: base, Disp: v * k.bytes()}
}

// addProducts adds an element's pixel times each row's weight. Several rows share
// the pixel in registers; one row reads it from memory.
func (k *stencilLoop) addProducts() {
	weight := k.vector()
	if k.rows == 1 {
		k.VBROADCASTSS(operand.Mem{Base: k.weight}, weight)
		for v, result := range k.results[0] {
			k.VFMADD231PS(k.at(k.element, v), weight, result)
		}
		return
	}
	pixel := make([]reg.VecVirtual, k.vectors)
	for v := range pixel {
		pixel[v] = k.vector()
		k.VMOVUPS(k.at(k.element, v), pixel[v])
	}
	for r, row := range k.results {
		k.VBROADCASTSS(operand.Mem{Base: k.weight, Disp: 4 * r}, weight)
		for v, result := range row {
			k.VFMADD231PS(pixel[v], weight, result)
		}
	}
}

// greatest keeps the greater of the results and an element's pixel; NaN passes.
func (k *stencilLoop) greatest() {
	for v, result := range k.results[0] {
		pixel := k.vector()
		k.VMOVUPS(k.at(k.element, v), pixel)
		k.VMOVAPS(k.pick(k.max(result, pixel), result), result)
	}
}

func (k *stencilLoop) addResidual(residual reg.GPVirtual) {
	rows, at := k.field("residualRows"), k.GP64()
	for r, row := range k.results {
		k.MOVQ(operand.Mem{Base: rows, Disp: 8 * r}, at)
		k.ADDQ(residual, at)
		for v, result := range row {
			k.VADDPS(k.at(at, v), result, result)
		}
	}
}

// clip keeps results between low and high. The processor's functions return their
// second operand where one is NaN: that is the result, so that NaN passes.
func (k *stencilLoop) clip() {
	for _, bound := range []struct {
		name string
		keep func(...operand.Op)
	}{{"low", k.VMAXPS}, {"high", k.VMINPS}} {
		limit := k.vector()
		address, err := k.Param("s").Dereference(k.s).Field(bound.name).Resolve()
		if err != nil {
			k.err = err
			return
		}
		k.VBROADCASTSS(address.Addr, limit)
		for _, row := range k.results {
			for _, result := range row {
				bound.keep(result, limit, result)
			}
		}
	}
}

func (k *stencilLoop) store(dst reg.GPVirtual) {
	rows, at := k.field("dstRows"), k.GP64()
	for r, row := range k.results {
		k.MOVQ(operand.Mem{Base: rows, Disp: 8 * r}, at)
		k.ADDQ(dst, at)
		for v, result := range row {
			k.VMOVUPS(result, k.at(at, v))
		}
	}
}
