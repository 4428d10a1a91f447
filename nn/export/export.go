package export

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"espalier/internal/durable"
	"espalier/nn"
	"espalier/nn/weightfile"
)

// Model is a network to export.
type Model struct {
	Network *nn.Network
	Weights nn.Weights
	// Mask may be nil. The weights that it prunes must be zero.
	Mask nn.WeightMask
	// Metadata has further facts, such as the accuracy or the commit, by name.
	Metadata map[string]string
}

// encoders are the formats, by the ending of a file's name.
var encoders = map[string]func(w io.Writer, m Model) error{
	".safetensors": SafeTensors,
	".npz":         NPZ,
	".onnx":        ONNX,
}

// Endings lists the endings of the files that Write knows.
func Endings() []string { return slices.Sorted(maps.Keys(encoders)) }

// CheckEnding returns an error if the ending of a path names no format.
func CheckEnding(path string) error {
	if encoders[filepath.Ext(path)] == nil {
		return fmt.Errorf("export to %s: the name must end in one of %s", path, strings.Join(Endings(), ", "))
	}
	return nil
}

// Write exports a model to a file, in the format that the ending of its name says. After
// an error the file is as it was before. A model whose parts do not fit together, or that
// the format cannot express, is an error.
func Write(files durable.FS, path string, m Model) error {
	if err := CheckEnding(path); err != nil {
		return err
	}
	if err := durable.Write(files, path, func(w io.Writer) error { return encoders[filepath.Ext(path)](w, m) }); err != nil {
		return fmt.Errorf("export network %s: %w", m.Network.Name, err)
	}
	return nil
}

// arrays lays out the weights and the masks, which it checks.
func (m Model) arrays() (weights, masks []weightfile.Array, err error) {
	weights, err = weightfile.Arrays(m.Network, m.Weights)
	if err != nil || m.Mask == nil {
		return weights, nil, err
	}
	masks, err = weightfile.MaskArrays(m.Network, m.Mask)
	if err != nil {
		return nil, nil, err
	}
	byName := make(map[string]weightfile.Array, len(weights))
	for _, w := range weights {
		byName[w.Name] = w
	}
	for _, mask := range masks {
		if err := checkPruned(byName[strings.TrimSuffix(mask.Name, ".mask")], mask); err != nil {
			return nil, nil, err
		}
	}
	return weights, masks, nil
}

// checkPruned returns an error if a pruned weight is not zero.
func checkPruned(weights, mask weightfile.Array) error {
	for i, live := range mask.Values {
		if live == 0 && weights.Values[i] != 0 {
			return fmt.Errorf("value %d of %s is pruned by the mask and %g: apply the mask to the weights first", i, weights.Name, weights.Values[i])
		}
	}
	return nil
}

// facts are the metadata with the entries that every export has.
func (m Model) facts() map[string]string {
	facts := map[string]string{"producer": "espalier", "network": m.Network.Name, "input": m.Network.Input.String()}
	maps.Copy(facts, m.Metadata)
	return facts
}

// float32Bytes are the bytes of numbers, little-endian.
func float32Bytes(values []float32) []byte {
	bytes := make([]byte, 0, 4*len(values))
	for _, v := range values {
		bytes = binary.LittleEndian.AppendUint32(bytes, math.Float32bits(v))
	}
	return bytes
}

// maskBytes has a byte for each value, 1 if the value is not zero.
func maskBytes(values []float32) []byte {
	bytes := make([]byte, len(values))
	for i, v := range values {
		if v != 0 {
			bytes[i] = 1
		}
	}
	return bytes
}
