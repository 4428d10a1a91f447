package cpu

import (
	"fmt"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"espalier/internal/simd"
)

func init() {
	register(&kernel{lower: lowerUpdate}, opMomentum, opAdam)
}

// maxNumbers is the most numbers that an optimizer's step takes.
const maxNumbers = 7

// updateStep is one step of an optimizer: it overwrites the weights and the state.
type updateStep func(numbers *[maxNumbers]float32, weights []float32, state [][]float32, gradient []float32)

// update describes a node that is an optimizer's step on one parameter. Its operands
// are the gradient, the weights, the state, the numbers and, if something is masked,
// the mask; its results are the new weights and the new state.
type update struct {
	op   compute.OpType
	name string
	// state is how many tensors of the parameter's shape the optimizer keeps.
	state int
	// numbers says which of the step's numbers are operands; others are 0.
	numbers [maxNumbers]bool
	// masked results are zero where the mask is false.
	masked []bool
	step   updateStep
}

// found is an optimizer's step recognised in a graph: the values it reads, and those
// that it stands for.
type found struct {
	update
	gradient, weights *value
	state             []*value
	numbers           [maxNumbers]*value
	results           []*value
}

// updates recognises optimizers by the node that is a parameter's new value.
var updates = []func(n *node) *found{findMomentum, findAdam}

// fuseUpdates replaces steps of optimizers by single nodes, which overwrite weights
// and state in one pass over memory.
func (g *ir) fuseUpdates(s *summary) {
	replaced := map[*value]*value{}
	nodes := make([]*node, 0, len(g.nodes))
	for _, n := range g.nodes {
		substitute(n.operands, replaced)
		if f := findUpdate(n); f != nil {
			u := g.newUpdate(f)
			nodes = append(nodes, u)
			for i, v := range f.results {
				replaced[v] = u.results[i]
			}
		}
		nodes = append(nodes, n)
	}
	if len(replaced) == 0 {
		return
	}
	g.nodes = nodes
	substitute(g.outputs, replaced)
	g.sweep()
	g.fuseMasks()
	s.merged += g.sweep()
}

func substitute(values []*value, replaced map[*value]*value) {
	for i, v := range values {
		if by, ok := replaced[v]; ok {
			values[i] = by
		}
	}
}

func findUpdate(n *node) *found {
	if n.op != compute.OpTypeSub || !isFloat32(n) || n.result().shape.Size() < 2 {
		return nil
	}
	for _, find := range updates {
		if f := find(n); f != nil {
			return f
		}
	}
	return nil
}

// newUpdate makes the node of an update.
func (g *ir) newUpdate(f *found) *node {
	u := f.update
	operands := append([]*value{f.gradient, f.weights}, f.state...)
	for i, number := range f.numbers {
		if number != nil {
			u.numbers[i] = true
			operands = append(operands, number)
		}
	}
	u.state = len(f.state)
	u.masked = make([]bool, 1+u.state)
	n := &node{function: g.function, op: u.op, operands: operands, attributes: &u}
	n.setResults(slices.Repeat([]shapes.Shape{f.weights.shape}, 1+u.state))
	return n
}

// fuseMasks makes updates hold results at zero where a mask is false, if the only reader of
// a result is Where(mask, result, 0).
func (g *ir) fuseMasks() {
	readers := map[*value]int{}
	for _, n := range g.nodes {
		for _, v := range n.operands {
			readers[v]++
		}
	}
	for _, v := range g.outputs {
		readers[v]++
	}
	replaced := map[*value]*value{}
	for _, n := range g.nodes {
		substitute(n.operands, replaced)
		if n.op != compute.OpTypeWhere || readers[n.operands[1]] != 1 || !isSplat(n.operands[2], 0) {
			continue
		}
		result := n.operands[1]
		u, ok := result.node.attributes.(*update)
		if !ok || !result.node.setMask(u, n.operands[0]) {
			continue
		}
		u.masked[result.index] = true
		replaced[n.result()] = result
	}
	substitute(g.outputs, replaced)
	g.leavesFirst()
}

// setMask makes a value the mask of an update, if it can be and no other is.
func (n *node) setMask(u *update, mask *value) bool {
	if slices.Contains(u.masked, true) {
		return n.operands[len(n.operands)-1] == mask
	}
	if mask.node.op != compute.OpTypeParameter || mask.shape.DType != dtypes.Bool || !mask.shape.EqualDimensions(n.operands[1].shape) {
		return false
	}
	n.operands = append(n.operands, mask)
	return true
}

// leavesFirst moves nodes without operands to the front, since a mask may have been
// recorded after the update that now reads it.
func (g *ir) leavesFirst() {
	slices.SortStableFunc(g.nodes, func(a, b *node) int {
		rank := func(n *node) int {
			if isLeaf(n.op) {
				return 0
			}
			return 1
		}
		return rank(a) - rank(b)
	})
}

