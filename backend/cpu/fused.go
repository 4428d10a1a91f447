package cpu

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"espalier/internal/simd"
)

// fuser makes a fusedProgram of a cluster.
type fuser struct {
	l         *lowering
	program   *fusedProgram
	registers map[*value]int
	leaves    map[string]int
	// columns, if not 0, is the length of rows: the program can begin at any of them.
	columns int
	// born is the instruction that writes a register, -1 for a leaf; dies the last
	// that reads it.
	born, dies []int
	// inBlocks are the registers that are read element by element.
	inBlocks map[int]bool
}

// fused lowers a cluster.
func (l *lowering) fused(c *cluster) error {
	u, s := l.fuse(c, 0)
	p := u.program
	for i := range p.reduced {
		if r := &p.reduced[i]; !r.lines {
			r.partial = l.floats(p.tasks * r.columns)
			s.scratch = append(s.scratch, r.partial)
		}
	}
	workers := l.program.backend.workers
	s.run = func(fr *frame) error {
		if p.tasks == 1 {
			p.run(fr, 0)
		} else {
			workers.Parallel(p.tasks, func(task int) { p.run(fr, task) })
		}
		p.combine(fr)
		return nil
	}
	l.emit(s)
	return nil
}

// fuse makes the program of a cluster and its step, which has no run function yet. If
// columns is not 0, the program must be able to begin at any row of that many elements.
func (l *lowering) fuse(c *cluster, columns int) (*fuser, step) {
	u := &fuser{l: l, program: &fusedProgram{size: c.size}, columns: columns,
		registers: map[*value]int{}, leaves: map[string]int{}, inBlocks: map[int]bool{}}
	for _, n := range c.members {
		u.member(n)
	}
	p := u.program
	for _, n := range c.members {
		switch v := n.result(); {
		case u.isReduced(n):
			u.reduce(n)
		case l.external[v]:
			p.stores = append(p.stores, store{register: u.registers[v], to: l.result(v)})
		}
	}
	u.finish()
	s := step{name: "fused", detail: p.describe()}
	for i := range p.leaves {
		s.reads = append(s.reads, p.leaves[i].from)
		for j := range p.stores {
			if u.mayOverlay(&p.leaves[i], &p.stores[j]) {
				s.inPlace = append(s.inPlace, overlay{i, j})
			}
		}
	}
	for _, store := range p.stores {
		s.writes = append(s.writes, store.to)
	}
	for i := range p.reduced {
		s.writes = append(s.writes, p.reduced[i].to)
	}
	return u, s
}

// register returns a new register, written by the next instruction.
func (u *fuser) register() int {
	u.born = append(u.born, len(u.program.code))
	u.dies = append(u.dies, len(u.program.code))
	return len(u.born) - 1
}

// isReduced says that a member is a reduction of the others.
func (u *fuser) isReduced(n *node) bool {
	return n.result().shape.Size() != u.program.size && isReduction(n)
}

// reduce adds the reduction of a register.
func (u *fuser) reduce(n *node) {
	groups := groupAxes(n.operands[0].shape.Dimensions, n.attributes.(*reduceAttributes).axes)
	r := reducedStore{name: n.op, fold: folds[n.op], register: u.read(n.operands[0], n), to: u.l.result(n.result()), columns: 1}
	if len(groups) == 2 {
		r.columns, r.lines = groups[1].length, groups[1].reduced
	}
	u.inBlocks[r.register] = true
	u.program.reduced = append(u.program.reduced, r)
}

// member adds the instructions of a node.
func (u *fuser) member(n *node) {
	if u.isReduced(n) {
		// Read when all registers are known; a lazy operand is computed now.
		u.read(n.operands[0], n)
		return
	}
	in := make([]int, len(n.operands))
	for i, v := range n.operands {
		in[i] = u.read(v, n)
	}
	i := instruction{name: n.op}
	switch {
	case n.op == compute.OpTypeBroadcastInDim:
		u.registers[n.result()] = in[0]
		return
	case n.op == compute.OpTypeConvertDType:
		if n.result().shape.DType != dtypes.Bool || n.operands[0].shape.DType == dtypes.Bool {
			u.registers[n.result()] = in[0]
			return
		}
		i.unary = vectorTruth
	case n.op == compute.OpTypeWhere:
		i.ternary = simd.Choose
	case len(in) == 1:
		i.unary = vectorUnaries[n.op]
	default:
		i.binary = vectorBinaries[n.op]
	}
	if i.binary != nil {
		u.useScalar(&i, in)
	}
	for k, r := range in {
		i.in[k] = r
		u.dies[r] = len(u.program.code)
		if k == 0 || i.scalar == nil {
			u.inBlocks[r] = true
		}
	}
	i.to = u.register()
	u.program.code = append(u.program.code, i)
	u.registers[n.result()] = i.to
}

// useScalar turns an instruction one of whose operands is one number into one that
// reads that number.
func (u *fuser) useScalar(i *instruction, in []int) {
	s, ok := vectorScalars[i.name]
	if !ok {
		return
	}
	if s.commutes && u.isNumber(in[0]) {
		in[0], in[1] = in[1], in[0]
	}
	if u.isNumber(in[1]) {
		i.scalar = s.apply
	}
}

// isNumber says that a register holds one float32 from memory again and again.
func (u *fuser) isNumber(r int) bool {
	for i := range u.program.leaves {
		if l := &u.program.leaves[i]; l.register == r {
			return l.dtype == dtypes.Float32 && (l.pattern.scalar() || l.from.size == 1)
		}
	}
	return false
}

