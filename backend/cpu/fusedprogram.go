package cpu

import (
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"espalier/internal/simd"
)

// blockLength is about how many elements a fused step works on at a time: few
// enough that a dozen blocks stay in the first-level cache.
const blockLength = 1024

// fusedProgram is a group of element-wise operations as instructions on blocks.
type fusedProgram struct {
	size   int
	block  int
	leaves []leaf
	code   []instruction
	stores []store
	// reduced are the reductions at the end of the instructions.
	reduced []reducedStore
	// memory of each register: the number of its scratch block, or one of those below.
	memory []int
	// blocks of scratch memory.
	blocks int
	tasks  int
	states sync.Pool
}

const (
	// directLeaf registers are in the leaf's tensor.
	directLeaf = -1
	// directStore registers are in the result's tensor.
	directStore = -2
	// unusedRegister is one that no instruction writes any more.
	unusedRegister = -3
)

// leaf is a tensor that a fused step reads.
type leaf struct {
	register int
	from     operand
	dtype    dtypes.DType
	pattern  pattern
	// steady leaves are the same in every block and loaded once a task.
	steady bool
	// number leaves are one number, which instructions read themselves.
	number bool
}

// direct says that blocks of the tensor are read where they are.
func (l *leaf) direct() bool { return l.dtype == dtypes.Float32 && l.pattern.contiguous() }

// instruction computes one block.
type instruction struct {
	name compute.OpType
	// before are operations that it does first, see contract.
	before  []compute.OpType
	unary   vectorUnary
	binary  vectorBinary
	ternary vectorTernary
	// scalar is used instead of binary: in[1] is a number.
	scalar func(to, x []float32, y float32)
	to     int
	in     [3]int
}

// operands are the registers that it reads.
func (i *instruction) operands() []int {
	switch {
	case i.unary != nil:
		return i.in[:1]
	case i.ternary != nil:
		return i.in[:3]
	}
	return i.in[:2]
}

// store is a result that a fused step writes: where it is computed if it is direct,
// else at the end of a block.
type store struct {
	register int
	to       operand
	direct   bool
}

// reducedStore is a reduction of a register: each line of some columns to one
// element, or all rows of some columns to one row, which each task does with its
// own rows first.
type reducedStore struct {
	name     compute.OpType
	fold     fold
	register int
	columns  int
	lines    bool
	to       operand
	// partial results of each task, a row each.
	partial operand
}

// fusedState is the memory of one task.
type fusedState struct {
	scratch   []float32
	registers [][]float32
	// sums has a block for each reduction of rows.
	sums [][]float32
}

func (p *fusedProgram) state() *fusedState {
	if s, ok := p.states.Get().(*fusedState); ok {
		return s
	}
	scratch := newMemory(4 * p.blocks * p.stride())
	s := &fusedState{
		scratch:   elementsAt[float32](scratch.base, p.blocks*p.stride()),
		registers: make([][]float32, len(p.memory)),
		sums:      make([][]float32, len(p.reduced)),
	}
	for i := range s.sums {
		s.sums[i] = make([]float32, p.block)
	}
	return s
}

// keep keeps a task's memory for another task. Its registers are cleared: in a pool they
// would keep a frame's memory alive for two garbage collections.
func (p *fusedProgram) keep(s *fusedState) {
	clear(s.registers)
	p.states.Put(s)
}

// stride between scratch blocks keeps each on a cache line of its own.
func (p *fusedProgram) stride() int { return align(4*p.block) / 4 }

// run computes one task's share of the blocks.
func (p *fusedProgram) run(fr *frame, task int) {
	s := p.state()
	blocks := ceilDiv(p.size, p.block)
	first, last := task*blocks/p.tasks, (task+1)*blocks/p.tasks
	p.loadSteady(fr, s)
	p.clearSums(s)
	p.runRange(fr, s, first*p.block, min(p.size, last*p.block))
	for i := range p.reduced {
		if r := &p.reduced[i]; !r.lines {
			r.row(r.partial.float32s(fr)[task*r.columns:(task+1)*r.columns], s.sums[i])
		}
	}
	p.keep(s)
}

// loadSteady loads the leaves that are the same in every block.
func (p *fusedProgram) loadSteady(fr *frame, s *fusedState) {
	for i := range p.leaves {
		if leaf := &p.leaves[i]; leaf.steady && !leaf.number {
			leaf.load(fr, p.scratch(s, leaf.register, min(p.block, p.size)), 0)
		}
	}
}

func (p *fusedProgram) clearSums(s *fusedState) {
	for i := range p.reduced {
		vectorFill(s.sums[i], p.reduced[i].fold.neutral)
	}
}

// runRange computes the elements from first to last, block by block.
func (p *fusedProgram) runRange(fr *frame, s *fusedState, first, last int) {
	for start := first; start < last; start += p.block {
		p.runBlock(fr, s, start, min(p.block, last-start))
	}
}

