package gnn

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/nn"
)

// Builder is what a network needs while it adds itself to a GoMLX graph: the phase,
// the values of its parameters, and the graph whose nodes send each other messages.
type Builder struct {
	Phase nn.Phase

	target     *graph.Graph
	scope      *model.Scope
	dtype      dtypes.DType
	graph      *Graph
	insertion  *Insertion
	parameters map[string]nn.Parameter
	edges      *Sparse
	looped     *Sparse
	// values are those of the edges, by layer, and scaled the normalised ones.
	values map[string]*graph.Node
	scaled map[scaling]*graph.Node
	once   map[string]*graph.Node
}

// newBuilder prepares the building of a network in a graph of GoMLX. The parameters are
// variables of the scope's store.
func newBuilder(scope *model.Scope, target *graph.Graph, n Network, on *Graph, insertion *Insertion, phase nn.Phase) *Builder {
	if insertion == nil {
		insertion = &Insertion{}
	}
	b := &Builder{
		Phase: phase, target: target, scope: scope, graph: on, insertion: insertion, dtype: dtypes.Float32,
		parameters: make(map[string]nn.Parameter),
		edges:      on.edges.In(target), looped: on.looped.In(target),
		values: make(map[string]*graph.Node), scaled: make(map[scaling]*graph.Node), once: make(map[string]*graph.Node),
	}
	for _, p := range n.Parameters(on.shape) {
		b.parameters[p.Name] = p
		b.dtype = b.variable(p.Name).DType()
	}
	return b
}

// Graph is the GoMLX graph being built.
func (b *Builder) Graph() *graph.Graph { return b.target }

// Shape is that of the graph whose nodes are classified.
func (b *Builder) Shape() Shape { return b.graph.shape }

// Parameter is the unchanged value of a parameter of the network or of the insertion.
func (b *Builder) Parameter(name string) *graph.Node { return b.variable(name).NodeValue(b.target) }

// Weight is the value of a parameter of the network as it is to be used: if it is a
// weight, after the insertion has transformed it.
func (b *Builder) Weight(layer string, role nn.Role) *graph.Node {
	name := layer + "." + string(role)
	p, ok := b.parameters[name]
	if !ok {
		panic(fmt.Errorf("gnn: the network has no parameter %s", name))
	}
	value := b.Parameter(name)
	if b.insertion.Weight != nil && role == nn.Weight {
		return b.insertion.Weight(b, p, value)
	}
	return value
}

func (b *Builder) variable(name string) *model.Variable {
	variable := b.scope.GetVariable(name)
	if variable == nil {
		panic(fmt.Errorf("gnn: parameter %s has no value", name))
	}
	return variable
}

// Edges are the edges without loops, and their values for a layer; the values are nil
// if each is 1.
func (b *Builder) Edges(layer string) (edges *Sparse, values *graph.Node) {
	if b.insertion.Edges == nil {
		return b.edges, nil
	}
	values, ok := b.values[layer]
	if !ok {
		values = b.insertion.Edges(b, layer)
		b.values[layer] = values
	}
	return b.edges, values
}

// Once returns the node that build made the first time that this name was asked for in
// this graph.
func (b *Builder) Once(name string, build func() *graph.Node) *graph.Node {
	node, ok := b.once[name]
	if !ok {
		node = build()
		b.once[name] = node
	}
	return node
}

// Looped are the edges followed by a loop at every node, and their values.
func (b *Builder) Looped(layer string) (looped *Sparse, values *graph.Node) {
	_, values = b.Edges(layer)
	if values != nil {
		ones := graph.BroadcastToDims(scalar(values, 1), b.graph.shape.Nodes)
		values = graph.Concatenate([]*graph.Node{values, ones}, 0)
	}
	return b.looped, values
}

// Linear is x·W + b with a layer's parameters, without b if the layer has no bias.
func (b *Builder) Linear(x *graph.Node, layer string) *graph.Node {
	return b.Biased(graph.MatMul(x, b.Weight(layer, nn.Weight)), layer)
}

// Biased adds a layer's bias if it has one.
func (b *Builder) Biased(x *graph.Node, layer string) *graph.Node {
	if _, ok := b.parameters[layer+"."+string(nn.Bias)]; !ok {
		return x
	}
	return graph.Add(x, graph.ExpandLeftToRank(b.Weight(layer, nn.Bias), x.Rank()))
}

// BatchNorm normalises the columns of x [nodes, width] over all nodes, as nn.BatchNorm
// normalises channels.
func (b *Builder) BatchNorm(x *graph.Node, layer string) *graph.Node {
	nodes, width := x.Shape().Dim(0), x.Shape().Dim(1)
	channels := graph.Reshape(x, nodes, 1, 1, width)
	return graph.Reshape(nn.BatchNorm{}.Build(nn.NewBuilder(b.scope, layer, b.Phase), []*graph.Node{channels}), nodes, width)
}

// Dropout sets, in the training phase, elements of x to zero with a probability and
// divides the others by the probability of being kept, so that the expectation does not
// change.
func (b *Builder) Dropout(x *graph.Node, rate float64) *graph.Node {
	if b.Phase == nn.Inference || rate <= 0 {
		return x
	}
	shape := x.Shape().Clone()
	shape.DType = dtypes.Float32
	random := b.scope.RandomUniform(b.target, shape)
	kept := graph.GreaterOrEqual(random, graph.Scalar(b.target, dtypes.Float32, rate))
	return graph.Where(kept, graph.MulScalar(x, 1/(1-rate)), graph.ZerosLike(x))
}
