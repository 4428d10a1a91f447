package export

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"espalier/nn/weightfile"
)

// NPZ writes what numpy.load reads: a zip archive without compression that has a file for
// each array, weights as float32 and masks as booleans. The archive's comment has the
// metadata, a line for each.
func NPZ(w io.Writer, m Model) error {
	weights, masks, err := m.arrays()
	if err != nil {
		return err
	}
	archive := zip.NewWriter(w)
	for _, array := range weights {
		if err := addNPY(archive, array, "<f4", float32Bytes(array.Values)); err != nil {
			return err
		}
	}
	for _, array := range masks {
		if err := addNPY(archive, array, "|b1", maskBytes(array.Values)); err != nil {
			return err
		}
	}
	if err := archive.SetComment(lines(m.facts())); err != nil {
		return fmt.Errorf("npz has no room for the metadata: %w", err)
	}
	return archive.Close()
}

// addNPY adds an array in version 1 of NumPy's format. The file has no time, so that the
// same model has the same bytes.
func addNPY(archive *zip.Writer, array weightfile.Array, kind string, data []byte) error {
	file, err := archive.CreateHeader(&zip.FileHeader{Name: array.Name + ".npy", Method: zip.Store})
	if err != nil {
		return err
	}
	if _, err := file.Write(npyHeader(kind, array.Shape)); err != nil {
		return err
	}
	_, err = file.Write(data)
	return err
}

// npyHeader is what comes before the numbers, padded so that they begin at a multiple of 64
// bytes.
func npyHeader(kind string, shape []int) []byte {
	var tuple strings.Builder
	for _, n := range shape {
		fmt.Fprintf(&tuple, "%d, ", n)
	}
	sides := strings.TrimSuffix(tuple.String(), " ")
	if len(shape) != 1 {
		sides = strings.TrimSuffix(sides, ",")
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", kind, sides)
	const before, alignment = len("\x93NUMPY") + 2 + 2, 64
	padding := alignment - 1 - (before+len(text))%alignment
	text += strings.Repeat(" ", padding) + "\n"
	header := append([]byte("\x93NUMPY"), 1, 0)
	header = binary.LittleEndian.AppendUint16(header, uint16(len(text)))
	return append(header, text...)
}
