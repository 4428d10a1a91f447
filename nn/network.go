package nn

import (
	"errors"
	"fmt"
	"slices"
)

// Node is one layer at its place in a network.
type Node struct {
	Name  string
	Layer Layer
	// Inputs are indices into Network.Nodes; Input, below 0, is the network's
	// own input.
	Inputs []int
	// Shape is that of the layer's output.
	Shape Shape
}

// Input is the index by which a layer reads the network's input.
const Input = -1

// Network is a description of a network: a directed acyclic graph of layers, each
// listed after those it reads. The last layer's output is the network's. A Network is
// immutable.
type Network struct {
	Name  string
	Input Shape
	Nodes []Node

	parameters []Parameter
}

// NewNetwork checks that layers, names and shapes fit together, and that every
// layer but the last is read by another, and returns the network. It fills in the
// nodes' shapes.
func NewNetwork(name string, input Shape, nodes []Node) (*Network, error) {
	if input.Height < 1 || input.Width < 1 || input.Channels < 1 {
		return nil, fmt.Errorf("network %s: input shape %v has a side below 1", name, input)
	}
	if len(nodes) == 0 {
		return nil, fmt.Errorf("network %s: no layers", name)
	}
	network := &Network{Name: name, Input: input}
	names := make(map[string]bool, len(nodes))
	for i, node := range nodes {
		if names[node.Name] || node.Name == "" {
			return nil, fmt.Errorf("network %s: layer %d: the name %q is empty or taken", name, i, node.Name)
		}
		names[node.Name] = true
		if err := network.append(node); err != nil {
			return nil, fmt.Errorf("network %s: layer %s: %w", name, node.Name, err)
		}
	}
	if i := network.unread(); i >= 0 {
		return nil, fmt.Errorf("network %s: layer %s: no layer reads it, and it is not the last", name, nodes[i].Name)
	}
	return network, nil
}

// unread is the first layer before the last that no other reads, -1 if there is
// none.
func (n *Network) unread() int {
	readers := lastReaders(n)
	for i := range len(n.Nodes) - 1 {
		if _, ok := readers[i]; !ok {
			return i
		}
	}
	return -1
}

func (n *Network) append(node Node) error {
	if node.Layer == nil {
		return errors.New("no layer")
	}
	for _, input := range node.Inputs {
		if input < Input || input >= len(n.Nodes) {
			return fmt.Errorf("reads layer %d, which is not before it", input)
		}
	}
	inputs := n.inputShapes(node)
	shape, err := node.Layer.Output(inputs)
	if err != nil {
		return err
	}
	node.Shape, node.Inputs = shape, slices.Clone(node.Inputs)
	for _, p := range node.Layer.Parameters(inputs) {
		p.Name, p.Layer, p.Kind = node.Name+"."+string(p.Role), node.Name, node.Layer.Kind()
		n.parameters = append(n.parameters, p)
	}
	n.Nodes = append(n.Nodes, node)
	return nil
}

func (n *Network) inputShapes(node Node) []Shape {
	shapes := make([]Shape, len(node.Inputs))
	for i, input := range node.Inputs {
		shapes[i] = n.shapeOf(input)
	}
	return shapes
}

// shapeOf is the shape of a layer's output, or of the network's input.
func (n *Network) shapeOf(index int) Shape {
	if index == Input {
		return n.Input
	}
	return n.Nodes[index].Shape
}

// InputShapes are the shapes that the layer at an index reads.
func (n *Network) InputShapes(index int) []Shape { return n.inputShapes(n.Nodes[index]) }

// Output is the shape of the network's output; for the zoo, the classes.
func (n *Network) Output() Shape { return n.Nodes[len(n.Nodes)-1].Shape }

// Parameters lists every parameter in the order of the layers. The caller must
// not change it.
func (n *Network) Parameters() []Parameter { return n.parameters }

// Prunable lists the parameters that pruning methods may touch, in the order of
// the layers: the weights of convolutions and linear layers.
func (n *Network) Prunable() []Parameter {
	var prunable []Parameter
	for _, p := range n.parameters {
		if p.Prunable() {
			prunable = append(prunable, p)
		}
	}
	return prunable
}
