package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// stencilTile is a tile of pixels that a kernel computes at once, in lines.
type stencilTile struct{ lines, pixels int }

// stencilTiles are the tiles of the kernels, by their rows, for AVX-512 and for AVX2: those
// whose results fit into registers.
var stencilTiles = map[bool]map[int][]stencilTile{
	true: {
		1: {{1, 1}, {1, 2}, {1, 4}, {1, 8}, {1, 16}, {2, 2}, {2, 4}, {2, 8}, {4, 4}},
		4: {{1, 1}, {1, 2}, {1, 4}, {2, 2}},
	},
	false: {
		1: {{1, 1}, {1, 2}, {1, 4}, {2, 2}},
		4: {{1, 1}},
	},
}

// stencilMaxTiles are the tiles of the kernels that find the greatest.
var stencilMaxTiles = []stencilTile{{1, 1}, {1, 2}, {1, 4}}

// stencils writes the sums, and the greatest, of shifted pixels.
func stencils(a *assembler) {
	for _, wide := range []bool{true, false} {
		for _, stride := range []int{1, 2} {
			for _, rows := range []int{1, 4} {
				for _, tile := range stencilTiles[wide][rows] {
					a.stencil("stencil", wide, rows, stride, tile, (*stencilLoop).addProducts)
				}
			}
			for _, tile := range stencilMaxTiles {
				a.stencil("stencilMax", wide, 1, stride, tile, (*stencilLoop).greatest)
			}
		}
	}
}

func (a *assembler) stencil(name string, wide bool, rows, stride int, tile stencilTile, join func(k *stencilLoop)) {
	suffix := map[bool]string{true: "AVX512", false: "AVX2"}[wide]
	full := fmt.Sprintf("%s%dx%dx%dStep%d%s", name, rows, tile.lines, tile.pixels, stride, suffix)
	a.begin(full, "func(s *stencilRows)",
		fmt.Sprintf("%s is %sGo of %d rows, %d lines and %d pixels at a distance of %d.", full, name, rows, tile.lines, tile.pixels, stride))
	l := &lanes{assembler: a, wide: wide, constants: map[uint32]reg.VecVirtual{}}
	(&stencilLoop{lanes: l, tile: tile, rows: rows, stride: stride, join: join}).emit()
	a.VZEROUPPER()
	a.RET()
}

// stencilPixelBytes is the size of a pixel: 16 floats.
const stencilPixelBytes = 64

// stencilLoop is one kernel. The results of a block of rows stay in registers over
// all its elements.
type stencilLoop struct {
	*lanes
	tile         stencilTile
	rows, stride int
	// join combines the results of a line with an element.
	join func(k *stencilLoop)

	s, xLine reg.GPVirtual
	element  reg.GPVirtual // address of the element's line
	weight   reg.GPVirtual // address of the element's weights
	line     int
	results  [][][]reg.VecVirtual // by row, line, vector
}

func (k *stencilLoop) field(name string) reg.GPVirtual {
	return k.Load(k.Param("s").Dereference(k.s).Field(name), k.GP64()).(reg.GPVirtual)
}

// vectors are those of a line.
func (k *stencilLoop) vectors() int { return k.tile.pixels * stencilPixelBytes / k.bytes() }

// place is where a vector lies in a line whose pixels are step pixels apart.
func (k *stencilLoop) place(v, step int) int {
	perPixel := stencilPixelBytes / k.bytes()
	return v/perPixel*stencilPixelBytes*step + v%perPixel*k.bytes()
}