// numberOf returns the single float32 that a value repeats, or nil.
func numberOf(v *value) *value {
	for isBroadcast(v.node) || v.node.op == compute.OpTypeReshape {
		if v.shape.Size() == 1 {
			break
		}
		v = v.node.operands[0]
	}
	if v.shape.Size() != 1 || v.shape.DType != dtypes.Float32 {
		return nil
	}
	return v
}

// pairOf calls try with the operands of v, in both orders, where v is the result of
// an operation on two, until try accepts one.
func pairOf(v *value, op compute.OpType, try func(x, y *value) bool) bool {
	n := v.node
	return n.op == op && isFloat32(n) &&
		(try(n.operands[0], n.operands[1]) || op != compute.OpTypeSub && op != compute.OpTypeDiv && try(n.operands[1], n.operands[0]))
}

// scaled takes a tensor apart that is another times a number.
func scaled(v *value) (x, number *value) {
	pairOf(v, compute.OpTypeMul, func(a, b *value) bool {
		if b = numberOf(b); b == nil || !a.shape.Equal(v.shape) {
			return false
		}
		x, number = a, b
		return true
	})
	return x, number
}

// decayed takes a gradient apart to which weights times a number are added. Without
// that the number is nil.
func decayed(v, weights *value) (gradient, decay *value) {
	gradient = v
	pairOf(v, compute.OpTypeAdd, func(a, b *value) bool {
		x, number := scaled(b)
		if x != weights || !a.shape.Equal(v.shape) {
			return false
		}
		gradient, decay = a, number
		return true
	})
	return gradient, decay
}

// isState says that a value is given to the program, as weights and an optimizer's
// state are.
func isState(v *value) bool { return seen(v).node.op == compute.OpTypeParameter }

const (
	// updateTask is how many elements one task updates.
	updateTask = 1 << 14
	// updateBlock is how many elements are updated and then masked.
	updateBlock = 1 << 11
)

// runningUpdate is an update in a program.
type runningUpdate struct {
	*update
	gradient operand
	from, to []operand // weights and state
	numbers  []operand
	isMasked bool
	mask     operand
}

// lowerUpdate makes the step of an update. Results lie over the weights and the
// state where nobody else needs these.
func lowerUpdate(l *lowering, n *node) error {
	s := step{name: opName(n.op), reads: []operand{l.operand(n.operands[0])}}
	r := l.update(n, &s)
	s.detail = r.describe()
	size, workers := s.writes[0].size, l.program.backend.workers
	s.run = func(fr *frame) error {
		run := r.at(fr)
		workers.Parallel(ceilDiv(size, updateTask), func(task int) {
			run.elements(task*updateTask, min(size, (task+1)*updateTask))
		})
		return nil
	}
	l.emit(s)
	return nil
}

// update adds an update, whose gradient is the first of the operands of a step or
// its scratch memory, to the step.
func (l *lowering) update(n *node, s *step) *runningUpdate {
	u := n.attributes.(*update)
	given := l.operands(n)
	r := &runningUpdate{update: u, gradient: given[0], from: given[1 : 2+u.state], to: l.results(n), numbers: given[2+u.state:],
		isMasked: slices.Contains(u.masked, true)}
	if r.isMasked {
		r.mask = r.numbers[len(r.numbers)-1]
	}
	for i := range r.to {
		s.inPlace = append(s.inPlace, overlay{len(s.reads) + i, len(s.writes) + i})
	}
	s.reads = append(s.reads, given[1:]...)
	s.writes = append(s.writes, r.to...)
	return r
}

func (r *runningUpdate) describe() string {
	kind := ""
	if r.isMasked {
		kind = " masked"
	}
	return fmt.Sprint(r.name, kind, " ", r.to[0].size)
}

// at returns the update's work on a frame.
func (r *runningUpdate) at(fr *frame) *updateRun {
	run := &updateRun{runningUpdate: r, frame: fr}
	at := 0
	for i, given := range r.update.numbers {
		if given {
			run.numbers[i] = r.numbers[at].float32s(fr)[0]
			at++
		}
	}
	return run
}

// updateRun is one run of an update.
type updateRun struct {
	*runningUpdate
	frame   *frame
	numbers [maxNumbers]float32
}

// elements updates the elements from first to last.
func (r *updateRun) elements(first, last int) {
	fr := r.frame
	gradient := r.gradient.float32s(fr)
	var blocks [3][]float32
	tensors := blocks[:len(r.to)]
	for start := first; start < last; start += updateBlock {
		end := min(last, start+updateBlock)
		for i, to := range r.to {
			tensors[i] = to.float32s(fr)[start:end]
			if from := r.from[i]; from.at(fr) != to.at(fr) {
				copy(tensors[i], from.float32s(fr)[start:end])
			}
		}
		r.step(&r.numbers, tensors[0], tensors[1:], gradient[start:end])
		if r.isMasked {
			r.hold(tensors, slice[byte](fr, r.mask)[start:end])
		}
	}
}

// hold sets the masked results to zero where the mask is false.
func (r *runningUpdate) hold(tensors [][]float32, mask []byte) {
	for i, tensor := range tensors {
		if r.masked[i] {
			simd.Keep(tensor, mask)
		}
	}
}
