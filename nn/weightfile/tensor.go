package weightfile

import (
	"encoding/binary"
	"fmt"
	"math"
)

// maxRank is the greatest number of axes of a tensor.
const maxRank = 16

// Tensor is one named array of a file, with its shape in the file. It is a view of the
// file's content, which Values copies.
type Tensor struct {
	Name  string
	Shape []int

	storage *storage
	offset  int
	strides []int
}

// storage is a flat array of numbers that tensors are views of.
type storage struct {
	kind  *numbers
	count int
	bytes []byte // count·kind.size of them, once the whole file has been read
}

// newTensor checks that a view lies within its storage. A tensor with more elements than
// its storage, such as an expanded one, is refused, so that no tensor is larger than the
// file.
func newTensor(s *storage, offset int, shape, strides []int) (Tensor, error) {
	if len(shape) > maxRank || len(strides) != len(shape) {
		return Tensor{}, fmt.Errorf("a tensor with %d axes and %d strides", len(shape), len(strides))
	}
	size, last := 1, offset
	for _, n := range shape {
		if n < 0 {
			return Tensor{}, fmt.Errorf("a tensor of shape %v", shape)
		}
		if n > 0 && size > s.count/n {
			return Tensor{}, fmt.Errorf("a tensor of shape %v in a storage of %d numbers", shape, s.count)
		}
		size *= n
	}
	if offset < 0 || offset > s.count {
		return Tensor{}, fmt.Errorf("a tensor that begins at %d of a storage of %d numbers", offset, s.count)
	}
	for i, n := range shape {
		if strides[i] < 0 {
			return Tensor{}, fmt.Errorf("a tensor with stride %d", strides[i])
		}
		if n > 1 && size > 0 {
			if strides[i] > s.count/(n-1) {
				return Tensor{}, fmt.Errorf("a tensor of shape %v and strides %v in a storage of %d numbers", shape, strides, s.count)
			}
			last += (n - 1) * strides[i]
		}
	}
	if size > 0 && last >= s.count {
		return Tensor{}, fmt.Errorf("a tensor that ends at %d of a storage of %d numbers", last, s.count)
	}
	return Tensor{Shape: shape, storage: s, offset: offset, strides: strides}, nil
}

// Size is the number of values.
func (t Tensor) Size() int {
	size := 1
	for _, n := range t.Shape {
		size *= n
	}
	return size
}

// Values copies the tensor in row-major order. Numbers of other types are rounded
// to float32.
func (t Tensor) Values() []float32 {
	values := make([]float32, t.Size())
	for i, at := range t.places() {
		values[i] = t.storage.kind.read(t.storage.bytes[at*t.storage.kind.size:])
	}
	return values
}

// rowMajor are the strides of a tensor without gaps.
func rowMajor(shape []int) []int {
	strides := make([]int, len(shape))
	stride := 1
	for axis := len(shape) - 1; axis >= 0; axis-- {
		strides[axis] = stride
		stride *= max(shape[axis], 1)
	}
	return strides
}

// numbers is a type of numbers in files, little-endian.
type numbers struct {
	size int
	read func([]byte) float32
}

var (
	float64s  = &numbers{8, func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) }}
	float32s  = &numbers{4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }}
	float16s  = &numbers{2, func(b []byte) float32 { return fromHalf(binary.LittleEndian.Uint16(b)) }}
	bfloat16s = &numbers{2, func(b []byte) float32 { return math.Float32frombits(uint32(binary.LittleEndian.Uint16(b)) << 16) }}
	int64s    = &numbers{8, func(b []byte) float32 { return float32(int64(binary.LittleEndian.Uint64(b))) }}
	int32s    = &numbers{4, func(b []byte) float32 { return float32(int32(binary.LittleEndian.Uint32(b))) }}
	int16s    = &numbers{2, func(b []byte) float32 { return float32(int16(binary.LittleEndian.Uint16(b))) }}
	int8s     = &numbers{1, func(b []byte) float32 { return float32(int8(b[0])) }}
	uint8s    = &numbers{1, func(b []byte) float32 { return float32(b[0]) }}
)

// fromHalf widens an IEEE 754 binary16.
func fromHalf(bits uint16) float32 {
	exponent, fraction := int(bits>>10&31), float64(bits&1023)
	var value float64
	switch exponent {
	case 0:
		value = math.Ldexp(fraction, -24)
	case 31:
		if fraction != 0 {
			return float32(math.NaN())
		}
		value = math.Inf(1)
	default:
		value = math.Ldexp(1024+fraction, exponent-25)
	}
	if bits>>15 == 1 {
		value = -value
	}
	return float32(value)
}
