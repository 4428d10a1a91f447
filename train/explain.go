package train

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"espalier/nn"
)

// Programs are the compiled graphs that a job runs for one size of batch, for looking
// into, as backend/cpu.Explain does.
type Programs struct {
	// Step takes images, labels and the optimizer's scalars, then the variables.
	Step compute.Executable
	// Inference takes images, then the variables.
	Inference compute.Executable
}

// Compile compiles the training step and the inference of a network for batches of a
// size, without masks, as Run does. free frees them.
func Compile(b compute.Backend, network *nn.Network, optimizer Optimizer, batch int) (programs Programs, free func(), err error) {
	weights, err := nn.Initialize(network, "", 0)
	if err != nil {
		return Programs{}, nil, err
	}
	p, err := newProgram(b, recipe{network: network, optimizer: optimizer})
	if err != nil {
		return Programs{}, nil, fmt.Errorf("compile network %s: %w", network.Name, err)
	}
	if programs, err = p.compile(weights, batch); err != nil {
		p.close()
		return Programs{}, nil, fmt.Errorf("compile network %s for batches of %d: %w", network.Name, batch, err)
	}
	return programs, p.close, nil
}

func (p *program) compile(weights nn.Weights, batch int) (Programs, error) {
	if err := p.load(weights, nil, nil); err != nil {
		return Programs{}, err
	}
	input := p.network.Input
	images := shapes.Make(dtypes.Float32, batch, input.Height, input.Width, input.Channels)
	step, err := p.step.Compile(images, shapes.Make(dtypes.Int32, batch), p.scalars.Shape())
	if err != nil {
		return Programs{}, err
	}
	inference, err := p.infer.Compile(images)
	if err != nil {
		return Programs{}, err
	}
	return Programs{Step: step.Executable(), Inference: inference.Executable()}, nil
}
