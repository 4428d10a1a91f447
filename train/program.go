package train

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/data"
	"espalier/nn"
)

// program is a network on a backend: its values there, and the compiled graphs of
// a training step and of inference, one for each size of batch. It serves any
// weights, masks, rates and data, one job at a time.
type program struct {
	recipe
	backend compute.Backend
	store   *model.Store
	step    *model.Exec // images, labels, scalars → mean loss
	infer   *model.Exec // images → logits
	inputs  map[int]*inputs
	scalars *tensors.Tensor
}

// recipe is what the graphs of a program depend on.
type recipe struct {
	network   *nn.Network
	optimizer Optimizer // nil: for inference alone
	masked    map[string]bool
	maskSlots bool
}

// inputs are the tensors of one size of batch. They are used again for each batch,
// which is safe because a call waits for its outputs.
type inputs struct {
	images, labels *tensors.Tensor
}

func newProgram(backend compute.Backend, r recipe) (*program, error) {
	p := &program{
		recipe:  r,
		backend: backend,
		store:   model.NewStore(),
		inputs:  make(map[int]*inputs),
	}
	var err error
	p.infer, err = model.NewExec(backend, p.store, func(scope *model.Scope, images *graph.Node) *graph.Node {
		return p.network.Build(scope, images, nn.Inference)
	})
	if err != nil {
		return nil, err
	}
	p.infer.WithName(r.network.Name + " inference")
	if p.optimizer == nil {
		return p, nil
	}
	p.step, err = model.NewExec(backend, p.store, p.buildStep)
	if err != nil {
		return nil, err
	}
	p.step.WithName(r.network.Name + " training step")
	p.scalars = tensors.FromShape(shapes.Make(dtypes.Float32, len(p.optimizer.Scalars(1, 1))))
	return p, nil
}

// close frees what the backend holds. What cannot be freed now is when the backend
// is, so errors do not matter.
func (p *program) close() {
	for _, in := range p.inputs {
		_, _ = in.images.FinalizeAll(), in.labels.FinalizeAll()
	}
	p.infer.Finalize()
	if p.step != nil {
		p.step.Finalize()
		_ = p.scalars.FinalizeAll()
	}
	p.store.Finalize()
}

// The variables that stand beside those of the network, whose names have no slash.
func slotPath(slot, parameter string) string { return "/slots/" + slot + "/" + parameter }
func maskPath(parameter string) string       { return "/masks/" + parameter }

// buildStep is the graph of one step: loss, gradients, the optimizer's update of
// every parameter, and the masks.
func (p *program) buildStep(scope *model.Scope, images, labels, scalars *graph.Node) *graph.Node {
	logits := p.network.Build(scope, images, nn.Training)
	loss := CrossEntropy(logits, labels)
	var trained []nn.Parameter
	var values []*graph.Node
	for _, parameter := range p.network.Parameters() {
		if parameter.Trainable() {
			trained = append(trained, parameter)
			values = append(values, p.variable("/"+parameter.Name).NodeValue(loss))
		}
	}
	gradients := graph.Gradient(loss, values...)
	numbers := Unpack(scalars)
	for i, parameter := range trained {
		p.update(parameter.Name, Parameter{Role: parameter.Role, Value: values[i], Gradient: gradients[i], Scalars: numbers})
	}
	return loss
}

// update adds the optimizer's update of one parameter and holds what is masked at
// zero. The zero is chosen, not multiplied, so that it is +0 whatever was there.
func (p *program) update(name string, u Parameter) {
	for _, slot := range p.optimizer.Slots() {
		u.Slots = append(u.Slots, p.variable(slotPath(slot, name)).NodeValue(u.Value))
	}
	value, slots := p.optimizer.Update(u)
	hold := func(x *graph.Node) *graph.Node { return x }
	if p.masked[name] {
		lives := p.variable(maskPath(name)).NodeValue(value)
		zero := graph.ScalarZero(value.Graph(), value.DType())
		hold = func(x *graph.Node) *graph.Node { return graph.Where(lives, x, zero) }
	}
	p.variable("/" + name).SetNodeValue(hold(value))
	for i, slot := range p.optimizer.Slots() {
		if p.maskSlots {
			slots[i] = hold(slots[i])
		}
		p.variable(slotPath(slot, name)).SetNodeValue(slots[i])
	}
}

// Unpack returns the elements of a vector in a graph, such as an Optimizer's Scalars.
func Unpack(vector *graph.Node) []*graph.Node {
	elements := make([]*graph.Node, vector.Shape().Size())
	for i := range elements {
		elements[i] = graph.Reshape(graph.Slice(vector, graph.AxisRange(i, i+1)))
	}
	return elements
}

