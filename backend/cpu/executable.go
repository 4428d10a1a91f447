package cpu

import (
	"sync/atomic"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// Executable is a compiled program. Execute may be called from several goroutines
// at the same time.
type Executable struct {
	name      string
	names     []string
	inputs    []shapes.Shape
	program   *program
	finalized atomic.Bool
}

var _ compute.Executable = (*Executable)(nil)

func newExecutable(b *Builder, p *program) *Executable {
	e := &Executable{name: b.name, program: p}
	for _, v := range b.main.parameters {
		e.names = append(e.names, v.node.attributes.(string))
		e.inputs = append(e.inputs, v.shape)
	}
	// What was recorded is not needed any more.
	b.main = newFunction(b, nil, compute.MainName)
	return e
}

// Finalize frees the program's memory.
func (e *Executable) Finalize() {
	e.finalized.Store(true)
	e.program.drop()
}

// Inputs returns the names and shapes of the parameters.
func (e *Executable) Inputs() (names []string, inputShapes []shapes.Shape) {
	return e.names, e.inputs
}

// Outputs returns the shapes of the results.
func (e *Executable) Outputs() []shapes.Shape {
	out := make([]shapes.Shape, len(e.program.outputs))
	for i, o := range e.program.outputs {
		out[i] = o.shape
	}
	return out
}

// Execute runs the program. Donated inputs are finalized, and results are written over them
// where possible.
func (e *Executable) Execute(inputs []compute.Buffer, donate []bool, _ compute.DeviceNum) ([]compute.Buffer, error) {
	if err := e.program.backend.check(0); err != nil {
		return nil, err
	}
	if e.finalized.Load() {
		return nil, errors.Errorf("cpu: program %q was finalized", e.name)
	}
	run, err := e.bind(inputs, donate)
	if err != nil {
		return nil, err
	}
	if err := e.runSafely(run.frame); err != nil {
		run.abandon()
		return nil, err
	}
	return run.finish(), nil
}

// runSafely runs the program; a panic in it is an error, which %+v prints with the
// stack. One in a task of the workers is a *TaskPanic, which has a stack of its own.
func (e *Executable) runSafely(fr *frame) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			failure, ok := cause.(error)
			if !ok {
				failure = errors.Errorf("%v", cause)
			}
			err = errors.Wrapf(failure, "cpu: %q: step %s", e.name, e.program.steps[fr.current].describe())
		}
	}()
	return errors.WithMessagef(e.program.run(fr), "cpu: %q", e.name)
}

// execution is one call of Execute.
type execution struct {
	program *program
	frame   *frame
	inputs  []*Buffer
	blocks  []*memory
	// donated says which inputs' memory is the program's.
	donated []bool
	results []compute.Buffer
}

// bind checks the inputs and gives every input and output its memory.
func (e *Executable) bind(inputs []compute.Buffer, donate []bool) (*execution, error) {
	if len(inputs) != len(e.inputs) {
		return nil, errors.Errorf("cpu: %q takes %d inputs, got %d", e.name, len(e.inputs), len(inputs))
	}
	if len(donate) != 0 && len(donate) != len(inputs) {
		return nil, errors.Errorf("cpu: %q: %d inputs, but donate has %d", e.name, len(inputs), len(donate))
	}
	run := &execution{
		program: e.program,
		inputs:  make([]*Buffer, len(inputs)),
		blocks:  make([]*memory, len(inputs)),
		donated: make([]bool, len(inputs)),
	}
	uses := map[*memory]int{}
	for i, input := range inputs {
		buffer, ok := input.(*Buffer)
		if !ok || buffer == nil {
			return nil, errors.Errorf("cpu: %q: input %d (%s) is a %T, not a buffer of this backend", e.name, i, e.names[i], input)
		}
		if !buffer.shape.Equal(e.inputs[i]) {
			return nil, errors.Errorf("cpu: %q: input %d (%s) has the shape %s, got a buffer of %s",
				e.name, i, e.names[i], e.inputs[i], buffer.shape)
		}
		block, err := buffer.block()
		if err != nil {
			return nil, errors.WithMessagef(err, "cpu: %q: input %d (%s)", e.name, i, e.names[i])
		}
		run.inputs[i], run.blocks[i] = buffer, block
		uses[block]++
	}
	for i := range inputs {
		run.donated[i] = len(donate) != 0 && donate[i] && uses[run.blocks[i]] == 1
	}
	return run, run.place()
}

// place points the frame at the inputs and at memory for the outputs.
func (r *execution) place() error {
	p := r.program
	fr, err := p.acquire()
	if err != nil {
		return err
	}
	r.frame = fr
	for i, slot := range p.inputs {
		fr.base[slot] = r.blocks[i].base
	}
	r.results = make([]compute.Buffer, len(p.outputs))
	for i, out := range p.outputs {
		result := &Buffer{backend: p.backend, shape: out.shape}
		switch {
		case out.donor >= 0 && r.donated[out.donor]:
			result.memory = r.blocks[out.donor]
		case out.input >= 0 && r.donated[out.input] && !r.handed(i):
			result.memory = r.blocks[out.input]
		default:
			result.memory = p.backend.memories.take(byteSize(out.shape))
		}
		if out.input < 0 {
			fr.base[out.slot] = result.memory.base
		}
		r.results[i] = result
	}
	return nil
}

// handed says whether an earlier output is the same input, whose memory it then has.
func (r *execution) handed(index int) bool {
	for _, earlier := range r.program.outputs[:index] {
		if earlier.input == r.program.outputs[index].input {
			return true
		}
	}
	return false
}

// finish copies results that are inputs, ends donated inputs and returns the
// results.
func (r *execution) finish() []compute.Buffer {
	p := r.program
	kept := map[*memory]bool{}
	for i, out := range p.outputs {
		result := r.results[i].(*Buffer)
		kept[result.memory] = true
		if out.input >= 0 && result.memory != r.blocks[out.input] {
			size := byteSize(out.shape)
			copy(result.memory.bytes[:size], r.blocks[out.input].bytes[:size])
		}
	}
	for i, input := range r.inputs {
		if !r.donated[i] {
			continue
		}
		switch block, exposed := input.release(); {
		case exposed:
			r.expose(block)
		case !kept[block]:
			p.backend.memories.give(block)
		}
	}
	p.release(r.frame)
	return r.results
}

// expose marks the result in the memory of a donated input of which somebody may
// have a slice.
func (r *execution) expose(block *memory) {
	for _, result := range r.results {
		if buffer := result.(*Buffer); buffer.memory == block {
			buffer.exposed = true
		}
	}
}

// abandon ends a run that failed. Donated inputs are lost, as always.
func (r *execution) abandon() {
	for i, input := range r.inputs {
		if r.donated[i] {
			input.release()
		}
	}
	r.program.release(r.frame)
}