// read returns the register that holds an operand of a node.
func (u *fuser) read(v *value, n *node) int {
	if n.op == compute.OpTypeBroadcastInDim {
		return u.leaf(v, broadcastPattern(n))
	}
	base := seen(v)
	if v.shape.Size() == u.program.size {
		if r, ok := u.registers[base]; ok {
			return r
		}
		if u.l.lazy[base.node] && !u.l.placed(base) {
			if isBroadcast(base.node) {
				return u.leaf(base.node.operands[0], broadcastPattern(base.node))
			}
			u.member(base.node)
			return u.registers[base]
		}
	}
	if v.shape.Size() == u.program.size {
		return u.leaf(v, nil)
	}
	return u.leaf(v, implicitBroadcast(v.shape, n.result().shape))
}

// broadcastPattern is how a BroadcastInDim reads its operand.
func broadcastPattern(n *node) pattern {
	return explicitBroadcast(n.operands[0].shape, n.result().shape, n.attributes.(broadcastAttributes).axes)
}

// leaf returns the register of a tensor that is read from memory.
func (u *fuser) leaf(v *value, walk pattern) int {
	from := u.l.operand(v)
	key := fmt.Sprint(from.slot, from.offset, from.shape.DType, walk)
	if r, ok := u.leaves[key]; ok {
		return r
	}
	r := u.register()
	u.born[r], u.dies[r] = -1, -1
	u.program.leaves = append(u.program.leaves, leaf{register: r, from: from, pattern: walk, dtype: from.shape.DType})
	u.leaves[key] = r
	return r
}

// finish chooses the block length, the registers' memory and the tasks.
func (u *fuser) finish() {
	u.contract()
	p := u.program
	unit := 1
	for _, r := range p.reduced {
		unit = leastCommonMultiple(unit, r.columns)
	}
	for i := range p.leaves {
		leaf := &p.leaves[i]
		leaf.steady = leaf.pattern.scalar()
		if period := leaf.pattern.period(); period > 0 && u.columns%period == 0 {
			if joint := leastCommonMultiple(unit, period); joint <= maxColumns {
				unit, leaf.steady = joint, true
			}
		} else if times := leaf.pattern.times(); times > 0 {
			// A block begins with an element's first time.
			if joint := leastCommonMultiple(unit, times); joint <= maxColumns {
				unit = joint
			}
		}
	}
	p.block = max(1, blockLength/unit) * unit
	u.placeRegisters()
	blocks := ceilDiv(p.size, p.block)
	work := p.size * (len(p.code) + 2)
	p.tasks = max(1, min(work>>15, blocks, 64))
}

// placeRegisters gives each register memory: that of the tensor where possible,
// else a block of scratch memory, which is used again after the register's last read.
func (u *fuser) placeRegisters() {
	p := u.program
	p.memory = slices.Repeat([]int{unusedRegister}, len(u.born))
	end := len(p.code)
	for _, s := range p.stores {
		u.inBlocks[s.register] = true
	}
	for i := range p.leaves {
		leaf := &p.leaves[i]
		p.memory[leaf.register] = directLeaf
		leaf.number = !u.inBlocks[leaf.register]
		if !leaf.number && !leaf.direct() {
			p.memory[leaf.register] = p.newBlock()
		}
	}
	direct := map[int]bool{}
	for i := range p.stores {
		s := &p.stores[i]
		s.direct = s.to.shape.DType == dtypes.Float32 && u.born[s.register] >= 0 && !direct[s.register]
		if s.direct {
			direct[s.register] = true
			p.memory[s.register] = directStore
		}
	}
	for _, s := range p.stores {
		if !s.direct {
			u.dies[s.register] = end
		}
	}
	for _, r := range p.reduced {
		u.dies[r.register] = end
	}
	var free []int
	expires := make([][]int, end+1)
	for i, c := range p.code {
		free = append(free, expires[i]...)
		if direct[c.to] {
			continue
		}
		if last := len(free) - 1; last >= 0 {
			p.memory[c.to] = free[last]
			free = free[:last]
		} else {
			p.memory[c.to] = p.newBlock()
		}
		// The block is free for the instruction after the last that reads it.
		if next := u.dies[c.to] + 1; next <= end {
			expires[next] = append(expires[next], p.memory[c.to])
		}
	}
}

func (p *fusedProgram) newBlock() int {
	p.blocks++
	return p.blocks - 1
}

// mayOverlay says whether a result may lie over a leaf: it may if the leaf's block is not
// read any more when the result's block is written.
func (u *fuser) mayOverlay(leaf *leaf, s *store) bool {
	if !leaf.pattern.contiguous() || byteSize(leaf.from.shape) != byteSize(s.to.shape) {
		return false
	}
	if !leaf.direct() {
		return true
	}
	written := len(u.program.code)
	if s.direct {
		written = u.born[s.register]
	}
	return u.dies[leaf.register] <= written && (s.direct || u.dies[leaf.register] < written || s.register == leaf.register)
}

// describe lists the operations, those of one instruction as one word.
func (p *fusedProgram) describe() string {
	const shown = 12
	var names []string
	for _, c := range p.code {
		name := opName(c.name)
		for _, before := range slices.Backward(c.before) {
			name = opName(before) + name
		}
		names = append(names, name)
	}
	for _, r := range p.reduced {
		names = append(names, opName(r.name))
	}
	switch {
	case len(names) == 0:
		return "copy"
	case len(names) > shown:
		return fmt.Sprintf("%s … %d in all", strings.Join(names[:shown], " "), len(names))
	}
	return strings.Join(names, " ")
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func leastCommonMultiple(a, b int) int {
	x, y := a, b
	for y != 0 {
		x, y = y, x%y
	}
	return a / x * b
}