// variable returns what load has set.
func (p *program) variable(path string) *model.Variable {
	variable := p.store.GetVariable(path)
	if variable == nil {
		panic(fmt.Sprintf("train: variable %s has no value", path))
	}
	return variable
}

// load sets all values. Slots that are nil begin at zero; what mask returns is
// used for the masked parameters alone.
func (p *program) load(weights nn.Weights, slots map[string]nn.Weights, mask func(nn.Parameter) []float32) error {
	if err := p.network.LoadInto(p.store, weights); err != nil {
		return err
	}
	if p.optimizer == nil {
		return nil
	}
	for _, parameter := range p.network.Parameters() {
		if p.masked[parameter.Name] {
			if err := nn.SetVariable(p.store, maskPath(parameter.Name), alive(mask(parameter)), parameter.Shape, false); err != nil {
				return err
			}
		}
		if !parameter.Trainable() {
			continue
		}
		for _, slot := range p.optimizer.Slots() {
			values := slots[slot][parameter.Name]
			if values == nil {
				values = make([]float32, parameter.Size())
			}
			if err := nn.SetVariable(p.store, slotPath(slot, parameter.Name), values, parameter.Shape, false); err != nil {
				return err
			}
		}
	}
	return nil
}

func alive(mask []float32) []bool {
	lives := make([]bool, len(mask))
	for i, m := range mask {
		lives[i] = m != 0
	}
	return lives
}

// weights copies the network's parameters.
func (p *program) weights() (nn.Weights, error) { return p.network.ReadFrom(p.store) }

// slots copies what the optimizer keeps, by slot and parameter.
func (p *program) slots() (map[string]nn.Weights, error) {
	slots := make(map[string]nn.Weights)
	for _, slot := range p.optimizer.Slots() {
		slots[slot] = make(nn.Weights)
		for _, parameter := range p.network.Parameters() {
			if !parameter.Trainable() {
				continue
			}
			value, err := p.variable(slotPath(slot, parameter.Name)).Value()
			if err != nil {
				return nil, err
			}
			if slots[slot][parameter.Name], err = tensors.CopyFlatData[float32](value); err != nil {
				return nil, err
			}
		}
	}
	return slots, nil
}

// train takes one step and returns the mean loss of the batch before it.
func (p *program) train(batch data.Batch, scalars []float64) (float64, error) {
	in, err := p.fill(batch)
	if err != nil {
		return 0, err
	}
	err = tensors.MutableFlatData(p.scalars, func(flat []float32) {
		for i, x := range scalars {
			flat[i] = float32(x)
		}
	})
	if err != nil {
		return 0, err
	}
	outputs, err := p.step.Call(in.images, in.labels, p.scalars)
	if err != nil {
		return 0, err
	}
	var loss float64
	err = take(outputs[0], func(flat []float32) { loss = float64(flat[0]) })
	return loss, err
}

// logits runs inference and hands out the outputs [batch, classes], flat, which
// are valid during the call.
func (p *program) logits(batch data.Batch, use func([]float32)) error {
	in, err := p.fill(batch)
	if err != nil {
		return err
	}
	outputs, err := p.infer.Call(in.images)
	if err != nil {
		return err
	}
	return take(outputs[0], use)
}

// take reads an output and frees it.
func take(output *tensors.Tensor, use func([]float32)) error {
	if err := tensors.ConstFlatData(output, use); err != nil {
		return err
	}
	return output.FinalizeAll()
}

// fill copies a batch into the tensors of its size.
func (p *program) fill(batch data.Batch) (*inputs, error) {
	in, ok := p.inputs[batch.Size]
	if !ok {
		var err error
		if in, err = p.newInputs(batch.Size); err != nil {
			return nil, err
		}
		p.inputs[batch.Size] = in
	}
	if err := tensors.AssignFlatData(in.images, batch.Images); err != nil {
		return nil, err
	}
	return in, tensors.AssignFlatData(in.labels, batch.Labels)
}

func (p *program) newInputs(size int) (*inputs, error) {
	shape := p.network.Input
	images, err := tensors.FromShapeForBackend(p.backend, 0, shapes.Make(dtypes.Float32, size, shape.Height, shape.Width, shape.Channels))
	if err != nil {
		return nil, err
	}
	labels, err := tensors.FromShapeForBackend(p.backend, 0, shapes.Make(dtypes.Int32, size))
	return &inputs{images: images, labels: labels}, err
}
