package cpu

import (
	"fmt"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// lowering is a program being made.
type lowering struct {
	program *program
	places  map[*value]operand
	// external are the values that are read outside of the fused group that computes them.
	external map[*value]bool
	// lazy nodes are computed by the groups that read them.
	lazy map[*node]bool
	// staging are the states that hold operands of stock programs, by their shape and
	// their number among the operands of that shape.
	staging map[string]int
	// tail is the unit being lowered if its node has an epilogue.
	tail unit
}

func newLowering(p *program) *lowering {
	return &lowering{program: p, places: map[*value]operand{}, external: map[*value]bool{}, staging: map[string]int{}}
}

// operand is where a value is.
func (l *lowering) operand(v *value) operand {
	place, ok := l.places[v]
	if !ok && isView(v.node.op) {
		of := l.operand(v.node.operands[v.index])
		place = operand{slot: of.slot, offset: of.offset, size: v.shape.Size(), shape: v.shape}
		l.places[v] = place
		return place
	}
	if !ok {
		panic(errors.Errorf("%s uses a value before it is computed", v.node.signature()))
	}
	return place
}

// operands are where the operands of a node are.
func (l *lowering) operands(n *node) []operand {
	out := make([]operand, len(n.operands))
	for i, v := range n.operands {
		out[i] = l.operand(v)
	}
	return out
}

// result makes room for a value.
func (l *lowering) result(v *value) operand {
	place := l.room(v.shape)
	l.places[v] = place
	return place
}

// results make room for all results of a node.
func (l *lowering) results(n *node) []operand {
	out := make([]operand, len(n.results))
	for i, v := range n.results {
		out[i] = l.result(v)
	}
	return out
}

// room makes room for a tensor.
func (l *lowering) room(shape shapes.Shape) operand {
	return l.place(slot{kind: arenaSlot, size: byteSize(shape)}, shape)
}

func (l *lowering) place(s slot, shape shapes.Shape) operand {
	l.program.slots = append(l.program.slots, s)
	return operand{slot: len(l.program.slots) - 1, size: shape.Size(), shape: shape}
}

// placed says whether a value has memory of its own.
func (l *lowering) placed(v *value) bool {
	_, ok := l.places[v]
	return ok
}

// emit adds a step. One that writes nothing but empty tensors is left out.
func (l *lowering) emit(s step) {
	for _, w := range s.writes {
		if w.size > 0 {
			l.program.steps = append(l.program.steps, s)
			return
		}
	}
}

// constant says that an operand is a constant of the program.
func (l *lowering) constant(o operand) bool { return l.program.slots[o.slot].kind == constantSlot }

// state adds something of which each frame has its own, and returns its number.
func (l *lowering) state(create func() (any, error)) int {
	l.program.states = append(l.program.states, create)
	return len(l.program.states) - 1
}

// node lowers one node.
func (l *lowering) node(n *node) error {
	if k := kernelOf(n); k != nil {
		return errors.WithMessage(k.lower(l, n), n.signature())
	}
	if n.stock == nil {
		// The node's operands have changed since it was recorded.
		if err := l.program.backend.support(n); err != nil {
			return err
		}
	}
	l.stock(n)
	return nil
}

// stock lowers a node to its program on the stock backend.
func (l *lowering) stock(n *node) {
	reads, writes := l.operands(n), l.results(n)
	stock := n.stock
	states := make([]int, len(reads))
	seen := map[string]int{}
	for i, shape := range stock.operands {
		seen[shape.String()]++
		states[i] = l.stage(shape, seen[shape.String()])
	}
	l.emit(step{name: n.op.String(), detail: "go:ops_sequential", reads: reads, writes: writes,
		run: func(fr *frame) error {
			var room [8]stockInput
			var from, to [8]unsafe.Pointer
			inputs, sources, results := room[:0], from[:0], to[:0]
			for i, read := range reads {
				inputs = append(inputs, *fr.states[states[i]].(*stockInput))
				sources = append(sources, read.at(fr))
			}
			for _, write := range writes {
				results = append(results, write.at(fr))
			}
			return stock.call(inputs, sources, results)
		}})
}

// stage returns the state that holds a stock program's nth operand of a shape.
func (l *lowering) stage(shape shapes.Shape, nth int) int {
	key := fmt.Sprint(shape, nth)
	if index, ok := l.staging[key]; ok {
		return index
	}
	backend := l.program.backend
	l.staging[key] = l.state(func() (any, error) {
		buffer, flat, err := backend.stock.NewSharedBuffer(0, shape)
		return &stockInput{buffer, flat}, err
	})
	return l.staging[key]
}

// leaf places a parameter, a captured value or a constant.
func (l *lowering) leaf(v *value) {
	switch v.node.op {
	case compute.OpTypeConstant:
		c := v.node.attributes.(*constant)
		l.places[v] = l.place(slot{kind: constantSlot, size: len(c.memory.bytes), constant: c.memory}, v.shape)
	default:
		l.places[v] = l.place(slot{kind: inputSlot, size: byteSize(v.shape)}, v.shape)
	}
}

// outputs notes where the program's results are, and adds copies of those that have no slot
// of their own.
func (l *lowering) outputs(values []*value) {
	p := l.program
	inputs := map[int]int{}
	for i, slot := range p.inputs {
		inputs[slot] = i
	}
	for _, v := range values {
		place := l.operand(v)
		whole := place.offset == 0 && p.slots[place.slot].size == byteSize(v.shape)
		if input, ok := inputs[place.slot]; ok && whole {
			p.outputs = append(p.outputs, output{slot: place.slot, shape: v.shape, input: input, donor: -1})
			continue
		}
		if !whole || p.slots[place.slot].kind != arenaSlot {
			place = l.copied(place)
		}
		p.slots[place.slot].kind = outputSlot
		p.outputs = append(p.outputs, output{slot: place.slot, shape: v.shape, input: -1, donor: -1})
	}
}

// copied adds a copy of an operand.
func (l *lowering) copied(from operand) operand {
	to := l.room(from.shape)
	l.emit(step{name: "copy", reads: []operand{from}, writes: []operand{to},
		run: func(fr *frame) error {
			copy(to.bytes(fr), from.bytes(fr))
			return nil
		}})
	return to
}

// positions makes room for n positions.
func (l *lowering) positions(n int) operand {
	return l.room(shapes.Make(dtypes.Int64, n))
}
