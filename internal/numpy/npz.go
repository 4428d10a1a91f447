package numpy

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
)

const (
	// maxExpansion bounds what all arrays of an archive may unpack to, in multiples of the
	// archive's size. Published graphs with dense features need 120.
	maxExpansion = 256
	// smallest is how many bytes any archive may unpack to, however small it is.
	smallest = 1 << 20
)

// Archive is an .npz file: a zip archive of named arrays, each a .npy file. Only one
// goroutine at a time may use it.
type Archive struct {
	files map[string]*zip.File
	left  uint64 // bytes that may still be unpacked
}

// OpenArchive reads the directory of an .npz file; Array and Matrix unpack its arrays.
func OpenArchive(content []byte) (*Archive, error) {
	directory, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf(".npz file: %w", err)
	}
	a := &Archive{files: make(map[string]*zip.File), left: maxExpansion*uint64(len(content)) + smallest}
	for _, f := range directory.File {
		name, ok := strings.CutSuffix(f.Name, ".npy")
		if !ok {
			continue
		}
		if _, twice := a.files[name]; twice {
			return nil, fmt.Errorf(".npz file: it has %.60q twice", name)
		}
		a.files[name] = f
	}
	return a, nil
}

// Has reports whether the archive has an array of that name.
func (a *Archive) Has(name string) bool { return a.files[name] != nil }

// Array unpacks the array of that name.
func (a *Archive) Array(name string) (*Array, error) {
	f, ok := a.files[name]
	if !ok {
		return nil, fmt.Errorf(".npz file: it has no array %q", name)
	}
	content, err := a.unpack(f)
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", name, err)
	}
	array, err := Parse(content)
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", name, err)
	}
	return array, nil
}

// unpack reads a file, allocating no more than what it turns out to hold.
func (a *Archive) unpack(f *zip.File) ([]byte, error) {
	if f.UncompressedSize64 > a.left {
		return nil, fmt.Errorf("it claims %d bytes unpacked, which is far beyond the size of the archive", f.UncompressedSize64)
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var content bytes.Buffer
	// The reader of package zip refuses a file that is longer than it claims.
	n, err := io.Copy(&content, io.LimitReader(r, int64(f.UncompressedSize64)+1))
	if err != nil {
		return nil, err
	}
	if uint64(n) != f.UncompressedSize64 {
		return nil, fmt.Errorf("it claims %d bytes unpacked and has %d", f.UncompressedSize64, n)
	}
	a.left -= uint64(n)
	return content.Bytes(), nil
}

// Matrix unpacks a sparse matrix in compressed rows from its parts, the arrays
// PREFIX_shape, PREFIX_indptr, PREFIX_indices and PREFIX_data.
func (a *Archive) Matrix(prefix string) (*Matrix, error) {
	var parts [4]*Array
	for i, part := range []string{"_shape", "_indptr", "_indices", "_data"} {
		array, err := a.Array(prefix + part)
		if err != nil {
			return nil, err
		}
		if err := array.Expect(-1); err != nil {
			return nil, fmt.Errorf("array %q: %w", prefix+part, err)
		}
		parts[i] = array
	}
	shape, err := parts[0].Integers()
	if err != nil || len(shape) != 2 {
		return nil, fmt.Errorf("array %q: it is not a pair of integers", prefix+"_shape")
	}
	m, err := matrixOf(int(shape[0]), int(shape[1]), parts[1], parts[2], parts[3])
	if err != nil {
		return nil, fmt.Errorf("arrays %q: %w", prefix, err)
	}
	return m, nil
}
