package weightfile

import (
	"fmt"
	"iter"
	"strings"

	"espalier/nn"
)

// maskSuffix is what the name of a mask has behind that of the tensor it masks.
const maskSuffix = ".mask"

// Array is a named array of numbers in row-major order.
type Array struct {
	Name   string
	Shape  []int
	Values []float32
}

// Arrays lays a network's weights out as PyTorch names and shapes them, in the
// order of the network's parameters. File.Weights does the reverse.
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

// MaskArrays lays a mask out in the same way: for each masked tensor an array of
// its shape that is 1 where a weight lives and 0 where it is pruned, called as the
// tensor with ".mask" behind. File.Masks does the reverse.
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

// layOut is one parameter as PyTorch has it.
func layOut(p nn.Parameter, values []float32, inputs map[string]nn.Shape) Array {
	shape := torchShape(p)
	torch := Tensor{Shape: shape, strides: rowMajor(shape)}
	laid := make([]float32, len(values))
	for i, at := range arrange(torch, p, inputs).places() {
		laid[at] = values[i]
	}
	return Array{Name: torchName(p), Shape: shape, Values: laid}
}

// places yields for each value of the tensor, in row-major order, its place in the
// storage.
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

// Masks puts the masks of a file into the layout of a network. It is nil if the
// file has none.
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
