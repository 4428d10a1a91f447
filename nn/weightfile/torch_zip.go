package weightfile

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// decodeZip reads the form that PyTorch writes since 1.6: a zip archive without
// compression, with one folder that has the pickle data.pkl and each storage in data/KEY.
// Names are only compared; no files are written.
func decodeZip(content []byte) ([]Tensor, error) {
	records, err := openRecords(content)
	if err != nil {
		return nil, err
	}
	if order, ok := records["byteorder"]; ok && string(order) != "little" {
		return nil, fmt.Errorf("its byte order is %.20q; only little is supported", order)
	}
	object, ok := records["data.pkl"]
	if !ok {
		return nil, errors.New("the archive has no data.pkl: it is no state dictionary")
	}
	storages := make(shelf)
	m := newMachine(object, len(content), storages.load)
	value, err := m.Run()
	if err != nil {
		return nil, err
	}
	tensors, err := stateDictionary(value)
	if err != nil {
		return nil, err
	}
	for key, storage := range storages {
		numbers, ok := records["data/"+key]
		if !ok {
			return nil, fmt.Errorf("the archive lacks storage %.60q", key)
		}
		if len(numbers) != storage.count*storage.kind.size {
			return nil, fmt.Errorf("storage %.60q has %d bytes, want %d numbers of %d", key, len(numbers), storage.count, storage.kind.size)
		}
		storage.bytes = numbers
	}
	return tensors, nil
}

// openRecords returns the archive's files, as views of its content, by their names in the
// one folder.
func openRecords(content []byte) (map[string][]byte, error) {
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	records := make(map[string][]byte, len(archive.File))
	folder := ""
	for _, f := range archive.File {
		before, name, ok := strings.Cut(f.Name, "/")
		if !ok || !fs.ValidPath(f.Name) || strings.Contains(f.Name, `\`) {
			return nil, fmt.Errorf("the archive has a file of the name %.100q", f.Name)
		}
		if folder == "" {
			folder = before
		}
		if _, twice := records[name]; twice || before != folder {
			return nil, fmt.Errorf("the archive has %.100q twice, or beside its one folder", f.Name)
		}
		if records[name], err = record(f, content); err != nil {
			return nil, fmt.Errorf("the archive's file %.100q: %w", f.Name, err)
		}
	}
	return records, nil
}

// record returns the content of one file of an archive.
func record(f *zip.File, content []byte) ([]byte, error) {
	if f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 || f.Flags&1 != 0 {
		return nil, errors.New("it is compressed or encrypted; only what is stored as it is can be read")
	}
	offset, err := f.DataOffset()
	if err != nil {
		return nil, err
	}
	if offset < 0 || offset > int64(len(content)) || f.UncompressedSize64 > uint64(len(content))-uint64(offset) {
		return nil, errTruncated
	}
	end := offset + int64(f.UncompressedSize64)
	return content[offset:end:end], nil
}
