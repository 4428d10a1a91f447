package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// tiles writes the register tiles of the matrix product and the convolutions: a
// tile of rows × 16·vectors sums stays in registers over the whole sum.
func tiles(a *assembler) {
	for _, shape := range []struct{ rows, vectors int }{
		{1, 1}, {4, 1}, {8, 1}, {12, 1}, {16, 1}, {1, 2}, {4, 2}, {8, 2}, {12, 2},
	} {
		(&tile{assembler: a, rows: shape.rows, vectors: shape.vectors}).emit()
	}
	for _, shape := range []struct{ rows, vectors int }{{9, 1}, {12, 1}, {16, 1}, {9, 2}, {12, 2}} {
		(&tile{assembler: a, rows: shape.rows, vectors: shape.vectors, panel: true}).emit()
	}
	for _, rows := range []int{1, 4} {
		(&tile{assembler: a, rows: rows, vectors: 2, narrow: true}).emit()
	}
	(&tile{assembler: a, rows: 6, vectors: 2, narrow: true, panel: true}).emit()
}

// tile emits one kernel. A panel kernel reads the rows of one step at neighbouring
// addresses; a rows kernel reads the steps of one row at neighbouring addresses, and its
// rows lie in groups of four. Narrow kernels use AVX2's eight lanes and are always 16
// columns wide.
type tile struct {
	*assembler
	rows, vectors int
	panel, narrow bool

	args      reg.Register
	sums      [][]reg.VecVirtual
	columns   []reg.VecVirtual
	factors   []reg.VecVirtual
	masks     []reg.Register
	a         []reg.GPVirtual
	row, row3 reg.GPVirtual
	b, bStep  reg.GPVirtual
	bVector   reg.GPVirtual
	last      reg.Register // row of c that eachRow visits
}

func (t *tile) name() string {
	kind, lanes := "Rows", "AVX512"
	if t.panel {
		kind = "Panel"
	}
	if t.narrow {
		lanes = "AVX2"
	}
	return fmt.Sprintf("tile%s%dx%d%s", kind, t.rows, t.width(), lanes)
}

func (t *tile) width() int {
	if t.narrow {
		return 16
	}
	return 16 * t.vectors
}

func (t *tile) emit() {
	kind := "rows"
	if t.panel {
		kind = "panel"
	}
	t.begin(t.name(), "func(t *tile)", fmt.Sprintf("%s is the %s tile of %d × %d sums.", t.name(), kind, t.rows, t.width()))
	t.args = t.Load(t.Param("t"), t.GP64())
	t.loadMasks()
	t.Label("tile")
	t.loadStart()
	t.b, t.bStep = t.GP64(), t.load("bStep")
	if t.vectors == 2 && !t.narrow {
		t.bVector = t.load("bVector")
	}
	t.sum()
	t.store()
	if !t.panel {
		t.repeat(t.groups())
	}
	t.VZEROUPPER()
	t.RET()
}

// repeat goes to the next repetition of a tile of some groups, while there is one.
func (t *tile) repeat(groups int) {
	t.DECQ(operand.Mem{Base: t.args, Disp: t.offset("count")})
	t.JLE(operand.LabelRef("return"))
	t.ADDQ(t.load("bNext"), operand.Mem{Base: t.args, Disp: t.offset("b")})
	for _, field := range []string{"a", "c"} {
		step := t.load(field + "Next")
		for g := range groups {
			t.ADDQ(step, operand.Mem{Base: t.args, Disp: t.offset(field) + 8*g})
		}
	}
	t.JMP(operand.LabelRef("tile"))
	t.Label("return")
}

func (t *tile) vector() reg.VecVirtual {
	if t.narrow {
		return t.YMM()
	}
	return t.ZMM()
}

func (t *tile) load(field string) reg.GPVirtual {
	r := t.GP64()
	t.MOVQ(operand.Mem{Base: t.args, Disp: t.offset(field)}, r)
	return r
}

func (t *tile) pointer(field string, group int) reg.GPVirtual {
	r := t.GP64()
	t.MOVQ(operand.Mem{Base: t.args, Disp: t.offset(field) + 8*group}, r)
	return r
}

// loadMasks makes the masks of the columns that exist.
func (t *tile) loadMasks() {
	if t.narrow {
		t.loadNarrowMasks()
		return
	}
	columns, ones := t.GP32(), t.GP32()
	t.MOVL(operand.Mem{Base: t.args, Disp: t.offset("cols")}, columns)
	t.MOVL(operand.U32(0xffffffff), ones)
	t.BZHIL(columns, ones, ones)
	for v := range t.vectors {
		k := t.K()
		t.KMOVW(ones, k)
		t.masks = append(t.masks, k)
		if v+1 < t.vectors {
			t.SHRL(operand.U8(16), ones)
		}
	}
}

