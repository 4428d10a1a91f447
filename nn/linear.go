package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// KindLinear is the kind of Linear.
const KindLinear Kind = "linear"

// Linear is a fully connected layer, y = x·W + b, over all values of its input in
// the order height, width, channel. W has shape [in, out].
type Linear struct {
	Out    int
	NoBias bool
}

// Kind is KindLinear.
func (l Linear) Kind() Kind { return KindLinear }

// Output is a vector of Out features, whatever the input's shape.
func (l Linear) Output(inputs []Shape) (Shape, error) {
	if _, err := oneInput(KindLinear, inputs); err != nil {
		return Shape{}, err
	}
	if l.Out < 1 {
		return Shape{}, fmt.Errorf("linear has %d outputs", l.Out)
	}
	return Vector(l.Out), nil
}

// Parameters are the weight and, unless NoBias, the bias.
func (l Linear) Parameters(inputs []Shape) []Parameter {
	parameters := []Parameter{{Role: Weight, Shape: []int{inputs[0].Size(), l.Out}, Positions: 1}}
	if !l.NoBias {
		parameters = append(parameters, Parameter{Role: Bias, Shape: []int{l.Out}})
	}
	return parameters
}

// Build flattens the input and multiplies it by the weight.
func (l Linear) Build(b *Builder, inputs []*graph.Node) *graph.Node {
	x := inputs[0]
	g, batch := x.Graph(), x.Shape().Dimensions[0]
	x = graph.Reshape(x, batch, x.Shape().Size()/batch)
	y := graph.MatMul(x, b.Parameter(g, Weight))
	if !l.NoBias {
		y = graph.Add(y, graph.ExpandLeftToRank(b.Parameter(g, Bias), 2))
	}
	return graph.Reshape(y, batch, 1, 1, l.Out)
}
