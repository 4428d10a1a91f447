package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// sparseVectors are the numbers of vectors of columns that there are kernels for.
var sparseVectors = []int{1, 2, 4, 8}

// sparseProducts writes the kernels of products of a sparse matrix with a dense one, and
// those that combine rows of a dense matrix in other ways.
func sparseProducts(a *assembler) {
	for _, k := range []sparseKernel{
		{name: "sparseSum", join: (*sparseLoop).add},
		{name: "sparseProduct", weigh: (*sparseLoop).one, join: (*sparseLoop).addProduct},
		{name: "sparseHeads", weigh: (*sparseLoop).each, join: (*sparseLoop).addHead},
		{name: "sparseAdd", onto: true, join: (*sparseLoop).add},
		{name: "sparseMax", onto: true, join: (*sparseLoop).max},
		{name: "sparseMin", onto: true, join: (*sparseLoop).min},
	} {
		for _, vectors := range sparseVectors {
			twin := fmt.Sprintf("%sGo of %d vectors", k.name, vectors)
			a.bothWidths(fmt.Sprintf("%s%d", k.name, vectors), "func(s *sparseRows)", twin, func(l *lanes) {
				(&sparseLoop{lanes: l, sparseKernel: k, vectors: vectors}).emit()
			})
		}
	}
}

// sparseKernel is what one kind of kernel does.
type sparseKernel struct {
	name string
	// onto says that results start from what dst holds, not from zero.
	onto bool
	// weigh, if not nil, loads the weights of an element.
	weigh func(k *sparseLoop)
	// join combines a vector of a row that an element chooses with the results.
	join func(k *sparseLoop, v int, x reg.VecVirtual)
}

// sparseLoop is one kernel. The results of a row stay in registers over all its
// elements.
type sparseLoop struct {
	*lanes
	sparseKernel
	vectors      int
	e, row       reg.GPVirtual
	values       reg.GPVirtual
	order        reg.GPVirtual
	heads        reg.GPVirtual
	weight       reg.VecVirtual
	results      []reg.VecVirtual
	headOf       []reg.VecVirtual
	headTable    reg.GPVirtual
	columns      reg.Register // mask of the last vector of columns
	headsPresent reg.Register // mask of an element's weights
}

func (k *sparseLoop) emit() {
	s := k.integer("s")
	field := func(name string) reg.GPVirtual {
		return k.Load(k.Param("s").Dereference(s).Field(name), k.GP64()).(reg.GPVirtual)
	}
	k.setMask(field("last"))
	k.columns = k.mask
	if k.weigh != nil {
		k.weight = k.vector()
		k.loadHeads(field)
		k.values, k.order = field("values"), field("order")
	}
	dst, dstStep, x, xStep := field("dst"), field("dstStep"), field("x"), field("xStep")
	starts, columns, rows := field("starts"), field("columns"), field("rows")
	k.results = make([]reg.VecVirtual, k.vectors)
	for v := range k.results {
		k.results[v] = k.vector()
	}
	end := k.GP64()
	k.e, k.row = k.GP64(), k.GP64()
	k.MOVLQSX(operand.Mem{Base: starts}, k.e)
	k.Label("row")
	k.MOVLQSX(operand.Mem{Base: starts, Disp: 4}, end)
	for v, result := range k.results {
		if k.onto {
			k.VMOVAPS(k.read(operand.Mem{Base: dst, Disp: v * k.bytes()}, v == k.vectors-1), result)
		} else {
			k.zero(result)
		}
	}
	k.CMPQ(k.e, end)
	k.JGE(operand.LabelRef("store"))
	k.Label("element")
	if k.weigh != nil {
		k.weigh(k)
	}
	k.MOVLQSX(operand.Mem{Base: columns, Index: k.e, Scale: 4}, k.row)
	k.IMULQ(xStep, k.row)
	k.ADDQ(x, k.row)
	for v := range k.results {
		k.join(k, v, k.read(operand.Mem{Base: k.row, Disp: v * k.bytes()}, v == k.vectors-1))
	}
	k.INCQ(k.e)
	k.CMPQ(k.e, end)
	k.JLT(operand.LabelRef("element"))
	k.Label("store")
	for v, result := range k.results {
		k.write(result, operand.Mem{Base: dst, Disp: v * k.bytes()}, v == k.vectors-1)
	}
	k.ADDQ(dstStep, dst)
	k.ADDQ(operand.U8(4), starts)
	k.DECQ(rows)
	k.JNE(operand.LabelRef("row"))
}

// loadHeads loads, if elements have several weights, the number of each column's weight,
// into registers if there are enough.
func (k *sparseLoop) loadHeads(field func(name string) reg.GPVirtual) {
	if k.name != "sparseHeads" {
		return
	}
	k.setMask(field("headCount"))
	k.headsPresent, k.mask = k.mask, k.columns
	k.headTable = field("headOf")
	if k.wide {
		for v := range k.vectors {
			k.headOf = append(k.headOf, k.read(operand.Mem{Base: k.headTable, Disp: v * k.bytes()}, false))
		}
	}
	k.heads = field("headStep")
}

// at sets row to the number of an element's weight.
func (k *sparseLoop) at() {
	k.MOVQ(k.e, k.row)
	k.TESTQ(k.order, k.order)
	k.JZ(operand.LabelRef("inOrder"))
	k.MOVLQSX(operand.Mem{Base: k.order, Index: k.e, Scale: 4}, k.row)
	k.Label("inOrder")
}

// one loads an element's only weight.
func (k *sparseLoop) one() {
	k.at()
	k.VBROADCASTSS(operand.Mem{Base: k.values, Index: k.row, Scale: 4}, k.weight)
}

// each loads an element's weights.
func (k *sparseLoop) each() {
	k.at()
	k.IMULQ(k.heads, k.row)
	from := operand.Mem{Base: k.values, Index: k.row, Scale: 1}
	if k.wide {
		k.VMOVUPS_Z(from, k.headsPresent, k.weight)
	} else {
		k.VMASKMOVPS(from, k.headsPresent, k.weight)
	}
}

func (k *sparseLoop) add(v int, x reg.VecVirtual) { k.VADDPS(x, k.results[v], k.results[v]) }

func (k *sparseLoop) addProduct(v int, x reg.VecVirtual) {
	k.VFMADD231PS(x, k.weight, k.results[v])
}

func (k *sparseLoop) addHead(v int, x reg.VecVirtual) {
	weights := k.vector()
	if k.wide {
		k.VPERMPS(k.weight, k.headOf[v], weights)
	} else {
		k.VMOVUPS(operand.Mem{Base: k.headTable, Disp: v * k.bytes()}, weights)
		k.VPERMPS(k.weight, weights, weights)
	}
	k.VFMADD231PS(x, weights, k.results[v])
}

func (k *sparseLoop) max(v int, x reg.VecVirtual) {
	k.VMOVAPS(k.pick(k.lanes.max(k.results[v], x), k.results[v]), k.results[v])
}

func (k *sparseLoop) min(v int, x reg.VecVirtual) {
	k.VMOVAPS(k.pick(k.lanes.min(k.results[v], x), k.results[v]), k.results[v])
}