// loadNarrowMasks reads two of AVX2's vector masks out of a table: 16 lanes of
// ones and 16 of zeros, entered at 16 − columns.
func (t *tile) loadNarrowMasks() {
	columns, table := t.GP64(), t.GP64()
	t.MOVQ(operand.Mem{Base: t.args, Disp: t.offset("cols")}, columns)
	t.NEGQ(columns)
	t.LEAQ(t.maskTable(), table)
	for v := range 2 {
		m := t.YMM()
		t.VMOVDQU(operand.Mem{Base: table, Index: columns, Scale: 4, Disp: 64 + 32*v}, m)
		t.masks = append(t.masks, m)
	}
}

// offset is the position of a field of the argument structure, or of its first
// element.
func (t *tile) offset(field string) int {
	c := t.Param("t").Dereference(t.args).Field(field)
	if field == "a" || field == "c" {
		c = c.Index(0)
	}
	b, err := c.Resolve()
	if err != nil {
		t.err = err
		return 0
	}
	return b.Addr.Disp
}

// zeroSums sets the sums to zero.
func (t *tile) zeroSums() {
	for range t.rows {
		row := make([]reg.VecVirtual, t.vectors)
		for v := range row {
			row[v] = t.vector()
			if t.narrow {
				t.VXORPS(row[v], row[v], row[v])
			} else {
				t.VPXORD(row[v], row[v], row[v])
			}
		}
		t.sums = append(t.sums, row)
	}
}

// loadStart sets the sums to zero, or to what is in c when the tile adds to it.
func (t *tile) loadStart() {
	t.zeroSums()
	if t.panel {
		t.prefetch()
	}
	t.CMPQ(operand.Mem{Base: t.args, Disp: t.offset("add")}, operand.U8(0))
	t.JEQ(operand.LabelRef("sum"))
	t.eachRow("sum", func(at operand.Mem, sums []reg.VecVirtual) {
		for v, s := range sums {
			if t.narrow {
				t.VMASKMOVPS(at.Offset(32*v), t.masks[v], s)
			} else {
				t.VMOVUPS_Z(at.Offset(64*v), t.masks[v], s)
			}
		}
	})
	t.Label("sum")
}

// prefetch requests the rows of c below the tile's, which are most often those of the next
// tile: with a large c, waiting for them takes up to a tenth of the time of a sum.
func (t *tile) prefetch() {
	step, at := t.load("cRow"), t.pointer("c", 0)
	below := t.GP64()
	t.IMUL3Q(operand.U8(t.rows), step, below)
	t.ADDQ(below, at)
	for range t.rows {
		for line := range (t.width() + 15) / 16 {
			t.PREFETCHT0(operand.Mem{Base: at, Disp: 64 * line})
		}
		t.ADDQ(step, at)
	}
}

// eachRow visits the rows of c in order, a panel's only as many as it has, and
// then goes to the label.
func (t *tile) eachRow(end string, visit func(at operand.Mem, sums []reg.VecVirtual)) {
	step := t.load("cRow")
	if t.panel {
		at, rows := t.pointer("c", 0), t.load("rows")
		for _, sums := range t.sums {
			visit(operand.Mem{Base: at}, sums)
			t.ADDQ(step, at)
			t.DECQ(rows)
			t.JEQ(operand.LabelRef(end))
		}
		return
	}
	for r, sums := range t.sums {
		at := operand.Mem{}
		if r%4 == 0 {
			at.Base = t.pointer("c", r/4)
			t.last = at.Base
		} else {
			t.ADDQ(step, t.last)
			at.Base = t.last
		}
		visit(at, sums)
	}
}

// sum runs over the taps and, inside, over the steps of each.
func (t *tile) sum() {
	taps, tap := t.load("tapCount"), t.load("taps")
	length := t.GP64()
	t.loadStrides()
	t.Label("tap")
	t.startTap(tap)
	t.MOVQ(operand.Mem{Base: t.args, Disp: t.offset("length")}, length)
	if !t.panel {
		t.SUBQ(operand.U8(4), length)
		t.JLT(operand.LabelRef("rest"))
		t.Label("four")
		for k := range 4 {
			t.step(k)
		}
		t.advance(4)
		t.SUBQ(operand.U8(4), length)
		t.JGE(operand.LabelRef("four"))
		t.Label("rest")
		t.ADDQ(operand.U8(4), length)
		t.JEQ(operand.LabelRef("next"))
	}
	t.Label("one")
	t.step(0)
	t.advance(1)
	t.DECQ(length)
	t.JNE(operand.LabelRef("one"))
	t.Label("next")
	t.ADDQ(operand.U8(16), tap)
	t.DECQ(taps)
	t.JNE(operand.LabelRef("tap"))
}

