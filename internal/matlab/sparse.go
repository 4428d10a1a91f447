package matlab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Sparse is the pattern of a sparse matrix in compressed columns (CSC): column j has
// entries in the rows RowIndices[Starts[j]:Starts[j+1]], which MATLAB sorts. The entries'
// values are not read; MATLAB stores none that is 0.
type Sparse struct {
	Rows, Columns int
	Starts        []int32
	RowIndices    []int32
}

// Types of data elements, and the class of sparse arrays.
const (
	typeInt8        = 1
	typeInt32       = 5
	typeUint32      = 6
	typeMatrix      = 14
	typeCompressed  = 15
	classSparse     = 5
	headerSize      = 128
	bytesPerElement = 8 // of its tag, and what it is padded to
)

// ReadSparse returns the variable of that name, which must be a sparse matrix, from the
// content of a file. Errors do not name the file.
func ReadSparse(content []byte, name string) (*Sparse, error) {
	if len(content) < headerSize || content[124] != 0 || content[125] != 1 || string(content[126:128]) != "IM" {
		return nil, errors.New("it is not a little-endian MATLAB file of version 5")
	}
	budget := maxExpansion*len(content) + smallest
	for rest := content[headerSize:]; len(rest) > 0; {
		e, behind, err := nextElement(rest)
		if err != nil {
			return nil, err
		}
		rest = behind
		if e, err = inflated(e, &budget); err != nil {
			return nil, err
		}
		if e.kind != typeMatrix {
			continue
		}
		found, matrix, err := parseMatrix(e.data, name)
		if err != nil {
			return nil, err
		}
		if found {
			return matrix, nil
		}
	}
	return nil, fmt.Errorf("it has no variable %q", name)
}

// element is one data element: what follows its tag.
type element struct {
	kind uint32
	data []byte
}

// nextElement splits the first element off; rest is what follows its padding. Compressed
// elements have none.
func nextElement(content []byte) (e element, rest []byte, err error) {
	if len(content) < bytesPerElement {
		return e, nil, errTruncated
	}
	tag := binary.LittleEndian.Uint32(content)
	if small := tag >> 16; small != 0 { // the size, and up to four bytes in the tag
		if small > 4 {
			return e, nil, fmt.Errorf("a small element of %d bytes", small)
		}
		return element{kind: tag & 0xffff, data: content[4 : 4+small]}, content[bytesPerElement:], nil
	}
	size := uint64(binary.LittleEndian.Uint32(content[4:]))
	content = content[bytesPerElement:]
	if size > uint64(len(content)) {
		return e, nil, errTruncated
	}
	e = element{kind: tag, data: content[:size]}
	if tag != typeCompressed {
		size = min((size+bytesPerElement-1)/bytesPerElement*bytesPerElement, uint64(len(content)))
	}
	return e, content[size:], nil
}

var errTruncated = errors.New("it is truncated")

// parseMatrix reads an array if it has that name. Its parts are elements: flags,
// dimensions, name, row indices, where the columns start, and values.
func parseMatrix(content []byte, name string) (found bool, m *Sparse, err error) {
	flags, content, err := nextElement(content)
	if err != nil {
		return false, nil, err
	}
	dimensions, content, err := nextElement(content)
	if err != nil {
		return false, nil, err
	}
	called, content, err := nextElement(content)
	if err != nil {
		return false, nil, err
	}
	if called.kind != typeInt8 || string(called.data) != name {
		return false, nil, nil
	}
	if flags.kind != typeUint32 || len(flags.data) != 8 || flags.data[0] != classSparse {
		return false, nil, fmt.Errorf("variable %q is not a sparse matrix", name)
	}
	if m, err = parseSparse(dimensions, content); err != nil {
		return false, nil, fmt.Errorf("variable %q: %w", name, err)
	}
	return true, m, nil
}

func parseSparse(dimensions element, content []byte) (*Sparse, error) {
	shape, err := dimensions.int32s()
	if err != nil || len(shape) != 2 || shape[0] < 0 || shape[1] < 0 {
		return nil, fmt.Errorf("its dimensions are %v", shape)
	}
	indices, content, err := nextElement(content)
	if err != nil {
		return nil, err
	}
	starts, _, err := nextElement(content)
	if err != nil {
		return nil, err
	}
	m := &Sparse{Rows: int(shape[0]), Columns: int(shape[1])}
	if m.RowIndices, err = indices.int32s(); err != nil {
		return nil, fmt.Errorf("row indices: %w", err)
	}
	if m.Starts, err = starts.int32s(); err != nil {
		return nil, fmt.Errorf("column starts: %w", err)
	}
	return m, m.trim()
}

// trim checks the matrix and drops the spare room that MATLAB keeps after its entries.
func (m *Sparse) trim() error {
	if len(m.Starts) != m.Columns+1 || m.Starts[0] != 0 {
		return fmt.Errorf("%d columns with %d starts that do not begin at 0", m.Columns, len(m.Starts))
	}
	for j := range m.Columns {
		if m.Starts[j] > m.Starts[j+1] {
			return fmt.Errorf("column %d ends before it begins", j)
		}
	}
	used := int(m.Starts[m.Columns])
	if used > len(m.RowIndices) {
		return fmt.Errorf("%d entries in columns, but %d row indices", used, len(m.RowIndices))
	}
	m.RowIndices = m.RowIndices[:used]
	for _, row := range m.RowIndices {
		if row < 0 || int(row) >= m.Rows {
			return fmt.Errorf("an entry in row %d of %d", row, m.Rows)
		}
	}
	return nil
}

// int32s reads integers, which are stored in 32 bits.
func (e element) int32s() ([]int32, error) {
	if e.kind != typeInt32 && e.kind != typeUint32 || len(e.data)%4 != 0 {
		return nil, fmt.Errorf("an element of type %d with %d bytes, expected integers of 32 bits", e.kind, len(e.data))
	}
	numbers := make([]int32, len(e.data)/4)
	for i := range numbers {
		n := binary.LittleEndian.Uint32(e.data[4*i:])
		if e.kind == typeUint32 && n > math.MaxInt32 {
			return nil, fmt.Errorf("the integer %d is too large", n)
		}
		numbers[i] = int32(n)
	}
	return numbers, nil
}
