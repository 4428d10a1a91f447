package export

import (
	"io"

	"github.com/nlpodyssey/safetensors"

	"espalier/nn/weightfile"
)

// SafeTensors writes the safetensors format, weights as float32 and masks as booleans, with
// the metadata in the header.
func SafeTensors(w io.Writer, m Model) error {
	weights, masks, err := m.arrays()
	if err != nil {
		return err
	}
	views := make(map[string]safetensors.TensorView, len(weights)+len(masks))
	for _, array := range weights {
		if err := addView(views, array, safetensors.F32, float32Bytes(array.Values)); err != nil {
			return err
		}
	}
	for _, array := range masks {
		if err := addView(views, array, safetensors.BOOL, maskBytes(array.Values)); err != nil {
			return err
		}
	}
	return safetensors.SerializeToWriter(views, m.facts(), w)
}

func addView(views map[string]safetensors.TensorView, array weightfile.Array, kind safetensors.DType, data []byte) error {
	shape := make([]uint64, len(array.Shape))
	for i, n := range array.Shape {
		shape[i] = uint64(n)
	}
	view, err := safetensors.NewTensorView(kind, shape, data)
	views[array.Name] = view
	return err
}
