package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// KindActivation is the kind of Activation.
const KindActivation Kind = "activation"

// Activation applies a function to each value; its value is the function's name.
type Activation string

// The activations of the zoo's networks.
const (
	ReLU  Activation = "relu"  // max(x, 0)
	ReLU6 Activation = "relu6" // min(max(x, 0), 6), as in MobileNet-V2
)

// Kind is KindActivation.
func (a Activation) Kind() Kind { return KindActivation }

// Output is the input's shape.
func (a Activation) Output(inputs []Shape) (Shape, error) {
	if len(inputs) != 1 {
		return Shape{}, fmt.Errorf("an activation reads 1 input, not %d", len(inputs))
	}
	if a != ReLU && a != ReLU6 {
		return Shape{}, fmt.Errorf("no activation is called %q: there are %s and %s", string(a), ReLU, ReLU6)
	}
	return inputs[0], nil
}

// Parameters are none.
func (a Activation) Parameters([]Shape) []Parameter { return nil }

// Build applies the function.
func (a Activation) Build(_ *Builder, inputs []*graph.Node) *graph.Node {
	y := graph.MaxScalar(inputs[0], 0)
	if a == ReLU6 {
		y = graph.MinScalar(y, 6)
	}
	return y
}
