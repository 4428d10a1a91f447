package weightfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"espalier/nn"
)

// counter ends the name of a tensor of PyTorch's batch norm that networks here do not have.
const counter = ".num_batches_tracked"

// torchNames are PyTorch's names for the roles of parameters that have other names here.
var torchNames = map[nn.Role]string{
	nn.Scale: "weight", nn.Offset: "bias", nn.RunningVariance: "running_var",
}

// Weights returns the tensors in the layout of a network. In the file they have PyTorch's
// layout: convolutions [out, in/groups, height, width]; linear layers [out, in], where in
// runs over channel, height and width of an image; bias maps [channel, height, width]. It
// is an error if a parameter is not there or has another shape, and if a tensor is not a
// parameter; the counters of batch norms and the masks of parameters are ignored.
func (f *File) Weights(n *nn.Network) (nn.Weights, error) {
	tensors := make(map[string]Tensor, len(f.Tensors))
	for _, t := range f.Tensors {
		tensors[t.Name] = t
	}
	inputs := linearInputs(n)
	weights := make(nn.Weights, len(n.Parameters()))
	used := make(map[string]bool, len(n.Parameters()))
	for _, p := range n.Parameters() {
		name := torchName(p)
		t, ok := tensors[name]
		if !ok {
			return nil, fmt.Errorf("network %s has %s, and the file has no %s", n.Name, p.Name, name)
		}
		arranged, err := fit(t, p, inputs)
		if err != nil {
			return nil, fmt.Errorf("network %s: %w", n.Name, err)
		}
		weights[p.Name] = arranged.Values()
		used[name] = true
	}
	return weights, unused(f.Tensors, used, n)
}

// fit views a tensor of PyTorch's in the layout of a parameter, whose shape it must have.
func fit(t Tensor, p nn.Parameter, inputs map[string]nn.Shape) (Tensor, error) {
	if want := torchShape(p); !slices.Equal(t.Shape, want) {
		return Tensor{}, fmt.Errorf("%s has shape %v in the file, want %v", t.Name, t.Shape, want)
	}
	return arrange(t, p, inputs), nil
}

// linearInputs are the shapes of the linear layers' inputs, by the layers' names.
func linearInputs(n *nn.Network) map[string]nn.Shape {
	inputs := make(map[string]nn.Shape)
	for i, node := range n.Nodes {
		if node.Layer.Kind() == nn.KindLinear {
			inputs[node.Name] = n.InputShapes(i)[0]
		}
	}
	return inputs
}

// unused returns an error for a tensor that the network has no place for.
func unused(tensors []Tensor, used map[string]bool, n *nn.Network) error {
	if len(tensors) == 0 {
		return errors.New("the file has no tensors")
	}
	for _, t := range tensors {
		if !used[t.Name] && !strings.HasSuffix(t.Name, counter) && !used[strings.TrimSuffix(t.Name, maskSuffix)] {
			return fmt.Errorf("the file has %.100q, which network %s does not have", t.Name, n.Name)
		}
	}
	return nil
}

func torchName(p nn.Parameter) string {
	if name, ok := torchNames[p.Role]; ok {
		return p.Layer + "." + name
	}
	return p.Name
}

// torchShape is the shape that PyTorch gives a parameter.
func torchShape(p nn.Parameter) []int {
	switch s := p.Shape; {
	case len(s) == 3:
		return []int{s[2], s[0], s[1]}
	case p.Role != nn.Weight:
		return s
	case len(s) == 4:
		return []int{s[3], s[2], s[0], s[1]}
	case len(s) == 2:
		return []int{s[1], s[0]}
	default:
		return s
	}
}

// arrange permutes the axes of a tensor of PyTorch's into those of a parameter. inputs are
// those of linearInputs.
func arrange(t Tensor, p nn.Parameter, inputs map[string]nn.Shape) Tensor {
	input, linear := inputs[p.Layer]
	switch {
	case len(p.Shape) == 3:
		return t.permute(1, 2, 0)
	case p.Role != nn.Weight:
		return t
	case linear:
		return t.splitInputs(input).permute(2, 3, 1, 0)
	case len(p.Shape) == 4:
		return t.permute(2, 3, 1, 0)
	case len(p.Shape) == 2:
		return t.permute(1, 0)
	default:
		return t
	}
}

// splitInputs views [out, in] as [out, channels, height, width].
func (t Tensor) splitInputs(input nn.Shape) Tensor {
	stride := t.strides[1]
	t.Shape = []int{t.Shape[0], input.Channels, input.Height, input.Width}
	t.strides = []int{t.strides[0], input.Height * input.Width * stride, input.Width * stride, stride}
	return t
}

// permute views the tensor with its axes in another order.
func (t Tensor) permute(axes ...int) Tensor {
	shape, strides := make([]int, len(axes)), make([]int, len(axes))
	for i, axis := range axes {
		shape[i], strides[i] = t.Shape[axis], t.strides[axis]
	}
	t.Shape, t.strides = shape, strides
	return t
}
