package nn

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// Kind names a type of layer, as in "convolution".
type Kind string

// Layer is one operation of a network with its hyper-parameters, a plain value.
// What depends on the shapes that reach it is computed from those shapes.
//
// A new layer is one file that implements this interface.
type Layer interface {
	Kind() Kind
	// Output is the shape of the result, or an error that says which input
	// does not fit.
	Output(inputs []Shape) (Shape, error)
	// Parameters lists what the layer owns. Only Role, Shape and Positions are
	// set; the network adds the rest. Inputs fit, Output has been asked.
	Parameters(inputs []Shape) []Parameter
	// Build adds the layer to a GoMLX graph. Inputs have shape
	// [batch, height, width, channels], and so must the result.
	Build(b *Builder, inputs []*graph.Node) *graph.Node
}

// Phase says what a graph is built for.
type Phase int

// In Training, batch norm uses the batch's statistics and updates the running
// ones; in Inference it uses the running ones. SecondOrder is Training, built from
// operations of which GoMLX has second derivatives, which its convolution and its
// max pool have not (v0.28.7): slower, and with more memory.
const (
	Inference Phase = iota
	Training
	SecondOrder
)

// oneInput is the input of a layer that reads a single one.
func oneInput(kind Kind, inputs []Shape) (Shape, error) {
	if len(inputs) != 1 {
		return Shape{}, fmt.Errorf("%s reads 1 input, not %d", kind, len(inputs))
	}
	return inputs[0], nil
}