func (t *tile) loadStrides() {
	if t.panel {
		t.row = t.load("aStep")
		return
	}
	t.row = t.load("aRow")
	t.row3 = t.GP64()
	t.LEAQ(operand.Mem{Base: t.row, Index: t.row, Scale: 2}, t.row3)
}

func (t *tile) groups() int {
	if t.panel {
		return 1
	}
	return (t.rows + 3) / 4
}

// startTap points a and b at the first step of a tap.
func (t *tile) startTap(tap reg.Register) {
	if t.a == nil {
		for range t.groups() {
			t.a = append(t.a, t.GP64())
		}
	}
	offset := t.offset("a")
	for g, p := range t.a {
		t.MOVQ(operand.Mem{Base: tap}, p)
		t.ADDQ(operand.Mem{Base: t.args, Disp: offset + 8*g}, p)
	}
	t.MOVQ(operand.Mem{Base: tap, Disp: 8}, t.b)
	t.ADDQ(operand.Mem{Base: t.args, Disp: t.offset("b")}, t.b)
}

// at is the address of row r of a, k steps on.
func (t *tile) at(r, k int) operand.Mem {
	if t.panel {
		return operand.Mem{Base: t.a[0], Disp: 4 * r}
	}
	m := operand.Mem{Base: t.a[r/4], Disp: 4 * k}
	switch r % 4 {
	case 1:
		m.Index, m.Scale = t.row, 1
	case 2:
		m.Index, m.Scale = t.row, 2
	case 3:
		m.Index, m.Scale = t.row3, 1
	}
	return m
}

// step adds one step's products to all sums and moves b on.
func (t *tile) step(k int) {
	if t.columns == nil {
		for range t.vectors {
			t.columns = append(t.columns, t.vector())
		}
		for range map[bool]int{false: 4, true: 2}[t.narrow] {
			t.factors = append(t.factors, t.vector())
		}
	}
	t.loadColumns()
	for r, sums := range t.sums {
		if t.vectors == 1 && !t.narrow {
			t.VFMADD231PS_BCST(t.at(r, k), t.columns[0], sums[0])
			continue
		}
		f := t.factors[r%len(t.factors)]
		t.VBROADCASTSS(t.at(r, k), f)
		for v, s := range sums {
			t.VFMADD231PS(t.columns[v], f, s)
		}
	}
	t.ADDQ(t.bStep, t.b)
}

func (t *tile) loadColumns() {
	first := operand.Mem{Base: t.b}
	t.VMOVUPS(first, t.columns[0])
	switch {
	case t.narrow:
		t.VMOVUPS(first.Offset(32), t.columns[1])
	case t.vectors == 2:
		t.VMOVUPS(operand.Mem{Base: t.b, Index: t.bVector, Scale: 1}, t.columns[1])
	}
}

func (t *tile) advance(steps int) {
	for _, p := range t.a {
		if t.panel {
			t.ADDQ(t.row, p)
		} else {
			t.ADDQ(operand.U8(4*steps), p)
		}
	}
}

// store writes the sums to c, only the columns that exist.
func (t *tile) store() {
	if t.narrow {
		t.storeNarrow()
		return
	}
	t.eachRow("stored", func(at operand.Mem, sums []reg.VecVirtual) {
		for v, s := range sums {
			t.VMOVUPS(s, t.masks[v], at.Offset(64*v))
		}
	})
	t.Label("stored")
}

// storeNarrow stores whole vectors without a mask, since AVX2's masked stores are slow on
// some processors.
func (t *tile) storeNarrow() {
	t.CMPQ(operand.Mem{Base: t.args, Disp: t.offset("cols")}, operand.U8(16))
	t.JNE(operand.LabelRef("masked"))
	t.eachRow("stored", func(at operand.Mem, sums []reg.VecVirtual) {
		for v, s := range sums {
			t.VMOVUPS(s, at.Offset(32*v))
		}
	})
	t.JMP(operand.LabelRef("stored"))
	t.Label("masked")
	t.eachRow("stored", func(at operand.Mem, sums []reg.VecVirtual) {
		for v, s := range sums {
			t.VMASKMOVPS(s, t.masks[v], at.Offset(32*v))
		}
	})
	t.Label("stored")
}
