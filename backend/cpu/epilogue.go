package cpu

import (
	"sync"

	"github.com/gomlx/compute"

	"espalier/internal/simd"
)

// A group of element-wise nodes, moments or an optimizer's step that follow a convolution
// or a matrix product run as its epilogue: on each block of rows of the result as soon as
// that is finished, by the worker that has it in cache.

// epilogue is work on the rows of a result.
type epilogue interface {
	describe() string
	begin(fr *frame) epilogueRun
}

// epilogueRun is the state of a running epilogue. rows is called from several goroutines,
// once for each row in all and with ranges that depend on shapes alone; end is called after
// all of them.
type epilogueRun interface {
	rows(first, last int)
	end()
}

// finishedRows is the length of the rows in which a node's result is finished, or 0.
func finishedRows(n *node) int {
	switch n.op {
	case compute.OpTypeConvGeneral:
		return rowsOfConv(n)
	case compute.OpTypeDotGeneral:
		return rowsOfDot(n)
	}
	return 0
}

// attachEpilogues makes the first unit that reads such a result its epilogue, if it can be
// one. The node then runs at that unit's place.
func (g *ir) attachEpilogues(s *summary) {
	first := map[*value]int{}
	for i, u := range g.units {
		for _, v := range g.readBy(u) {
			if _, ok := first[v]; !ok {
				first[v] = i
			}
		}
	}
	for i := len(g.units) - 1; i >= 0; i-- {
		n := g.units[i].node
		if n == nil || g.units[i].then != nil || g.units[i].fused != nil || finishedRows(n) == 0 {
			continue
		}
		reader, ok := first[n.result()]
		if !ok || !g.units[reader].follows(n) {
			continue
		}
		g.units[reader].attach(n)
		g.units[i] = unit{}
		s.fused++
	}
	kept := g.units[:0]
	for _, u := range g.units {
		if u != (unit{}) {
			kept = append(kept, u)
		}
	}
	g.units = kept
}

// follows says that a unit can be a node's epilogue.
func (u *unit) follows(n *node) bool {
	columns := finishedRows(n)
	switch {
	case u.node == nil && u.fused == nil: // it has moved itself
		return false
	case u.fused == nil:
		if u.then != nil || n.result().shape.Size() != u.node.operands[0].shape.Size() {
			return false
		}
		if _, isUpdate := u.node.attributes.(*update); isUpdate {
			return u.node.updatesFrom(n)
		}
		_, width, ok := rowSum(u.node)
		return ok && width == columns
	case u.node != nil || u.fused.size != n.result().shape.Size():
		return false
	}
	for _, member := range u.fused.members {
		if columns%unitOf(member) != 0 {
			return false
		}
	}
	return true
}

// attach turns a unit into a node with the unit as its epilogue.
func (u *unit) attach(n *node) {
	switch {
	case u.fused != nil:
	case u.node.op == opMoments, u.node.op == opMomentum, u.node.op == opAdam:
		u.then = u.node
	default:
		u.fused = &cluster{size: u.node.operands[0].shape.Size(), unit: unitOf(u.node), members: []*node{u.node}, emitted: true}
	}
	u.node = n
}

// tail is an epilogue with the result that it works on.
type tail struct {
	epilogue
	result  operand
	columns int
}

// epilogue adds the epilogue of a node that has one to the node's step, and makes
// room for the node's result.
func (l *lowering) epilogue(n *node, s *step) *tail {
	if l.tail.node != n {
		return nil
	}
	t := &tail{columns: finishedRows(n), result: l.result(n.result())}
	switch then := l.tail.then; {
	case then == nil:
		t.addFused(l, n, s)
	case then.op == opMoments:
		m := l.moments(then, t.result)
		t.epilogue = m
		s.writes = append(s.writes, t.result)
		s.writes = append(s.writes, m.to...)
	default:
		t.addUpdate(l, n, then, s)
	}
	s.detail += "; " + t.describe()
	return t
}

// addFused adds the epilogue of a group. Unless others read the node's result, it
// lies where the group writes one of its own.
func (t *tail) addFused(l *lowering, n *node, s *step) {
	u, group := l.fuse(l.tail.fused, t.columns)
	p := u.program
	t.epilogue = &fusedRows{program: p, columns: t.columns}
	var over *store
	for i, read := range group.reads {
		if read.slot == t.result.slot {
			for _, o := range group.inPlace {
				if o.read == i && over == nil && !l.external[n.result()] {
					over = &p.stores[o.write]
					t.result = over.to
					p.leaves[i].from.slot, p.leaves[i].from.offset = over.to.slot, over.to.offset
				}
			}
			continue
		}
		for _, o := range group.inPlace {
			if o.read == i {
				s.inPlace = append(s.inPlace, overlay{len(s.reads), o.write})
			}
		}
		s.reads = append(s.reads, read)
	}
	s.writes = group.writes
	switch {
	case over != nil:
		var rest []overlay
		for _, o := range s.inPlace {
			if p.stores[o.write].to.slot != over.to.slot {
				rest = append(rest, o)
			}
		}
		s.inPlace = rest
	case l.external[n.result()]:
		s.writes = append(s.writes, t.result)
	default:
		s.scratch = append(s.scratch, t.result)
	}
}

// around returns what runs a step with its epilogue, or without if t is nil.
func (t *tail) around(run func(fr *frame, done simd.Done) error) func(fr *frame) error {
	if t == nil {
		return func(fr *frame) error { return run(fr, nil) }
	}
	return func(fr *frame) error {
		work := t.begin(fr)
		whole := wholeRows{columns: t.columns, rows: work.rows}
		err := run(fr, whole.done)
		work.end()
		return err
	}
}

// wholeRows waits until all columns of a range of rows are finished.
type wholeRows struct {
	columns int
	rows    func(first, last int)
	mu      sync.Mutex
	// finished counts columns, by the first of the rows.
	finished map[int]int
}

// done is a simd.Done.
func (w *wholeRows) done(i0, i1, j0, j1 int) {
	if j1-j0 == w.columns || w.last(i0, j1-j0) {
		w.rows(i0, i1)
	}
}

// last says that with these columns all of the rows are finished.
func (w *wholeRows) last(first, columns int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.finished == nil {
		w.finished = map[int]int{}
	}
	w.finished[first] += columns
	return w.finished[first] == w.columns
}
