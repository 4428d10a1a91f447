package weightfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Format is the form of a file.
type Format string

// The forms that are read.
const (
	PyTorch       Format = "PyTorch"        // a zip archive, since PyTorch 1.6
	PyTorchLegacy Format = "PyTorch legacy" // pickles with the numbers behind them
	SafeTensors   Format = "safetensors"
	NPZ           Format = "npz" // NumPy's arrays in a zip archive
)

// File is the content of a weights file.
type File struct {
	Format Format
	// Digest is the SHA-256 of the file, in hexadecimal.
	Digest string
	// Tensors are in the order of the file, those of safetensors by name. Names are
	// unique, without the prefix "module." of PyTorch's data-parallel training.
	Tensors []Tensor
}

// Open reads a file. Its content, not its name, tells the format.
func Open(path string) (*File, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("weights file: %w", err)
	}
	file, err := Decode(content)
	if err != nil {
		return nil, fmt.Errorf("weights file %s: %w", path, err)
	}
	return file, nil
}

// Decode reads the content of a file. The slice must not change while the File is in use.
func Decode(content []byte) (*File, error) {
	format, decode := recognise(content)
	tensors, err := decode(content)
	if errors.Is(err, errNoWeights) {
		return nil, err
	} else if err != nil {
		return nil, fmt.Errorf("%s: %w", format, err)
	}
	if err := clean(tensors); err != nil {
		return nil, fmt.Errorf("%s: %w", format, err)
	}
	digest := sha256.Sum256(content)
	return &File{Format: format, Digest: hex.EncodeToString(digest[:]), Tensors: tensors}, nil
}

// recognise tells the format by the first bytes. Zip archives begin with "PK", and those
// of NumPy have an array as their first file; safetensors begin with a length of eight
// bytes and a brace; everything else is taken for pickles of PyTorch.
func recognise(content []byte) (Format, func([]byte) ([]Tensor, error)) {
	switch {
	case bytes.HasPrefix(content, []byte("PK\x03\x04")) && beginsWithArray(content):
		return NPZ, decodeNPZ
	case bytes.HasPrefix(content, []byte("PK\x03\x04")):
		return PyTorch, decodeZip
	case len(content) > 8 && content[8] == '{':
		return SafeTensors, decodeSafeTensors
	default:
		return PyTorchLegacy, decodeLegacy
	}
}

// clean removes the prefix "module." if all names have it, and returns an error for a name
// that comes twice.
func clean(tensors []Tensor) error {
	const prefix = "module."
	if !slices.ContainsFunc(tensors, func(t Tensor) bool { return !strings.HasPrefix(t.Name, prefix) }) {
		for i := range tensors {
			tensors[i].Name = strings.TrimPrefix(tensors[i].Name, prefix)
		}
	}
	seen := make(map[string]bool, len(tensors))
	for _, t := range tensors {
		if seen[t.Name] {
			return fmt.Errorf("tensor %q comes twice", t.Name)
		}
		seen[t.Name] = true
	}
	return nil
}