func (k *stencilLoop) emit() {
	k.s = k.integer("s")
	k.xLine = k.field("xLine")
	offsets, bias, starts := k.field("offsets"), k.field("bias"), k.field("starts")
	dstRows, residualRows := k.field("dstRows"), k.field("residualRows")
	blocks := k.field("blocks")
	k.weight, k.element = k.field("weights"), k.GP64()
	k.results = make([][][]reg.VecVirtual, k.rows)
	for r := range k.results {
		k.results[r] = make([][]reg.VecVirtual, k.tile.lines)
		for l := range k.results[r] {
			for range k.vectors() {
				k.results[r][l] = append(k.results[r][l], k.vector())
			}
		}
	}
	k.Label("block")
	k.begin(bias)
	count := k.GP32()
	k.MOVL(operand.Mem{Base: starts, Disp: 4}, count)
	k.SUBL(operand.Mem{Base: starts}, count)
	k.JZ(operand.LabelRef("summed"))
	k.Label("element")
	k.MOVLQSX(operand.Mem{Base: offsets}, k.element)
	k.ADDQ(operand.Mem{Base: k.s}, k.element) // x is the first field
	for k.line = range k.tile.lines {
		if k.line > 0 {
			k.ADDQ(k.xLine, k.element)
		}
		k.join(k)
	}
	k.ADDQ(operand.U8(4), offsets)
	k.ADDQ(operand.U8(4*k.rows), k.weight)
	k.DECL(count)
	k.JNE(operand.LabelRef("element"))
	k.Label("summed")
	k.addResidual(residualRows)
	k.clip()
	k.store(dstRows)
	k.ADDQ(operand.U8(4), starts)
	for _, perRow := range []struct {
		at   reg.GPVirtual
		size int
	}{{bias, 4}, {dstRows, 8}, {residualRows, 8}} {
		k.ADDQ(operand.U8(perRow.size*k.rows), perRow.at)
	}
	k.DECQ(blocks)
	k.JNE(operand.LabelRef("block"))
}

// each visits the results in order.
func (k *stencilLoop) each(visit func(row, line, v int, result reg.VecVirtual)) {
	for r, lines := range k.results {
		for l, vectors := range lines {
			for v, result := range vectors {
				visit(r, l, v, result)
			}
		}
	}
}

// begin starts the results with the rows' biases.
func (k *stencilLoop) begin(bias reg.GPVirtual) {
	k.each(func(row, _, _ int, result reg.VecVirtual) {
		k.VBROADCASTSS(operand.Mem{Base: bias, Disp: 4 * row}, result)
	})
}

func (k *stencilLoop) pixel(v int) operand.Mem {
	return operand.Mem{Base: k.element, Disp: k.place(v, k.stride)}
}

// addProducts adds an element's line times each row's weight. Several rows share the
// line in registers; one row reads it from memory.
func (k *stencilLoop) addProducts() {
	if k.rows == 1 {
		if k.line == 0 {
			k.constants[0] = k.vector()
			k.VBROADCASTSS(operand.Mem{Base: k.weight}, k.constants[0])
		}
		for v, result := range k.results[0][k.line] {
			k.VFMADD231PS(k.pixel(v), k.constants[0], result)
		}
		return
	}
	line := make([]reg.VecVirtual, k.vectors())
	for v := range line {
		line[v] = k.vector()
		k.VMOVUPS(k.pixel(v), line[v])
	}
	for r, row := range k.results {
		weight := k.vector()
		k.VBROADCASTSS(operand.Mem{Base: k.weight, Disp: 4 * r}, weight)
		for v, result := range row[k.line] {
			k.VFMADD231PS(line[v], weight, result)
		}
	}
}

// greatest keeps the greater of the results and an element's line; NaN passes.
func (k *stencilLoop) greatest() {
	for v, result := range k.results[0][k.line] {
		pixel := k.vector()
		k.VMOVUPS(k.pixel(v), pixel)
		k.VMOVAPS(k.pick(k.max(result, pixel), result), result)
	}
}

// row sets at to the address of the r-th row's first pixel, from base.
func (k *stencilLoop) row(at, rows reg.GPVirtual, r int, base string) {
	k.MOVQ(operand.Mem{Base: rows, Disp: 8 * r}, at)
	k.ADDQ(k.field(base), at)
}

func (k *stencilLoop) addResidual(rows reg.GPVirtual) {
	at := k.GP64()
	residual := k.field("residual")
	k.TESTQ(residual, residual)
	k.JZ(operand.LabelRef("clip"))
	line := k.field("residualLine")
	k.each(func(r, l, v int, result reg.VecVirtual) {
		if l == 0 && v == 0 {
			k.row(at, rows, r, "residual")
		} else if v == 0 {
			k.ADDQ(line, at)
		}
		k.VADDPS(operand.Mem{Base: at, Disp: k.place(v, 1)}, result, result)
	})
	k.Label("clip")
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
		k.each(func(_, _, _ int, result reg.VecVirtual) { bound.keep(result, limit, result) })
	}
}

func (k *stencilLoop) store(rows reg.GPVirtual) {
	at, line := k.GP64(), k.field("dstLine")
	k.each(func(r, l, v int, result reg.VecVirtual) {
		if l == 0 && v == 0 {
			k.row(at, rows, r, "dst")
		} else if v == 0 {
			k.ADDQ(line, at)
		}
		k.VMOVUPS(result, operand.Mem{Base: at, Disp: k.place(v, 1)})
	})
}
