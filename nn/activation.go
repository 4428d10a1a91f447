package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// KindActivation is the kind of Activation.
const KindActivation Kind = "activation"

// Activation applies the function that it names to each value.
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
	if a != ReLU && a != ReLU6 {
		return Shape{}, fmt.Errorf("no activation is called %q: there are %s and %s", string(a), ReLU, ReLU6)
	}
	return oneInput(KindActivation, inputs)
}

// Parameters are none.
func (a Activation) Parameters([]Shape) []Parameter { return nil }

// Build applies the function.
//
// It selects instead of taking a maximum, because the gradient of GoMLX's Max is 1
// where both sides are equal, and the output of a unit whose weights are all pruned is
// exactly 0, where the gradient must be 0, as in PyTorch. The comparisons let NaN pass
// through.
func (a Activation) Build(_ *Builder, inputs []*graph.Node) *graph.Node {
	x := inputs[0]
	zero := graph.ScalarZero(x.Graph(), x.DType())
	y := graph.Where(graph.LessOrEqual(x, zero), zero, x)
	if a == ReLU6 {
		six := graph.Scalar(x.Graph(), x.DType(), 6)
		y = graph.Where(graph.GreaterOrEqual(y, six), six, y)
	}
	return y
}

func (a Activation) origin(_ []Shape, _, channel int) int { return channel }

func (a Activation) constant(node Node, _ parameters, _ int, inputs []plane, _ []Shape) plane {
	return inputs[0].apply(node.Shape, func(x float32) float32 {
		x = max(x, 0)
		if a == ReLU6 {
			x = min(x, 6)
		}
		return x
	})
}

func (a Activation) narrow([]Shape, [][]int, []int) Layer { return a }
