package weightfile

import (
	"fmt"
	"iter"
	"strings"

	"espalier/nn"
)

// maskSuffix follows the name of a tensor in the name of its mask.
const maskSuffix = ".mask"

// Array is a named array of numbers in row-major order.
type Array struct {
	Name   string
	Shape  []int
	Values []float32
}

// Arrays returns a network's weights with PyTorch's names and shapes, in the order of the
// network's parameters. Weights that do not fit the network are an error. File.Weights does
// the reverse.
func Arrays(n *nn.Network, weights nn.Weights) ([]Array, error) {
	if err := weights.Check(n); err != nil {
		return nil, err
	}
	arrays := make([]Array, 0, len(weights))
	inputs := linearInputs(n)
	for _, p := range n.Parameters() {
		arrays = append(arrays, layOut(p, weights[p.Name], inputs))
	}
	return arrays, nil
}

// MaskArrays returns a mask in the same way: for each masked tensor an array of its shape
// and name, followed by ".mask", that is 1 for weights that live and 0 for pruned ones.
// File.Masks does the reverse.
func MaskArrays(n *nn.Network, mask nn.WeightMask) ([]Array, error) {
	if err := nn.CheckMask(n, mask); err != nil {
		return nil, err
	}
	var arrays []Array
	inputs := linearInputs(n)
	for _, p := range n.Prunable() {
		if mask.SizeOf(p.Name) == 0 {
			continue
		}
		values := make([]float32, p.Size())
		for i := range mask.Live(p.Name) {
			values[i] = 1
		}
		array := layOut(p, values, inputs)
		array.Name += maskSuffix
		arrays = append(arrays, array)
	}
	return arrays, nil
}

// layOut is one parameter in PyTorch's layout.
func layOut(p nn.Parameter, values []float32, inputs map[string]nn.Shape) Array {
	shape := torchShape(p)
	torch := Tensor{Shape: shape, strides: rowMajor(shape)}
	laid := make([]float32, len(values))
	for i, at := range arrange(torch, p, inputs).places() {
		laid[at] = values[i]
	}
	return Array{Name: torchName(p), Shape: shape, Values: laid}
}

// places yields the values of the tensor in row-major order, each by its number and its
// place in the storage.
func (t Tensor) places() iter.Seq2[int, int] {
	return func(yield func(value, place int) bool) {
		index := make([]int, len(t.Shape))
		at := t.offset
		for i := range t.Size() {
			if !yield(i, at) {
				return
			}
			for axis := len(index) - 1; axis >= 0; axis-- {
				index[axis]++
				at += t.strides[axis]
				if index[axis] < t.Shape[axis] {
					break
				}
				at -= index[axis] * t.strides[axis]
				index[axis] = 0
			}
		}
	}
}

// Masks returns the masks of a file in the layout of a network, nil if the file has none. A
// mask of another shape than its parameter is an error.
func (f *File) Masks(n *nn.Network) (nn.NonZero, error) {
	masks := make(map[string]Tensor)
	for _, t := range f.Tensors {
		if name, ok := strings.CutSuffix(t.Name, maskSuffix); ok {
			masks[name] = t
		}
	}
	if len(masks) == 0 {
		return nil, nil
	}
	inputs := linearInputs(n)
	mask := make(nn.NonZero, len(masks))
	for _, p := range n.Prunable() {
		t, ok := masks[torchName(p)]
		if !ok {
			continue
		}
		arranged, err := fit(t, p, inputs)
		if err != nil {
			return nil, fmt.Errorf("network %s: %w", n.Name, err)
		}
		mask[p.Name] = arranged.Values()
	}
	return mask, nil
}
