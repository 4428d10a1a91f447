package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// channelTiles writes the tiles that keep channels apart: a depthwise convolution
// and its gradients, 16 channels at a time.
func channelTiles(a *assembler) {
	for _, rows := range []int{1, 4, 8, 12, 16} {
		(&channelTile{tile: tile{assembler: a, rows: rows, vectors: 1}}).emitRows()
	}
	for _, rows := range []int{1, 4} {
		(&channelTile{tile: tile{assembler: a, rows: rows, vectors: 2, narrow: true}}).emitRows()
	}
	for _, shape := range [][2]int{{1, 1}, {1, 3}, {3, 3}} {
		(&channelTile{tile: tile{assembler: a, rows: shape[0] * shape[1], vectors: 1}, across: shape[1]}).emitProducts()
	}
	for _, columns := range []int{1, 3} {
		(&channelTile{tile: tile{assembler: a, rows: columns, vectors: 2, narrow: true}, across: columns}).emitProducts()
	}
}

// channelTile is a tile whose factors are vectors on both sides. Its masks hold for
// reading as well.
type channelTile struct {
	tile
	across int // kernel columns of a tile of products
}

func (t *channelTile) start(name, what string) {
	if t.narrow {
		name += "AVX2"
	} else {
		name += "AVX512"
	}
	t.begin(name, "func(t *tile)", name+" is the channel tile of "+what+".")
	t.args = t.Load(t.Param("t"), t.GP64())
	t.loadMasks()
}

// emitRows writes a tile of pixels: sums over the taps.
func (t *channelTile) emitRows() {
	t.start(fmt.Sprintf("channelRows%d", t.rows), fmt.Sprintf("%d pixels", t.rows))
	t.Label("tile")
	t.zeroSums()
	t.loadStrides()
	t.b = t.GP64()
	taps, tap := t.load("tapCount"), t.load("taps")
	t.Label("tap")
	t.startTap(tap)
	w := t.read(operand.Mem{Base: t.b})
	for r := range t.rows {
		t.multiplyAdd(t.at(r, 0), w, t.sums[r])
	}
	t.ADDQ(operand.U8(16), tap)
	t.DECQ(taps)
	t.JNE(operand.LabelRef("tap"))
	t.store()
	t.repeat(t.groups())
	t.VZEROUPPER()
	t.RET()
}

// emitProducts writes a tile of kernel positions: sums over the pixels.
func (t *channelTile) emitProducts() {
	down := t.rows / t.across
	t.start(fmt.Sprintf("channelProducts%dx%d", down, t.across), fmt.Sprintf("%d × %d kernel positions", down, t.across))
	t.Label("tile")
	t.zeroSums()
	t.CMPQ(operand.Mem{Base: t.args, Disp: t.offset("add")}, operand.U8(0))
	t.JEQ(operand.LabelRef("sum"))
	t.eachSum(func(at operand.Mem, sums []reg.VecVirtual) { t.readTo(at, sums) })
	t.Label("sum")
	t.row = t.load("aRow")
	aStep, bStep := t.load("aStep"), t.load("bStep")
	taps, tap, length := t.load("tapCount"), t.load("taps"), t.GP64()
	xs := make([]reg.GPVirtual, down)
	for i := range xs {
		xs[i] = t.GP64()
	}
	t.b = t.GP64()
	t.Label("tap")
	for i, x := range xs {
		t.MOVQ(operand.Mem{Base: tap}, x)
		t.ADDQ(operand.Mem{Base: t.args, Disp: t.offset("a") + 8*i}, x)
	}
	t.MOVQ(operand.Mem{Base: tap, Disp: 8}, t.b)
	t.ADDQ(operand.Mem{Base: t.args, Disp: t.offset("b")}, t.b)
	t.MOVQ(operand.Mem{Base: t.args, Disp: t.offset("length")}, length)
	t.Label("pixel")
	y := t.read(operand.Mem{Base: t.b})
	for r, sums := range t.sums {
		x := operand.Mem{Base: xs[r/t.across]}
		if column := r % t.across; column > 0 {
			x.Index, x.Scale = t.row, uint8(column)
		}
		t.multiplyAdd(x, y, sums)
	}
	for _, x := range xs {
		t.ADDQ(aStep, x)
	}
	t.ADDQ(bStep, t.b)
	t.DECQ(length)
	t.JNE(operand.LabelRef("pixel"))
	t.ADDQ(operand.U8(16), tap)
	t.DECQ(taps)
	t.JNE(operand.LabelRef("tap"))
	t.eachSum(t.write)
	t.repeat(down)
	t.VZEROUPPER()
	t.RET()
}

// eachSum visits where the sums of a tile of products lie.
func (t *channelTile) eachSum(visit func(at operand.Mem, sums []reg.VecVirtual)) {
	step := t.load("cRow")
	for r, sums := range t.sums {
		if r%t.across == 0 {
			t.last = t.pointer("c", r/t.across)
		} else {
			t.ADDQ(step, t.last)
		}
		visit(operand.Mem{Base: t.last}, sums)
	}
}

// read loads the channels that exist.
func (t *channelTile) read(at operand.Mem) []reg.VecVirtual {
	v := make([]reg.VecVirtual, t.vectors)
	for i := range v {
		v[i] = t.vector()
	}
	return t.readTo(at, v)
}

func (t *channelTile) readTo(at operand.Mem, to []reg.VecVirtual) []reg.VecVirtual {
	for v, r := range to {
		if t.narrow {
			t.VMASKMOVPS(at.Offset(32*v), t.masks[v], r)
		} else {
			t.VMOVUPS_Z(at, t.masks[v], r)
		}
	}
	return to
}

func (t *channelTile) write(at operand.Mem, sums []reg.VecVirtual) {
	for v, s := range sums {
		if t.narrow {
			t.VMASKMOVPS(s, t.masks[v], at.Offset(32*v))
		} else {
			t.VMOVUPS(s, t.masks[v], at)
		}
	}
}

// multiplyAdd adds the products of a vector in memory and one in registers.
func (t *channelTile) multiplyAdd(x operand.Mem, y, sums []reg.VecVirtual) {
	if !t.narrow {
		t.VFMADD231PS(x, y[0], t.masks[0], sums[0])
		return
	}
	for v, xs := range t.read(x) {
		t.VFMADD231PS(xs, y[v], sums[v])
	}
}
