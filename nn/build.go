package nn

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

// Builder is what a layer needs while it adds itself to a graph: the phase and
// the values of its own parameters.
type Builder struct {
	Phase Phase

	scope *model.Scope
	layer string
}

// NewBuilder is the builder of one layer, for code that puts layers into graphs of its
// own. The layer's parameters are variables of the scope, named as in a Network.
func NewBuilder(scope *model.Scope, layer string, phase Phase) *Builder {
	return &Builder{Phase: phase, scope: scope, layer: layer}
}

// Parameter returns the node with the value of one of the layer's parameters.
func (b *Builder) Parameter(g *graph.Graph, role Role) *graph.Node {
	return b.variable(role).NodeValue(g)
}

// SetParameter makes the graph store a new value for one of the layer's
// parameters, as batch norm does for its running statistics.
func (b *Builder) SetParameter(role Role, value *graph.Node) {
	b.variable(role).SetNodeValue(value)
}

func (b *Builder) variable(role Role) *model.Variable {
	name := b.layer + "." + string(role)
	variable := b.scope.GetVariable(name)
	if variable == nil {
		panic(fmt.Errorf("nn: parameter %s has no value: call Network.LoadInto before building the graph", name))
	}
	return variable
}

// Build adds the network to a GoMLX graph whose variables LoadInto has set. x has shape
// [batch, height, width, channels]; the result is [batch, outputs]. Like all code that
// builds graphs, it panics with an error if something does not fit; GoMLX's executors
// return that error.
func (n *Network) Build(scope *model.Scope, x *graph.Node, phase Phase) *graph.Node {
	return n.Logits(n.BuildLayers(scope, x, phase))
}

// BuildLayers is Build, and returns the output of every layer in the order of
// Nodes, [batch, height, width, channels] each, for code that looks at what is
// inside a network.
func (n *Network) BuildLayers(scope *model.Scope, x *graph.Node, phase Phase) []*graph.Node {
	if d := x.Shape().Dimensions; len(d) != 4 || d[1] != n.Input.Height || d[2] != n.Input.Width || d[3] != n.Input.Channels {
		panic(fmt.Errorf("nn: network %s reads [batch, %d, %d, %d], not %v",
			n.Name, n.Input.Height, n.Input.Width, n.Input.Channels, d))
	}
	outputs := make([]*graph.Node, len(n.Nodes))
	for i, node := range n.Nodes {
		inputs := make([]*graph.Node, len(node.Inputs))
		for j, input := range node.Inputs {
			if input == Input {
				inputs[j] = x
			} else {
				inputs[j] = outputs[input]
			}
		}
		outputs[i] = node.Layer.Build(NewBuilder(scope, node.Name, phase), inputs)
	}
	return outputs
}

// Logits is the network's output [batch, outputs] among those of its layers.
func (n *Network) Logits(layers []*graph.Node) *graph.Node {
	last := layers[len(layers)-1]
	return graph.Reshape(last, last.Shape().Dimensions[0], n.Output().Size())
}

// LoadInto sets one variable in the store's root scope for each parameter, under
// the parameter's name.
func (n *Network) LoadInto(store *model.Store, weights Weights) error {
	if err := weights.Check(n); err != nil {
		return err
	}
	for _, p := range n.Parameters() {
		if err := SetVariable(store, "/"+p.Name, weights[p.Name], p.Shape, p.Trainable()); err != nil {
			return fmt.Errorf("set %s: %w", p.Name, err)
		}
	}
	return nil
}

// SetVariable sets the variable at a path to values of a shape. If the store has none
// it makes one, which has gradients if it is trainable.
func SetVariable[T float32 | bool](store *model.Store, path string, values []T, shape []int, trainable bool) error {
	tensor := tensors.FromFlatDataAndDimensions(values, shape...)
	if variable := store.GetVariable(path); variable != nil {
		return variable.SetValue(tensor)
	}
	variable, err := store.CreateVariable(path, tensor)
	if err != nil {
		return err
	}
	variable.SetTrainable(trainable)
	return nil
}

// ReadFrom copies the network's parameters out of a store.
func (n *Network) ReadFrom(store *model.Store) (Weights, error) {
	weights := make(Weights, len(n.Parameters()))
	for _, p := range n.Parameters() {
		variable := store.GetVariable("/" + p.Name)
		if variable == nil {
			return nil, fmt.Errorf("read weights of network %s: %s is not in the store", n.Name, p.Name)
		}
		value, err := variable.Value()
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", p.Name, err)
		}
		if want := shapes.Make(dtypes.Float32, p.Shape...); !value.Shape().Equal(want) {
			return nil, fmt.Errorf("read %s: it has shape %s, want %s", p.Name, value.Shape(), want)
		}
		values, err := tensors.CopyFlatData[float32](value)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", p.Name, err)
		}
		weights[p.Name] = values
	}
	return weights, nil
}
