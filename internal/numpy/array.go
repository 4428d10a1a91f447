package numpy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
)

// maxRank is the greatest number of axes of an array; NumPy's own is 64.
const maxRank = 32

// Array is an array of numbers. Floats, Integers and Bools copy its elements in row-major
// order, whatever their order in the file.
type Array struct {
	Shape []int

	kind    kind
	fortran bool // the first axis runs fastest
	bytes   []byte
}

// kind is the type of the elements.
type kind struct {
	code  byte // 'b' for a truth value, 'i', 'u' or 'f'
	size  int  // in bytes
	order binary.ByteOrder
}

// parseKind reads NumPy's description of a type, as "<f4". An empty byte order and
// "=" are the writer's own, which is taken to be little-endian.
func parseKind(text string) (kind, error) {
	k := kind{order: binary.LittleEndian}
	short := text
	if short != "" {
		switch short[0] {
		case '<', '|', '=':
			short = short[1:]
		case '>':
			k.order = binary.BigEndian
			short = short[1:]
		}
	}
	switch short {
	case "b1", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8":
		k.code, k.size = short[0], int(short[1]-'0')
		return k, nil
	}
	return kind{}, fmt.Errorf("elements of type %.20q, which is not one of truth values, integers, float32 and float64", text)
}

// newArray checks that there are as many bytes as the shape needs.
func newArray(k kind, shape []int, fortran bool, bytes []byte) (*Array, error) {
	if len(shape) > maxRank {
		return nil, fmt.Errorf("an array with %d axes; there can be %d", len(shape), maxRank)
	}
	size := k.size
	for _, n := range shape {
		if n < 0 {
			return nil, fmt.Errorf("an array of shape %v", shape)
		}
		if n > 0 && size > math.MaxInt/n {
			return nil, fmt.Errorf("an array of shape %v, which is too large", shape)
		}
		size *= n
	}
	if size != len(bytes) {
		return nil, fmt.Errorf("an array of shape %v with %d bytes, expected %d", shape, len(bytes), size)
	}
	return &Array{Shape: shape, kind: k, fortran: fortran && len(shape) > 1, bytes: bytes}, nil
}

// Len is the number of elements.
func (a *Array) Len() int { return len(a.bytes) / a.kind.size }

// Expect returns an error if the array does not have a shape, in which -1 stands for any
// length.
func (a *Array) Expect(shape ...int) error {
	if len(shape) == len(a.Shape) {
		fits := true
		for i, n := range shape {
			fits = fits && (n < 0 || n == a.Shape[i])
		}
		if fits {
			return nil
		}
	}
	return fmt.Errorf("an array of shape %v, expected %v (-1 stands for any)", a.Shape, shape)
}

// Floats returns the elements, which must be numbers, rounded to float32.
func (a *Array) Floats() ([]float32, error) {
	if a.kind.code == 'b' {
		return nil, errors.New("truth values where numbers are expected")
	}
	return convert(a, func(raw []byte) (float32, error) {
		if a.kind.code != 'f' {
			n, err := a.integer(raw)
			return float32(n), err
		}
		if a.kind.size == 8 {
			return float32(math.Float64frombits(a.kind.order.Uint64(raw))), nil
		}
		return math.Float32frombits(a.kind.order.Uint32(raw)), nil
	})
}

// Integers returns the elements, which must be integers that fit an int32.
func (a *Array) Integers() ([]int32, error) {
	if a.kind.code != 'i' && a.kind.code != 'u' {
		return nil, fmt.Errorf("elements of type %c%d where integers are expected", a.kind.code, a.kind.size)
	}
	return convert(a, func(raw []byte) (int32, error) {
		n, err := a.integer(raw)
		if err == nil && (n < math.MinInt32 || n > math.MaxInt32) {
			err = fmt.Errorf("the integer %d is too large", n)
		}
		return int32(n), err
	})
}

// Bools returns the elements, which must be truth values or integers, of which 0
// is false.
func (a *Array) Bools() ([]bool, error) {
	if a.kind.code == 'f' {
		return nil, errors.New("numbers with fractions where truth values are expected")
	}
	return convert(a, func(raw []byte) (bool, error) {
		return slices.ContainsFunc(raw, func(b byte) bool { return b != 0 }), nil
	})
}

// integer reads one element.
func (a *Array) integer(raw []byte) (int64, error) {
	signed := a.kind.code == 'i'
	switch {
	case a.kind.size == 1 && signed:
		return int64(int8(raw[0])), nil
	case a.kind.size == 1:
		return int64(raw[0]), nil
	case a.kind.size == 2 && signed:
		return int64(int16(a.kind.order.Uint16(raw))), nil
	case a.kind.size == 2:
		return int64(a.kind.order.Uint16(raw)), nil
	case a.kind.size == 4 && signed:
		return int64(int32(a.kind.order.Uint32(raw))), nil
	case a.kind.size == 4:
		return int64(a.kind.order.Uint32(raw)), nil
	}
	n := a.kind.order.Uint64(raw)
	if !signed && n > math.MaxInt64 {
		return 0, fmt.Errorf("the integer %d is too large", n)
	}
	return int64(n), nil
}

// convert reads all elements in row-major order.
func convert[T any](a *Array, element func(raw []byte) (T, error)) ([]T, error) {
	values := make([]T, a.Len())
	size := a.kind.size
	next := a.order()
	for i := range values {
		at := next(i) * size
		value, err := element(a.bytes[at : at+size])
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

// order returns a function for the places of the elements in the file, which has to be
// called for i = 0, 1, 2, … in row-major order.
func (a *Array) order() func(i int) int {
	if !a.fortran {
		return func(i int) int { return i }
	}
	strides := make([]int, len(a.Shape))
	stride := 1
	for axis, n := range a.Shape {
		strides[axis] = stride
		stride *= n
	}
	index, at := make([]int, len(a.Shape)), 0
	return func(int) int {
		here := at
		for axis := len(index) - 1; axis >= 0; axis-- {
			index[axis]++
			at += strides[axis]
			if index[axis] < a.Shape[axis] {
				break
			}
			at -= strides[axis] * index[axis]
			index[axis] = 0
		}
		return here
	}
}
