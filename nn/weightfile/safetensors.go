package weightfile

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"
)

// maxHeader is the length in bytes of the longest header of a safetensors file that is
// read. It is enough for some 20,000 tensors.
const maxHeader = 2 << 20

// trainingFormat begins the name of the format in the metadata of files of package train.
const trainingFormat = `"espalier/train/`

// safetensorsKinds are the types of numbers that can become weights.
var safetensorsKinds = map[safetensors.DType]*numbers{
	safetensors.F64: float64s, safetensors.F32: float32s, safetensors.F16: float16s, safetensors.BF16: bfloat16s,
	safetensors.I64: int64s, safetensors.I32: int32s, safetensors.I16: int16s, safetensors.I8: int8s,
	safetensors.U8: uint8s, safetensors.BOOL: uint8s,
}

// decodeSafeTensors reads a file of the safetensors format: the length of the
// header in eight bytes, the header in JSON, the numbers. Tensors come in the order
// of their names.
func decodeSafeTensors(content []byte) ([]Tensor, error) {
	length := binary.LittleEndian.Uint64(content)
	if length > maxHeader {
		return nil, fmt.Errorf("its header has %d bytes, more than %d", length, maxHeader)
	}
	file, err := safetensors.Deserialize(content)
	if err != nil {
		return nil, fmt.Errorf("%.200s", err)
	}
	// The library could read the metadata, but only with the whole header once more.
	if bytes.Contains(content[8:8+length], []byte(trainingFormat)) {
		return nil, errors.New("it is a training as run folders keep it, with the optimizer's state: `espalier export CELL -o FILE` writes its weights, CELL being the long folder's name in its path")
	}
	var tensors []Tensor
	for _, named := range file.Tensors() {
		t, err := fromView(named.TensorView)
		if err != nil {
			return nil, fmt.Errorf("tensor %.100q: %w", named.Name, err)
		}
		t.Name = named.Name
		tensors = append(tensors, t)
	}
	slices.SortFunc(tensors, func(a, b Tensor) int { return cmp.Compare(a.Name, b.Name) })
	return tensors, nil
}

func fromView(view safetensors.TensorView) (Tensor, error) {
	kind, ok := safetensorsKinds[view.DType()]
	if !ok {
		return Tensor{}, fmt.Errorf("numbers of type %s are not supported", view.DType())
	}
	shape := make([]int, len(view.Shape()))
	for i, n := range view.Shape() {
		if n > math.MaxInt {
			return Tensor{}, fmt.Errorf("shape %v", view.Shape())
		}
		shape[i] = int(n)
	}
	bytes := view.Data()
	s := &storage{kind: kind, count: len(bytes) / kind.size, bytes: bytes}
	return newTensor(s, 0, shape, rowMajor(shape))
}
