package gnn

import (
	"fmt"
	"math"

	"espalier/nn"
)

// WeightDecay is coupled L2, (decay/2)·‖w‖² in the loss, that differs by layer: papers
// decay only the first layer, or the convolutions more strongly than the other layers.
// It applies to all parameters of a layer, biases included, as in PyTorch's optimizers.
type WeightDecay struct {
	First, Middle, Last float64 // layers; a network's only one is its first
	Inserted            float64 // the parameters of an Insertion
}

// UniformDecay decays all layers equally.
func UniformDecay(d float64) WeightDecay { return WeightDecay{d, d, d, d} }

// of is the decay of each parameter of a network.
func (d WeightDecay) of(parameters []nn.Parameter) map[string]float64 {
	first, last := parameters[0].Layer, parameters[len(parameters)-1].Layer
	decays := make(map[string]float64)
	for _, p := range parameters {
		switch p.Layer {
		case first:
			decays[p.Name] = d.First
		case last:
			decays[p.Name] = d.Last
		default:
			decays[p.Name] = d.Middle
		}
	}
	return decays
}

func (d WeightDecay) check() error {
	for _, decay := range []float64{d.First, d.Middle, d.Last, d.Inserted} {
		if !(decay >= 0 && decay < math.Inf(1)) {
			return fmt.Errorf("weight decay %v is not in [0, ∞)", decay)
		}
	}
	return nil
}
