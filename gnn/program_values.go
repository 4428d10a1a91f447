package gnn

import (
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"espalier/nn"
)

// Step takes one step of the optimizer at a learning rate, and returns the loss before
// it, without penalty and weight decay.
func (p *Program) Step(rate float64) (loss float64, err error) {
	p.updates++
	numbers := p.recipe.Optimizer.Scalars(rate, p.updates)
	err = tensors.MutableFlatData(p.scalars, func(flat []float32) {
		for i, x := range numbers {
			flat[i] = float32(x)
		}
	})
	if err != nil {
		return 0, err
	}
	outputs, err := p.step.Call(p.scalars)
	if err != nil {
		return 0, err
	}
	err = take(outputs[0], func(flat []float32) { loss = float64(flat[0]) })
	return loss, err
}

// Logits runs inference and passes the logits of all nodes [nodes, classes], flat, to a
// function; they are valid only during its call.
func (p *Program) Logits(use func([]float32)) error {
	outputs, err := p.infer.Call()
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

// Weights copies all parameters, including those of the insertion.
func (p *Program) Weights() (nn.Weights, error) {
	weights := make(nn.Weights)
	for _, parameter := range p.parameters {
		var err error
		if weights[parameter.Name], err = p.Value(parameter.Name); err != nil {
			return nil, err
		}
	}
	return weights, nil
}

// Value copies a parameter.
func (p *Program) Value(name string) ([]float32, error) { return p.read("/" + name) }

// SetValue sets a parameter.
func (p *Program) SetValue(name string, values []float32) error {
	return p.setLike(name, "/"+name, values)
}

// Slot copies one of the tensors that the optimizer keeps for a parameter, such as
// "mean".
func (p *Program) Slot(slot, name string) ([]float32, error) { return p.read(slotPath(slot, name)) }

// SetSlot sets one of the tensors that the optimizer keeps for a parameter.
func (p *Program) SetSlot(slot, name string, values []float32) error {
	return p.setLike(name, slotPath(slot, name), values)
}

// Gradient copies the last step's gradient with respect to one of Recipe.Gradients.
func (p *Program) Gradient(name string) ([]float32, error) { return p.read(gradientPath(name)) }

// SetMask says which values of one of Recipe.Masked live; the others are set to zero
// now and after every step. The optimizer's state for them is not changed.
func (p *Program) SetMask(name string, lives []bool) error {
	parameter := p.parameter(name)
	if !slices.Contains(p.recipe.Masked, name) || len(lives) != parameter.Size() {
		return fmt.Errorf("mask of %d values for %s, which has %d; it must be one of those named to be masked", len(lives), name, parameter.Size())
	}
	values, err := p.Value(name)
	if err != nil {
		return err
	}
	for i, alive := range lives {
		if !alive {
			values[i] = 0
		}
	}
	if err := p.SetValue(name, values); err != nil {
		return err
	}
	return nn.SetVariable(p.store, maskPath(name), lives, parameter.Shape, false)
}

func (p *Program) read(path string) ([]float32, error) {
	variable := p.store.GetVariable(path)
	if variable == nil {
		return nil, fmt.Errorf("the program has no %s", path)
	}
	value, err := variable.Value()
	if err != nil {
		return nil, err
	}
	return tensors.CopyFlatData[float32](value)
}

// setLike sets what has the shape of a parameter.
func (p *Program) setLike(name, path string, values []float32) error {
	parameter := p.parameter(name)
	if p.store.GetVariable(path) == nil || len(values) != parameter.Size() {
		return fmt.Errorf("%d values for %s, which has %d", len(values), path, parameter.Size())
	}
	return nn.SetVariable(p.store, path, values, parameter.Shape, false)
}
