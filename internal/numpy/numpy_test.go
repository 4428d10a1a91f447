package numpy

import (
	"bytes"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func read(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func archive(t testing.TB) *Archive {
	t.Helper()
	a, err := OpenArchive(read(t, "arrays.npz"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

var rowMajor = []int32{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23}

func TestArrays(t *testing.T) {
	a := archive(t)
	for name, want := range map[string]struct {
		shape []int
		value any
	}{
		"bool":       {[]int{2}, []bool{true, false}},
		"int8":       {[]int{2}, []int32{-1, 2}},
		"uint16":     {[]int{1}, []int32{65535}},
		"int64":      {[]int{2}, []int32{-5, 7}},
		"big":        {[]int{2}, []int32{1, -2}},
		"float64":    {[]int{1, 2}, []float32{0.5, -0.25}},
		"float32big": {[]int{1}, []float32{1.5}},
		"scalar":     {[]int{}, []int32{3}},
		"empty":      {[]int{0, 4}, []float32{}},
		"grid":       {[]int{2, 3, 4}, rowMajor},
		"fortran":    {[]int{2, 3, 4}, rowMajor},
	} {
		array, err := a.Array(name)
		if err != nil {
			t.Error(err)
			continue
		}
		var got any
		switch want.value.(type) {
		case []bool:
			got, err = array.Bools()
		case []int32:
			got, err = array.Integers()
		default:
			got, err = array.Floats()
		}
		if err != nil || !reflect.DeepEqual(got, want.value) || !slices.Equal(array.Shape, want.shape) {
			t.Errorf("%s is %v of shape %v, %v", name, got, array.Shape, err)
		}
	}
}

func TestIntegersAreNumbersToo(t *testing.T) {
	array, err := archive(t).Array("int8")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := array.Floats(); err != nil || !slices.Equal(got, []float32{-1, 2}) {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := array.Bools(); err != nil || !slices.Equal(got, []bool{true, true}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestWrongTypes(t *testing.T) {
	a := archive(t)
	for name, want := range map[string]string{
		"complex": "elements of type", "text": "elements of type", "nothing": `no array "nothing"`,
	} {
		if _, err := a.Array(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", name, err, want)
		}
	}
	floats, err := a.Array("float64")
	if err != nil {
		t.Fatal(err)
	}
	truths, err := a.Array("bool")
	if err != nil {
		t.Fatal(err)
	}
	large, err := a.Array("uint64")
	if err != nil {
		t.Fatal(err)
	}
	_, e1 := floats.Integers()
	_, e2 := floats.Bools()
	_, e3 := truths.Floats()
	_, e4 := large.Integers()
	for i, err := range []error{e1, e2, e3, e4, floats.Expect(2, -1), floats.Expect(2)} {
		if err == nil {
			t.Errorf("no error %d", i+1)
		}
	}
	if err := floats.Expect(-1, 2); err != nil {
		t.Error(err)
	}
}

var sample = &Matrix{Rows: 2, Cols: 3, Starts: []int32{0, 1, 3}, Columns: []int32{1, 0, 2}, Values: []float32{1.5, 2, -3}}

func TestMatrices(t *testing.T) {
	got, err := archive(t).Matrix("m")
	if err != nil || !reflect.DeepEqual(got, sample) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, name := range []string{"matrix2.pickle", "matrix4.pickle"} {
		got, err := Unpickle(read(t, name))
		if err != nil || !reflect.DeepEqual(got, sample) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestPickledArrays(t *testing.T) {
	for _, name := range []string{"fortran2.pickle", "fortran4.pickle"} {
		got, err := Unpickle(read(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		array, ok := got.(*Array)
		if !ok {
			t.Errorf("%s holds a %T", name, got)
			continue
		}
		values, err := array.Integers()
		if err != nil || !slices.Equal(values, rowMajor[:12]) {
			t.Errorf("%s: %v, %v", name, values, err)
		}
	}
}

func TestMatricesThatAreNone(t *testing.T) {
	for want, m := range map[string]Matrix{
		"a matrix of -1×1":  {Rows: -1, Cols: 1},
		"index pointers":    {Rows: 2, Cols: 1, Starts: []int32{0, 0}},
		"rows end at 1":     {Rows: 1, Cols: 1, Starts: []int32{0, 1}},
		"before it begins":  {Rows: 2, Cols: 1, Starts: []int32{0, 2, 1}, Columns: []int32{0}, Values: []float32{1}},
		"entry in column 1": {Rows: 1, Cols: 1, Starts: []int32{0, 1}, Columns: []int32{1}, Values: []float32{1}},
	} {
		if _, err := NewMatrix(m.Rows, m.Cols, m.Starts, m.Columns, m.Values); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

// npy is a .npy file with a header of its own.
func npy(version byte, header string, body string) []byte {
	file := []byte("\x93NUMPY" + string([]byte{version, 0}))
	if version == 1 {
		file = binary.LittleEndian.AppendUint16(file, uint16(len(header)))
	} else {
		file = binary.LittleEndian.AppendUint32(file, uint32(len(header)))
	}
	return append(file, header+body...)
}

func TestHostileFiles(t *testing.T) {
	header := func(kind, shape string) string {
		return "{'descr': '" + kind + "', 'fortran_order': False, 'shape': (" + shape + "), }\n"
	}
	for _, c := range []struct {
		want string
		file []byte
	}{
		{"does not begin", nil},
		{"does not begin", []byte("\x93NUMPZ\x01\x00aaaaaaaa")},
		{"version 9", npy(9, header("<f4", "1,"), "aaaa")},
		{"truncated", []byte("\x93NUMPY\x02\x00\xff\xff\xff\xff")},
		{"not that of an array", npy(1, "{'descr': '|O', 'fortran_order': __import__('os'), 'shape': ()}", "")},
		{"elements of type", npy(1, header("|O", "1,"), "")},
		{"expected 4000000000", npy(1, header("<f4", "1000000000,"), "aaaa")},
		{"too large", npy(1, header("<f4", "4294967296, 4294967296"), "aaaa")},
		{"out of range", npy(1, header("<f4", "99999999999999999999,"), "aaaa")},
		{"33 axes", npy(2, header("<f4", strings.Repeat("1,", 33)), "aaaa")},
	} {
		if _, err := Parse(c.file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	got, err := Parse(npy(2, header("<f4", "1,"), "\x00\x00\xc0\x3f"))
	if err != nil {
		t.Fatal(err)
	}
	if values, err := got.Floats(); err != nil || values[0] != 1.5 {
		t.Errorf("%v, %v", values, err)
	}
	for input, want := range map[string]string{
		"\x80\x02cos\nsystem\nU\x04true\x85R.":                                    `"os.system"`,
		"\x80\x02cnumpy.core.multiarray\n_reconstruct\n)R.":                       "without a content",
		"\x80\x02cscipy.sparse.csr\ncsr_matrix\n)\x81.":                           "without a content",
		"\x80\x02cscipy.sparse.csr\ncsr_matrix\n)\x81}b.":                         "the shape of a matrix is None",
		"\x80\x02cnumpy\ndtype\nU\x02O8\x85R.":                                    "elements of type",
		"\x80\x02cnumpy.core.multiarray\n_reconstruct\n)R(NNNNNtb.":               "the shape of an array is None",
		"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x04\x00\x00\x00utf8\x86R.": "latin1",
		"\x80\x02ccopy_reg\n_reconstructor\nc__builtin__\nobject\n\x85R.":         "no sparse matrix",
		"K\x01.K": "follow the pickle",
	} {
		if _, err := Unpickle([]byte(input)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", input, err, want)
		}
	}
}

func TestBombsAreNotUnpacked(t *testing.T) {
	a := archive(t)
	a.left = 100
	if _, err := a.Array("grid"); err == nil || !strings.Contains(err.Error(), "far beyond") {
		t.Errorf("error %v", err)
	}
}

// Whatever the bytes, there is an array or an error, and an array holds no more than
// the file.
func FuzzParse(f *testing.F) {
	f.Add(npy(1, "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }\n", "aaaa"))
	f.Add(npy(3, "{'descr': '>i8', 'fortran_order': False, 'shape': (), }\n", "aaaaaaaa"))
	f.Fuzz(func(t *testing.T, content []byte) {
		array, err := Parse(content)
		if err != nil {
			return
		}
		if array.Len() > len(content) {
			t.Errorf("%d elements in %d bytes", array.Len(), len(content))
		}
		_, _ = array.Floats()
		_, _ = array.Integers()
		_, _ = array.Bools()
	})
}

func FuzzUnpickle(f *testing.F) {
	for _, name := range []string{"matrix2.pickle", "matrix4.pickle", "fortran2.pickle", "fortran4.pickle"} {
		f.Add(read(f, name))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		kept := bytes.Clone(content)
		value, err := Unpickle(content)
		if !bytes.Equal(kept, content) {
			t.Error("the content was changed")
		}
		if m, ok := value.(*Matrix); ok && err == nil {
			if len(m.Values) > len(content) || int(m.Starts[m.Rows]) != len(m.Columns) || m.Rows > math.MaxInt32 {
				t.Errorf("a matrix of %d values in %d bytes", len(m.Values), len(content))
			}
		}
	})
}

func FuzzArchive(f *testing.F) {
	f.Add(read(f, "arrays.npz"))
	f.Fuzz(func(t *testing.T, content []byte) {
		a, err := OpenArchive(content)
		if err != nil {
			return
		}
		_, _ = a.Matrix("m")
		_, _ = a.Array("grid")
	})
}
