package matlab

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"os"
	"path/filepath"
	"reflect"
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

func TestReadSparse(t *testing.T) {
	want := &Sparse{Rows: 4, Columns: 3, Starts: []int32{0, 1, 3, 3}, RowIndices: []int32{1, 0, 2}}
	for _, name := range []string{"plain.mat", "compressed.mat"} {
		got, err := ReadSparse(read(t, name), "net")
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, want)
		}
	}
}

// variable is a file with one sparse matrix.
func variable(rows, columns int32, indices, starts []int32) []byte {
	part := func(kind uint32, numbers ...int32) []byte {
		e := binary.LittleEndian.AppendUint32(nil, kind)
		e = binary.LittleEndian.AppendUint32(e, uint32(4*len(numbers)))
		for _, n := range numbers {
			e = binary.LittleEndian.AppendUint32(e, uint32(n))
		}
		return append(e, make([]byte, (8-len(e)%8)%8)...)
	}
	body := part(typeUint32, classSparse, 0)
	body = append(body, part(typeInt32, rows, columns)...)
	body = append(body, 1, 0, 3, 0, 'n', 'e', 't', 0)
	body = append(body, part(typeInt32, indices...)...)
	body = append(body, part(typeInt32, starts...)...)
	return file(element{typeMatrix, body})
}

func file(e element) []byte {
	header := append(bytes.Repeat([]byte{' '}, 124), 0, 1, 'I', 'M')
	header = binary.LittleEndian.AppendUint32(header, e.kind)
	header = binary.LittleEndian.AppendUint32(header, uint32(len(e.data)))
	return append(header, e.data...)
}

func deflated(t *testing.T, content []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

func TestHostileFiles(t *testing.T) {
	if _, err := ReadSparse(variable(2, 2, []int32{1, 0}, []int32{0, 1, 2}), "net"); err != nil {
		t.Fatal(err)
	}
	plain := read(t, "plain.mat")
	for _, c := range []struct {
		want    string
		content []byte
	}{
		{"not a little-endian", nil},
		{"not a little-endian", append(bytes.Repeat([]byte{' '}, 124), 1, 0, 'M', 'I')},
		{"no variable", plain[:headerSize]},
		{"truncated", plain[:len(plain)-150]},
		{"dimensions", variable(-1, 2, nil, []int32{0, 0, 0})},
		{"3 columns with 3 starts", variable(2, 3, nil, []int32{0, 0, 0})},
		{"do not begin at 0", variable(2, 1, []int32{0}, []int32{1, 1})},
		{"before it begins", variable(2, 2, []int32{0}, []int32{0, 1, 0})},
		{"but 1 row indices", variable(2, 1, []int32{0}, []int32{0, 2})},
		{"row 2 of 2", variable(2, 1, []int32{2}, []int32{0, 1})},
		{"row -1 of 2", variable(2, 1, []int32{-1}, []int32{0, 1})},
		{"2147483647 columns", variable(2, 2147483647, nil, []int32{0})},
		{"far beyond", file(element{typeCompressed, deflated(t, make([]byte, 8<<20))})},
		{"compressed element", file(element{typeCompressed, []byte("no zlib")})},
		{"in a compressed one", file(element{typeCompressed, deflated(t, file(element{typeCompressed, nil})[headerSize:])})},
	} {
		if _, err := ReadSparse(c.content, "net"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
	if _, err := ReadSparse(plain, "before"); err == nil || !strings.Contains(err.Error(), "not a sparse matrix") {
		t.Errorf("error %v", err)
	}
}

func FuzzReadSparse(f *testing.F) {
	f.Add(read(f, "plain.mat"))
	f.Add(read(f, "compressed.mat"))
	f.Add(variable(2, 2, []int32{1, 0}, []int32{0, 1, 2}))
	f.Fuzz(func(t *testing.T, content []byte) {
		m, err := ReadSparse(content, "net")
		if err == nil && (len(m.Starts) != m.Columns+1 || int(m.Starts[m.Columns]) != len(m.RowIndices)) {
			t.Errorf("a matrix of %d columns with %d starts", m.Columns, len(m.Starts))
		}
	})
}
