package cpu

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// stockProgram is one operation as a program of the stock backend.
type stockProgram struct {
	backend    *Backend
	executable compute.Executable
	signature  string
	operands   []shapes.Shape
	results    []shapes.Shape
}

// newStockProgram builds the program of a node.
func (b *Backend) newStockProgram(n *node) (p *stockProgram, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			p, err = nil, errors.Errorf("cpu: %s: go:ops_sequential: %v", n.signature(), cause)
		}
	}()
	builder := b.stock.Builder(n.op.String())
	f := builder.Main()
	parameters := make([]compute.Value, len(n.operands))
	for i, operand := range n.operands {
		if parameters[i], err = f.Parameter(fmt.Sprint("operand ", i), operand.shape, nil); err != nil {
			return nil, errors.WithMessagef(err, "cpu: %s", n.signature())
		}
	}
	results, err := n.replay(f, parameters)
	if err != nil {
		return nil, errors.WithMessagef(err, "cpu: %s", n.signature())
	}
	p = &stockProgram{backend: b, signature: n.signature(), operands: shapesOf(n.operands)}
	for _, result := range results {
		shape, err := builder.OpShape(result)
		if err != nil {
			return nil, errors.WithMessagef(err, "cpu: %s", n.signature())
		}
		p.results = append(p.results, shape)
	}
	if err := f.Return(results, nil); err != nil {
		return nil, errors.WithMessagef(err, "cpu: %s", n.signature())
	}
	if p.executable, err = builder.Compile(); err != nil {
		return nil, errors.WithMessagef(err, "cpu: %s", n.signature())
	}
	return p, nil
}

// maxProbed is how many elements a result may have for its operation to be tried.
const maxProbed = 1 << 26

// probe runs an operation once for each combination of data types and ranks, to find out
// when it is recorded, and not in training, that the stock backend has no code for it. A
// success on tensors without elements proves nothing.
func (b *Backend) probe(n *node) error {
	key, empty := n.op.String(), false
	for _, list := range [][]shapes.Shape{n.stock.operands, n.stock.results} {
		key += ";"
		for _, shape := range list {
			key += fmt.Sprintf(" %s/%d", shape.DType, shape.Rank())
			empty = empty || shape.Size() == 0
		}
	}
	if _, ok := b.probed.Load(key); ok && !empty {
		return nil
	}
	if slices.ContainsFunc(n.stock.results, func(shape shapes.Shape) bool { return shape.Size() > maxProbed }) {
		return nil
	}
	cause := b.tryOnce(n)
	if cause == nil {
		if !empty {
			b.probed.Store(key, true)
		}
		return nil
	}
	if !compute.IsNotImplemented(cause) {
		cause = errors.Wrap(compute.ErrNotImplemented, cause.Error())
	}
	return errors.WithMessagef(cause, "cpu: %s", n.signature())
}

// tryOnce runs an operation on zeros, or on ones if it divides.
func (b *Backend) tryOnce(n *node) error {
	inputs, err := n.stock.newInputs()
	if err != nil {
		return err
	}
	fill := byte(0)
	if n.op == compute.OpTypeDiv || n.op == compute.OpTypeRem {
		fill = 1
	}
	for _, input := range inputs {
		content := input.bytes()
		for i := range content {
			content[i] = fill
		}
	}
	results, err := n.stock.execute(inputs)
	if err != nil {
		return err
	}
	for i, result := range results {
		b.recycle(result, n.stock.results[i])
	}
	return nil
}

// stockInput is one operand in a shared buffer of the stock backend.
type stockInput struct {
	buffer compute.Buffer
	flat   any
}

func (s *stockInput) bytes() []byte { return dtypes.UnsafeByteSliceFromAny(s.flat) }

// newInputs allocates the operands' buffers.
func (p *stockProgram) newInputs() ([]stockInput, error) {
	inputs := make([]stockInput, len(p.operands))
	for i, shape := range p.operands {
		buffer, flat, err := p.backend.stock.NewSharedBuffer(0, shape)
		if err != nil {
			return nil, errors.WithMessagef(err, "cpu: %s", p.signature)
		}
		inputs[i] = stockInput{buffer, flat}
	}
	return inputs, nil
}

// execute runs the program on filled inputs.
func (p *stockProgram) execute(inputs []stockInput) (results []compute.Buffer, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = errors.Errorf("cpu: %s: go:ops_sequential: %v", p.signature, cause)
		}
	}()
	buffers := make([]compute.Buffer, len(inputs))
	for i := range inputs {
		buffers[i] = inputs[i].buffer
	}
	results, err = p.executable.Execute(buffers, nil, 0)
	return results, errors.WithMessagef(err, "cpu: %s", p.signature)
}

// call copies operands in, runs the program and copies results out.
func (p *stockProgram) call(inputs []stockInput, operands, results []unsafe.Pointer) error {
	for i := range inputs {
		content := inputs[i].bytes()
		copy(content, elementsAt[byte](operands[i], len(content)))
	}
	computed, err := p.execute(inputs)
	if err != nil {
		return err
	}
	for i, result := range computed {
		data, err := result.Data()
		if err != nil {
			return errors.WithMessagef(err, "cpu: %s", p.signature)
		}
		content := dtypes.UnsafeByteSliceFromAny(data)
		copy(elementsAt[byte](results[i], len(content)), content)
		p.backend.recycle(result, p.results[i])
	}
	return nil
}

// recycle gives the memory of a result back to the stock backend's own pool. Its
// Finalize leaves the memory to the garbage collector; a donated input that a
// program does not use goes back to the pool.
func (b *Backend) recycle(result compute.Buffer, shape shapes.Shape) {
	key := shape.String()
	found, ok := b.recyclers.Load(key)
	if !ok {
		recycler, err := b.newRecycler(shape)
		if err != nil {
			return
		}
		found, _ = b.recyclers.LoadOrStore(key, recycler)
	}
	// An error leaves the memory to the garbage collector: nothing is lost.
	_, _ = found.(compute.Executable).Execute([]compute.Buffer{result}, []bool{true}, 0)
}

// newRecycler builds a program that takes a tensor and returns something else.
func (b *Backend) newRecycler(shape shapes.Shape) (compute.Executable, error) {
	builder := b.stock.Builder("recycle")
	f := builder.Main()
	if _, err := f.Parameter("result", shape, nil); err != nil {
		return nil, err
	}
	nothing, err := f.Constant([]bool{false})
	if err != nil {
		return nil, err
	}
	if err := f.Return([]compute.Value{nothing}, nil); err != nil {
		return nil, err
	}
	return builder.Compile()
}
