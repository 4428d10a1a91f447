package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// The kinds of layers that join branches.
const (
	KindAdd    Kind = "add"
	KindConcat Kind = "concat"
)

// Add sums inputs of one shape, as at the end of a residual block.
type Add struct{}

// Kind is KindAdd.
func (Add) Kind() Kind { return KindAdd }

// Output is the inputs' shape.
func (Add) Output(inputs []Shape) (Shape, error) {
	if len(inputs) < 2 {
		return Shape{}, fmt.Errorf("add reads 2 inputs or more, not %d", len(inputs))
	}
	for _, shape := range inputs[1:] {
		if shape != inputs[0] {
			return Shape{}, fmt.Errorf("add of %s and %s: the shapes differ", inputs[0], shape)
		}
	}
	return inputs[0], nil
}

// Parameters are none.
func (Add) Parameters([]Shape) []Parameter { return nil }

// Build adds.
func (Add) Build(_ *Builder, inputs []*graph.Node) *graph.Node { return fold(inputs, graph.Add) }

// Concat concatenates the channels of inputs that have the same height and width.
type Concat struct{}

// Kind is KindConcat.
func (Concat) Kind() Kind { return KindConcat }

// Output has the sum of the inputs' channels.
func (Concat) Output(inputs []Shape) (Shape, error) {
	if len(inputs) < 2 {
		return Shape{}, fmt.Errorf("concat reads 2 inputs or more, not %d", len(inputs))
	}
	result := inputs[0]
	for _, shape := range inputs[1:] {
		if shape.Height != result.Height || shape.Width != result.Width {
			return Shape{}, fmt.Errorf("concat of %s and %s: height or width differ", inputs[0], shape)
		}
		result.Channels += shape.Channels
	}
	return result, nil
}

// Parameters are none.
func (Concat) Parameters([]Shape) []Parameter { return nil }

// Build concatenates.
func (Concat) Build(_ *Builder, inputs []*graph.Node) *graph.Node {
	return graph.Concatenate(inputs, 3)
}

func (Add) origin(_ []Shape, _, channel int) int { return channel }

func (Add) constant(node Node, _ parameters, _ int, inputs []plane, _ []Shape) plane {
	sum := plane(nil).full(node.Shape)
	for _, x := range inputs {
		for i, v := range x {
			sum[i] += v
		}
	}
	return sum
}

// narrow sums what is left; the builder has given all inputs the same channels.
func (Add) narrow(_ []Shape, kept [][]int, _ []int) Layer { return joining(Add{}, kept) }

func (Concat) origin(inputs []Shape, input, channel int) int {
	for _, shape := range inputs[:input] {
		channel -= shape.Channels
	}
	if channel < 0 || channel >= inputs[input].Channels {
		return NoChannel
	}
	return channel
}

func (Concat) constant(_ Node, _ parameters, _ int, inputs []plane, _ []Shape) plane {
	for _, x := range inputs {
		if x != nil {
			return x
		}
	}
	return nil
}

func (Concat) narrow(_ []Shape, kept [][]int, _ []int) Layer { return joining(Concat{}, kept) }

// joining is the layer that joins several inputs, nil where one is left.
func joining(l Layer, kept [][]int) Layer {
	if len(kept) == 1 {
		return nil
	}
	return l
}
