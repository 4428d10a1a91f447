package cpu

import (
	"slices"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// controlAttributes are the functions that a control-flow operation runs. The operation's
// own operands are followed by the values that the functions capture.
type controlAttributes struct {
	functions []*Function
	// own counts the operands that are not captured values.
	own int
	// axis of a Sort.
	axis int
}

// closures checks functions given to a control-flow operation.
func (f *Function) closures(op compute.OpType, given ...compute.Function) ([]*Function, error) {
	out := make([]*Function, len(given))
	for i, g := range given {
		closure, ok := g.(*Function)
		switch {
		case !ok || closure == nil:
			return nil, errors.Errorf("cpu: %s: function %d is a %T, not a function of this backend", op, i, g)
		case closure.parent != f:
			return nil, errors.Errorf("cpu: %s: function %d is not a closure of the function that uses it", op, i)
		case !closure.returned:
			return nil, errors.Errorf("cpu: %s: closure %d has not returned", op, i)
		}
		out[i] = closure
	}
	return out, nil
}

// control records an operation that runs closures.
func (f *Function) control(op compute.OpType, closures []*Function, axis int, own []compute.Value,
	check func(in []shapes.Shape) ([]shapes.Shape, error)) ([]compute.Value, error) {
	operands := slices.Clone(own)
	for _, closure := range closures {
		for _, v := range closure.captured {
			operands = append(operands, v)
		}
	}
	n, err := f.record(recording{op: op, operands: operands,
		attributes: controlAttributes{functions: closures, own: len(own), axis: axis},
		infer:      func(in []shapes.Shape) ([]shapes.Shape, error) { return check(in[:len(own)]) }})
	if err != nil {
		return nil, err
	}
	return n.values(), nil
}

// checkParameters makes sure that a closure's parameters have the shapes wanted.
func checkParameters(what string, closure *Function, want []shapes.Shape) error {
	if got := shapesOf(closure.parameters); !slices.EqualFunc(got, want, shapes.Shape.Equal) {
		return errors.Errorf("%s takes %v, not %v", what, got, want)
	}
	return nil
}

// checkOutputs makes sure that a closure's results have the shapes wanted.
func checkOutputs(what string, closure *Function, want []shapes.Shape) error {
	if got := shapesOf(closure.outputs); !slices.EqualFunc(got, want, shapes.Shape.Equal) {
		return errors.Errorf("%s returns %v, not %v", what, got, want)
	}
	return nil
}

// truth is the shape of a condition.
var truth = []shapes.Shape{shapes.Make(dtypes.Bool)}

// While runs body on the state as long as cond holds for it.
func (f *Function) While(cond, body compute.Function, state ...compute.Value) (final []compute.Value, err error) {
	defer within(&err, "While", state...)
	closures, err := f.closures(compute.OpTypeWhile, cond, body)
	if err != nil {
		return nil, err
	}
	return f.control(compute.OpTypeWhile, closures, 0, state, func(in []shapes.Shape) ([]shapes.Shape, error) {
		if len(in) == 0 {
			return nil, errors.New("there is no state")
		}
		return in, firstError(
			checkParameters("the condition", closures[0], in),
			checkOutputs("the condition", closures[0], truth),
			checkParameters("the body", closures[1], in),
			checkOutputs("the body", closures[1], in))
	})
}

// If runs one of two closures without parameters.
func (f *Function) If(condition compute.Value, onTrue, onFalse compute.Function) (results []compute.Value, err error) {
	defer within(&err, "If", condition)
	closures, err := f.closures(compute.OpTypeIf, onTrue, onFalse)
	if err != nil {
		return nil, err
	}
	return f.control(compute.OpTypeIf, closures, 0, []compute.Value{condition}, func(in []shapes.Shape) ([]shapes.Shape, error) {
		results := shapesOf(closures[0].outputs)
		if !in[0].Equal(truth[0]) {
			return nil, errors.Errorf("the condition must be a scalar of type Bool, not %s", in[0])
		}
		return results, firstError(
			checkParameters("the first branch", closures[0], nil),
			checkParameters("the second branch", closures[1], nil),
			checkOutputs("the second branch", closures[1], results))
	})
}

// Sort orders one or more tensors along an axis by a comparator. Its parameters are, for
// each tensor, the scalars at two positions, and it returns whether the first position
// comes before the second. Equal elements always keep their order.
func (f *Function) Sort(comparator compute.Function, axis int, _ bool, inputs ...compute.Value) (sorted []compute.Value, err error) {
	defer within(&err, "Sort", inputs...)
	closures, err := f.closures(compute.OpTypeSort, comparator)
	if err != nil {
		return nil, err
	}
	if len(inputs) == 0 {
		return nil, errors.New("cpu: Sort of nothing")
	}
	operands, err := f.resolve(compute.OpTypeSort, inputs)
	if err != nil {
		return nil, err
	}
	rank := operands[0].shape.Rank()
	if axis < -rank || axis >= rank {
		return nil, errors.Errorf("cpu: %s: there is no axis %d", signature(compute.OpTypeSort, operands), axis)
	}
	if axis < 0 {
		axis += rank
	}
	return f.control(compute.OpTypeSort, closures, axis, inputs, func(in []shapes.Shape) ([]shapes.Shape, error) {
		var scalars []shapes.Shape
		for _, shape := range in {
			if !shape.EqualDimensions(in[0]) {
				return nil, errors.New("the operands must have the same dimensions")
			}
			if shape.DType.IsPacked() {
				return nil, errors.Wrapf(compute.ErrNotImplemented, "data type %s", shape.DType)
			}
			scalars = append(scalars, shapes.Make(shape.DType), shapes.Make(shape.DType))
		}
		return in, firstError(
			checkParameters("the comparator", closures[0], scalars),
			checkOutputs("the comparator", closures[0], truth))
	})
}

// Call runs a named function of the same program.
func (f *Function) Call(target compute.Function, inputs ...compute.Value) (results []compute.Value, err error) {
	defer within(&err, "Call", inputs...)
	callee, ok := target.(*Function)
	if !ok || callee == nil || callee.builder != f.builder || callee.parent != nil || !callee.returned {
		return nil, errors.New("cpu: Call: the target must be a named function of the same program that has returned")
	}
	return f.control(compute.OpTypeCall, []*Function{callee}, 0, inputs, func(in []shapes.Shape) ([]shapes.Shape, error) {
		return shapesOf(callee.outputs), checkParameters("the function", callee, in)
	})
}

func firstError(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

func init() {
	register(&kernel{lower: lowerWhile}, compute.OpTypeWhile)
	register(&kernel{lower: lowerIf}, compute.OpTypeIf)
	register(&kernel{lower: lowerCall}, compute.OpTypeCall)
	register(&kernel{lower: lowerSort}, compute.OpTypeSort)
}

// part is a function that a step runs, with the places of the values that it captures.
type part struct {
	program  *program
	captured []operand
}

// parts compiles the functions of a control-flow node.
func (l *lowering) parts(n *node) (own []operand, parts []part, err error) {
	a := n.attributes.(controlAttributes)
	operands := l.operands(n)
	own, rest := operands[:a.own], operands[a.own:]
	for _, f := range a.functions {
		compiled, err := f.compile()
		if err != nil {
			return nil, nil, err
		}
		parts = append(parts, part{compiled, rest[:len(f.captured)]})
		rest = rest[len(f.captured):]
	}
	return own, parts, nil
}

// addresses of operands, appended to a list.
func addresses(list []unsafe.Pointer, fr *frame, operands []operand) []unsafe.Pointer {
	for _, o := range operands {
		list = append(list, o.at(fr))
	}
	return list
}

func lowerCall(l *lowering, n *node) error {
	reads, parts, err := l.parts(n)
	if err != nil {
		return err
	}
	writes := l.results(n)
	l.emit(step{name: "Call", detail: parts[0].program.name, reads: reads, writes: writes, run: func(fr *frame) error {
		return parts[0].program.call(addresses(nil, fr, reads), addresses(nil, fr, writes))
	}})
	return nil
}

func lowerIf(l *lowering, n *node) error {
	own, parts, err := l.parts(n)
	if err != nil {
		return err
	}
	writes := l.results(n)
	l.emit(step{name: "If", reads: l.operands(n), writes: writes, run: func(fr *frame) error {
		chosen := parts[1]
		if slice[bool](fr, own[0])[0] {
			chosen = parts[0]
		}
		return chosen.program.call(addresses(nil, fr, chosen.captured), addresses(nil, fr, writes))
	}})
	return nil
}

// lowerWhile makes room for the state twice, in the results' memory and in scratch memory,
// between which it alternates.
func lowerWhile(l *lowering, n *node) error {
	own, parts, err := l.parts(n)
	if err != nil {
		return err
	}
	writes := l.results(n)
	scratch := make([]operand, len(writes))
	for i, w := range writes {
		scratch[i] = l.room(w.shape)
	}
	holds := l.room(truth[0])
	loop := &while{cond: parts[0], body: parts[1], initial: own, even: scratch, odd: writes, holds: holds}
	l.emit(step{name: "While", reads: l.operands(n), writes: writes, scratch: append(slices.Clone(scratch), holds), run: loop.run})
	return nil
}

// while is a loop. Its state is in initial before the first round and then by turns in
// odd and in even.
type while struct {
	cond, body         part
	initial, even, odd []operand
	holds              operand
}

func (w *while) run(fr *frame) error {
	cond, err := w.cond.program.acquire()
	if err != nil {
		return err
	}
	defer w.cond.program.release(cond)
	body, err := w.body.program.acquire()
	if err != nil {
		return err
	}
	defer w.body.program.release(body)
	holds := []unsafe.Pointer{w.holds.at(fr)}
	current, next := w.initial, w.odd
	var inputs, results []unsafe.Pointer
	for {
		inputs = addresses(addresses(inputs[:0], fr, current), fr, w.cond.captured)
		if err := w.cond.program.callOn(cond, inputs, holds); err != nil {
			return err
		}
		if !slice[bool](fr, w.holds)[0] {
			break
		}
		inputs = addresses(addresses(inputs[:0], fr, current), fr, w.body.captured)
		results = addresses(results[:0], fr, next)
		if err := w.body.program.callOn(body, inputs, results); err != nil {
			return err
		}
		current = next
		if &next[0] == &w.odd[0] {
			next = w.even
		} else {
			next = w.odd
		}
	}
	if &current[0] != &w.odd[0] {
		for i, from := range current {
			copy(w.odd[i].bytes(fr), from.bytes(fr))
		}
	}
	return nil
}