func (p *fusedProgram) scratch(s *fusedState, register, count int) []float32 {
	at := p.memory[register] * p.stride()
	return s.scratch[at : at+count]
}

// runBlock computes count elements from start on.
func (p *fusedProgram) runBlock(fr *frame, s *fusedState, start, count int) {
	for r, memory := range p.memory {
		if memory >= 0 {
			s.registers[r] = p.scratch(s, r, count)
		}
	}
	for i := range p.leaves {
		leaf := &p.leaves[i]
		if leaf.number {
			s.registers[leaf.register] = leaf.from.float32s(fr)
		} else if leaf.direct() {
			s.registers[leaf.register] = leaf.from.float32s(fr)[start : start+count]
		} else if !leaf.steady {
			leaf.load(fr, s.registers[leaf.register], start)
		}
	}
	for i := range p.stores {
		if store := &p.stores[i]; store.direct {
			s.registers[store.register] = store.to.float32s(fr)[start : start+count]
		}
	}
	for i := range p.code {
		c := &p.code[i]
		switch to, x := s.registers[c.to], s.registers[c.in[0]]; {
		case c.scalar != nil:
			c.scalar(to, x, s.registers[c.in[1]][0])
		case c.binary != nil:
			c.binary(to, x, s.registers[c.in[1]])
		case c.unary != nil:
			c.unary(to, x)
		default:
			c.ternary(to, x, s.registers[c.in[1]], s.registers[c.in[2]])
		}
	}
	for i := range p.reduced {
		r := &p.reduced[i]
		r.reduce(fr, s.registers[r.register], s.sums[i], start)
	}
	for i := range p.stores {
		store := &p.stores[i]
		switch from := s.registers[store.register]; {
		case store.direct:
		case store.to.shape.DType == dtypes.Bool:
			toBool(slice[byte](fr, store.to)[start:start+count], from)
		default:
			copy(store.to.float32s(fr)[start:start+count], from)
		}
	}
}

// load fills a block with the elements of the leaf's walk from start on.
func (l *leaf) load(fr *frame, to []float32, start int) {
	switch l.dtype {
	case dtypes.Float32:
		from := l.from.float32s(fr)
		if times := l.pattern.times(); times > 0 && start%times == 0 {
			loadRepeated(to, from[start/times:], times)
		} else {
			loadPattern(l.pattern, to, from, start, func(to, from []float32) { copy(to, from) })
		}
	case dtypes.Bool:
		loadPattern(l.pattern, to, slice[byte](fr, l.from), start, simd.FromBytes)
	case dtypes.Int32:
		loadPattern(l.pattern, to, slice[int32](fr, l.from), start, simd.FromInt32)
	default:
		loadPattern(l.pattern, to, slice[uint32](fr, l.from), start, simd.FromUint32)
	}
}

// loadRepeated fills a block with elements each of which stands there several times,
// the last perhaps fewer.
func loadRepeated(to, from []float32, times int) {
	whole := len(to) / times
	simd.Repeat(to, from[:whole], times)
	if rest := to[whole*times:]; len(rest) > 0 {
		vectorFill(rest, from[whole])
	}
}

// loadPattern walks through a tensor and converts what it finds.
func loadPattern[T float32 | byte | int32 | uint32](p pattern, to []float32, from []T, start int, convert func(to []float32, from []T)) {
	if p.contiguous() {
		convert(to, from[start:start+len(to)])
		return
	}
	p.load(start, len(to),
		func(at, source, count int) { convert(to[at:at+count], from[source:source+count]) },
		func(at, source, count int) { vectorFill(to[at:at+count], float32(from[source])) })
}

// row reduces rows to one, which may change them.
func (r *reducedStore) row(to, rows []float32) {
	if r.columns == 1 {
		to[0] = r.fold.line(rows)
		return
	}
	// The last half of the rows goes into the first: few calls for many short rows.
	for count := len(rows) / r.columns; count > 1; {
		half := count / 2
		count -= half
		r.fold.rows(rows[:half*r.columns], rows[:half*r.columns], rows[count*r.columns:][:half*r.columns])
	}
	copy(to, rows[:r.columns])
}

// reduce reduces a block: its lines at once, its rows into those of the task.
func (r *reducedStore) reduce(fr *frame, block, sums []float32, start int) {
	if !r.lines {
		r.fold.rows(sums[:len(block)], sums[:len(block)], block)
		return
	}
	to := r.to.float32s(fr)[start/r.columns:]
	for line := range len(block) / r.columns {
		to[line] = r.fold.line(block[line*r.columns : (line+1)*r.columns])
	}
}

// combine reduces the partial results of the tasks, in their order.
func (p *fusedProgram) combine(fr *frame) {
	for i := range p.reduced {
		if r := &p.reduced[i]; !r.lines {
			r.row(r.to.float32s(fr), r.partial.float32s(fr))
		}
	}
}
