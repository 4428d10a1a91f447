package nn

import (
	"github.com/gomlx/gomlx/core/graph"
)

// KindBiasMap is the kind of BiasMap.
const KindBiasMap Kind = "bias map"

// BiasMap adds a bias of its own to each value of an image: its parameter has shape
// [height, width, channels]. It carries the contribution to a convolution of removed
// channels that are constant but not zero; at the border, where some taps of the
// convolution are in the padding, that is less than inside.
type BiasMap struct{}

// Kind is KindBiasMap.
func (BiasMap) Kind() Kind { return KindBiasMap }

// Output is the input's shape.
func (BiasMap) Output(inputs []Shape) (Shape, error) { return oneInput(KindBiasMap, inputs) }

// Parameters are the bias.
func (BiasMap) Parameters(inputs []Shape) []Parameter {
	x := inputs[0]
	return []Parameter{{Role: Bias, Shape: []int{x.Height, x.Width, x.Channels}}}
}

// Build adds.
func (BiasMap) Build(b *Builder, inputs []*graph.Node) *graph.Node {
	x := inputs[0]
	return graph.Add(x, graph.ExpandLeftToRank(b.Parameter(x.Graph(), Bias), 4))
}

func (BiasMap) origin(_ []Shape, _, channel int) int { return channel }

func (BiasMap) constant(node Node, p parameters, channel int, inputs []plane, _ []Shape) plane {
	y := inputs[0].full(node.Shape)
	for i := range y {
		y[i] += p(Bias)[i*node.Shape.Channels+channel]
	}
	return y
}

func (l BiasMap) narrow([]Shape, [][]int, []int) Layer { return l }
