package weightfile_test

import (
	"archive/zip"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"espalier/nn/weightfile"
)

// numpyFile is an archive with one array of that header and content.
func numpyFile(t testing.TB, method uint16, header, content string) []byte {
	return zipFile(t, method, record{"x.npy", []byte("\x93NUMPY\x01\x00" + string([]byte{byte(len(header)), byte(len(header) >> 8)}) + header + content)})
}

// npyRecord is an array as a file of an npz archive.
func npyRecord(a array) record {
	sides := strings.Trim(fmt.Sprint(a.shape), "[]")
	header := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%s,), }\n", strings.ReplaceAll(sides, " ", ", "))
	return record{a.name + ".npy", append([]byte("\x93NUMPY\x01\x00"+string([]byte{byte(len(header)), 0})+header), a.bytes()...)}
}

// The file was written by NumPy itself; testdata/generate.py says how.
func TestFileThatNumPyWrote(t *testing.T) {
	file, err := weightfile.Open(filepath.Join("testdata", "numpy.npz"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]struct {
		shape  []int
		values []float32
	}{
		"float32": {[]int{3, 4}, []float32{0, .25, .5, .75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75}},
		"fortran": {[]int{2, 3}, []float32{0, 1, 2, 3, 4, 5}},
		"float16": {[]int{4}, []float32{1.5, -2, 65504, 0x1p-24}},
		"int64":   {nil, []float32{-7}},
		"bool":    {[]int{2}, []float32{1, 0}},
		"empty":   {[]int{0, 3}, nil},
	}
	if file.Format != weightfile.NPZ || len(file.Tensors) != len(want) {
		t.Errorf("read as %s with %d tensors", file.Format, len(file.Tensors))
	}
	for _, got := range file.Tensors {
		if w := want[got.Name]; !slices.Equal(got.Shape, w.shape) || !slices.Equal(got.Values(), w.values) {
			t.Errorf("%s is %v of shape %v, want %v of shape %v", got.Name, got.Values(), got.Shape, w.values, w.shape)
		}
	}
}

func TestNPZErrors(t *testing.T) {
	const pair = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }\n"
	for _, bad := range []struct {
		content []byte
		want    string
	}{
		{numpyFile(t, zip.Store, pair, "1234"), "a tensor of shape [2] in a storage of 1 numbers"},
		{numpyFile(t, zip.Deflate, pair, "12345678"), "compressed or encrypted"},
		{numpyFile(t, zip.Store, strings.Replace(pair, "<f4", "|O", 1), "12345678"), "numbers of type |O are not supported"},
		{numpyFile(t, zip.Store, "{'descr': exit(), }", ""), "its header is not one that NumPy writes"},
		{numpyFile(t, zip.Store, strings.Replace(pair, "2,", "99999999999999999999,", 1), ""), "a shape of (99999999999999999999,)"},
		{numpyFile(t, zip.Store, strings.Replace(pair, "2,", "4611686018427387904, 4", 1), ""), "a tensor of shape"},
		{zipFile(t, zip.Store, record{"x.npy", []byte("\x93NUMPY\x01\x00\xff\xff{")}), "it does not begin as an array"},
		{zipFile(t, zip.Store, record{"x.npy", []byte("\x93NUMPY\x01\x00\xff\xff{     ")}), "truncated"},
		{zipFile(t, zip.Store, record{"x.npy", []byte("\x93NUMPY\x09\x00\xff\xff{     ")}), "version 9"},
		{zipFile(t, zip.Store, record{"x.npy", nil}), "it does not begin as an array"},
		{zipFile(t, zip.Store, record{"x.npy", []byte("\x93NUMPY\x01\x00\x02\x00{}")}, record{"y", nil}), "its header is not"},
		{zipFile(t, zip.Store, npyRecord(counting("x", 0, 2)), record{"y", nil}), `the archive has "y", which is no array`},
	} {
		if _, err := weightfile.Decode(bad.content); err == nil || !strings.Contains(err.Error(), bad.want) {
			t.Errorf("got  %v\nwant %s", err, bad.want)
		}
	}
	once := npyRecord(counting("x", 0, 2))
	twice := zipFile(t, zip.Store, once, once)
	if _, err := weightfile.Decode(twice); err == nil || !strings.Contains(err.Error(), `"x" comes twice`) {
		t.Errorf("got %v", err)
	}
}

// Masks are not taken for weights, and must have the shape of what they mask.
func TestMasksThatDoNotFit(t *testing.T) {
	arrays := append(smallArrays(), counting("conv.weight.mask", 0, 6, 2, 3))
	file, err := weightfile.Decode(legacy(arrays))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Weights(small(t)); err != nil {
		t.Error(err)
	}
	if _, err := file.Masks(small(t)); err == nil || !strings.Contains(err.Error(), "conv.weight.mask has shape [6 2 3] in the file, want [6 2 3 3]") {
		t.Errorf("got %v", err)
	}
	file, err = weightfile.Decode(legacy(append(smallArrays(), counting("pool.weight.mask", 0, 6))))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Weights(small(t)); err == nil || !strings.Contains(err.Error(), `"pool.weight.mask", which`) {
		t.Errorf("got %v", err)
	}
}
