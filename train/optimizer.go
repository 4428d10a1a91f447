package train

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

// Optimizer is a rule by which a gradient moves a parameter. A new one is one file that
// implements this interface; its fields are plain values that describe it completely.
type Optimizer interface {
	// Rate is the learning rate before the schedule's factor.
	Rate() float64
	// Slots names the tensors that the optimizer keeps for each parameter, of
	// the parameter's shape and 0 at first, such as "momentum".
	Slots() []string
	// Scalars are the numbers that change from step to step, for the update
	// with this index, counted from 1, at a learning rate. They are computed
	// on the host, so that no change of them compiles anything anew. There are
	// as many for every update.
	Scalars(rate float64, update int) []float64
	// Update adds the update of one parameter to the graph and returns the new
	// values of the parameter and of its slots, in the order of Slots.
	Update(p Parameter) (value *graph.Node, slots []*graph.Node)
	// Check reports what cannot work.
	Check() error
}

// Parameter is one parameter in the graph of a step, as an Optimizer sees it.
type Parameter struct {
	Role     nn.Role
	Value    *graph.Node
	Gradient *graph.Node   // of the mean loss of the batch, in Value's shape
	Slots    []*graph.Node // in the order of Optimizer.Slots, each in Value's shape
	Scalars  []*graph.Node // of Optimizer.Scalars, float32
}

// decayed adds the gradient of (decay/2)·‖value‖² to the gradient: coupled L2, as
// PyTorch's optimizers apply it to every parameter.
func (p Parameter) decayed(decay float64) *graph.Node {
	if decay == 0 {
		return p.Gradient
	}
	return graph.Add(p.Gradient, graph.MulScalar(p.Value, decay))
}

// checkRange reports a hyper-parameter outside [0, below).
func checkRange(name string, value, below float64) error {
	if !(value >= 0 && value < below) {
		return fmt.Errorf("%s %v is not in [0, %v)", name, value, below)
	}
	return nil
}
