package cpu

import (
	"sync"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// program is a compiled function: steps in order, and where their values lie.
type program struct {
	backend *Backend
	name    string
	slots   []slot
	steps   []step
	states  []func() (any, error)
	// inputs are the slots of the parameters, then of the captured values.
	inputs  []int
	outputs []output
	// arena is the size of the memory that intermediate values share.
	arena int
	// summary counts what compiling did, for Explain.
	summary summary

	mu   sync.Mutex
	idle []*frame
}

// slotKind says who owns a slot's memory.
type slotKind int

const (
	arenaSlot slotKind = iota
	inputSlot
	outputSlot
	constantSlot
)

// slot is one piece of memory that a program works on.
type slot struct {
	kind slotKind
	size int
	// offset in the arena.
	offset   int
	constant *memory
}

// output is one result of a program.
type output struct {
	slot  int
	shape shapes.Shape
	// input is the input that the result is, or -1.
	input int
	// donor is the input in whose memory the result can be written if it was
	// donated, or -1.
	donor int
}

// frame is the memory of one run of a program.
type frame struct {
	program *program
	base    []unsafe.Pointer
	states  []any
	arena   *memory
	// current is the step that runs.
	current int
	turn    turn
}

// maxIdle frames are kept for later runs of a program.
const maxIdle = 4

// acquire returns a frame that nobody else uses.
func (p *program) acquire() (*frame, error) {
	p.mu.Lock()
	if last := len(p.idle) - 1; last >= 0 {
		fr := p.idle[last]
		p.idle = p.idle[:last]
		p.mu.Unlock()
		return fr, nil
	}
	p.mu.Unlock()
	return p.newFrame()
}

func (p *program) newFrame() (*frame, error) {
	fr := &frame{program: p, base: make([]unsafe.Pointer, len(p.slots)), arena: newMemory(p.arena)}
	for i, s := range p.slots {
		switch s.kind {
		case arenaSlot:
			fr.base[i] = unsafe.Add(fr.arena.base, s.offset)
		case constantSlot:
			fr.base[i] = s.constant.base
		}
	}
	fr.states = make([]any, len(p.states))
	for i, create := range p.states {
		state, err := create()
		if err != nil {
			return nil, err
		}
		fr.states[i] = state
	}
	return fr, nil
}

// release keeps a frame for the next run. It no longer points at what it was given.
func (p *program) release(fr *frame) {
	for _, slot := range p.inputs {
		fr.base[slot] = nil
	}
	for _, out := range p.outputs {
		fr.base[out.slot] = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) < maxIdle {
		p.idle = append(p.idle, fr)
	}
}

// drop forgets all idle frames.
func (p *program) drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.idle = nil
}

// run runs the steps. Whoever calls it catches panics.
func (p *program) run(fr *frame) error {
	for i := range p.steps {
		fr.current = i
		if err := p.steps[i].run(fr); err != nil {
			return err
		}
		if fr.turn.isOver() {
			fr.turn.end()
		}
	}
	return nil
}

// call runs the program as a part of another: inputs are read, results written.
func (p *program) call(inputs, results []unsafe.Pointer) error {
	fr, err := p.acquire()
	if err != nil {
		return err
	}
	defer p.release(fr)
	return p.callOn(fr, inputs, results)
}

// callOn is call on a frame that the caller keeps.
func (p *program) callOn(fr *frame, inputs, results []unsafe.Pointer) error {
	for i, slot := range p.inputs {
		fr.base[slot] = inputs[i]
	}
	for i, out := range p.outputs {
		if out.input < 0 {
			fr.base[out.slot] = results[i]
		}
	}
	if err := p.run(fr); err != nil {
		return err
	}
	for i, out := range p.outputs {
		if out.input >= 0 {
			size := p.slots[out.slot].size
			copy(elementsAt[byte](results[i], size), elementsAt[byte](fr.base[out.slot], size))
		}
	}
	return nil
}

// compile makes a program of a function, once.
func (f *Function) compile() (*program, error) {
	if f.compiled != nil {
		return f.compiled, nil
	}
	p, err := compileGraph(f)
	if err != nil {
		return nil, err
	}
	f.compiled = p
	return p, nil
}

// compileGraph optimizes and lowers a function.
func compileGraph(f *Function) (p *program, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			if failure, ok := cause.(error); ok {
				err = errors.WithMessage(failure, "cpu")
				return
			}
			err = errors.Errorf("cpu: %v", cause)
		}
	}()
	p = &program{backend: f.builder.backend, name: f.name}
	g, err := optimize(f, &p.summary)
	if err != nil {
		return nil, err
	}
	l := newLowering(p)
	l.external, l.lazy = g.external(), g.lazy
	for _, list := range [][]*value{f.parameters, f.captures} {
		for _, v := range list {
			l.leaf(v)
			p.inputs = append(p.inputs, l.operand(v).slot)
		}
	}
	for _, u := range g.units {
		if err := l.unit(u); err != nil {
			return nil, err
		}
	}
	l.outputs(g.outputs)
	p.plan()
	return p, nil
}

// unit lowers what runs as one.
func (l *lowering) unit(u unit) error {
	if u.node == nil {
		return l.fused(u.fused)
	}
	if u.fused != nil || u.then != nil {
		l.tail = u
		defer func() { l.tail = unit{} }()
	}
	switch u.node.op {
	case compute.OpTypeParameter, compute.OpTypeCapturedValue:
		return nil
	case compute.OpTypeConstant:
		l.leaf(u.node.result())
		return nil
	}
	return l.node(u.node)
}
