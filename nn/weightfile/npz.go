package weightfile

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"espalier/internal/numpy"
)

// arrayEnding ends the names of the files of an npz archive.
const arrayEnding = ".npy"

// npyKinds are the types of numbers that can become weights.
var npyKinds = map[string]*numbers{
	"<f8": float64s, "<f4": float32s, "<f2": float16s, "<i8": int64s, "<i4": int32s, "<i2": int16s,
	"|i1": int8s, "|u1": uint8s, "|b1": uint8s,
}

// beginsWithArray reports whether the first file of a zip archive is an array. The file's
// name follows a header of 30 bytes, which holds its length at byte 26.
func beginsWithArray(content []byte) bool {
	if len(content) < 30 {
		return false
	}
	name := content[30:]
	length := int(binary.LittleEndian.Uint16(content[26:]))
	return length <= len(name) && bytes.HasSuffix(name[:length], []byte(arrayEnding))
}

// decodeNPZ reads what NumPy's savez writes: a zip archive without compression that has a
// file for each array.
func decodeNPZ(content []byte) ([]Tensor, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	var tensors []Tensor
	for _, f := range archive.File {
		name, ok := strings.CutSuffix(f.Name, arrayEnding)
		if !ok {
			return nil, fmt.Errorf("the archive has %.100q, which is no array", f.Name)
		}
		array, err := record(f, content)
		if err != nil {
			return nil, fmt.Errorf("array %.100q: %w", name, err)
		}
		t, err := decodeNPY(array)
		if err != nil {
			return nil, fmt.Errorf("array %.100q: %w", name, err)
		}
		t.Name = name
		tensors = append(tensors, t)
	}
	return tensors, nil
}

// npyHeader matches a header as NumPy writes it, a Python dictionary.
var npyHeader = regexp.MustCompile(`^\{'descr': '([^']{1,8})', 'fortran_order': (True|False), 'shape': \(([0-9, ]{0,256})\), \} *\n?$`)

// decodeNPY reads one array.
func decodeNPY(array []byte) (Tensor, error) {
	version, text, content, err := numpy.CutHeader(array)
	if err != nil {
		return Tensor{}, err
	}
	if version != 1 {
		return Tensor{}, fmt.Errorf("version %d of the format is not supported, only 1", version)
	}
	header := npyHeader.FindStringSubmatch(text)
	if header == nil {
		return Tensor{}, fmt.Errorf("its header is not one that NumPy writes: %.100q", text)
	}
	kind, ok := npyKinds[header[1]]
	if !ok {
		return Tensor{}, fmt.Errorf("numbers of type %s are not supported", header[1])
	}
	shape, err := parseTuple(header[3])
	if err != nil {
		return Tensor{}, err
	}
	strides := rowMajor(shape)
	if header[2] == "True" {
		strides = columnMajor(shape)
	}
	s := &storage{kind: kind, count: len(content) / kind.size, bytes: content}
	return newTensor(s, 0, shape, strides)
}

// parseTuple reads the numbers of a Python tuple, such as "3, 4" and "3,".
func parseTuple(text string) ([]int, error) {
	var numbers []int
	for word := range strings.SplitSeq(strings.TrimSuffix(text, ","), ",") {
		if word = strings.TrimSpace(word); word == "" && text == "" {
			continue
		}
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, fmt.Errorf("a shape of (%s)", text)
		}
		numbers = append(numbers, n)
	}
	return numbers, nil
}

// columnMajor are the strides of a tensor without gaps whose first axis runs
// fastest.
func columnMajor(shape []int) []int {
	strides := make([]int, len(shape))
	stride := 1
	for axis, n := range shape {
		strides[axis] = stride
		stride *= max(n, 1)
	}
	return strides
}
