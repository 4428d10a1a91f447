package gnn

import (
	"github.com/gomlx/gomlx/core/graph"

	"espalier/nn"
)

// Insertion is what a pruning method puts between a network and its graph, features and
// weights. A nil function changes nothing. All of them build a GoMLX graph, and read
// parameters with Builder.Parameter.
type Insertion struct {
	// Parameters are trained beside the network's, with their gradients through what
	// the functions build. Their names must not be the network's.
	Parameters []nn.Parameter

	// Edges returns the values of the edges, [edges], in the order of data.Graph.Edges,
	// for a layer of the network, or nil for ones. They are not negative; an edge of
	// value 0 is one that is not there. Loops that a network adds always have 1. It is
	// called once for each layer; Builder.Once makes what is the same for all layers
	// once.
	Edges func(b *Builder, layer string) *graph.Node

	// Gates returns what the columns of the features are multiplied by, [features].
	Gates func(b *Builder) *graph.Node

	// Weight returns what stands for a weight of the network, in its shape.
	Weight func(b *Builder, p nn.Parameter, value *graph.Node) *graph.Node

	// Penalty is a number added to the loss that is minimised, such as the L1 norm of
	// some parameters, but not to the loss that is told.
	Penalty func(b *Builder) *graph.Node
}
