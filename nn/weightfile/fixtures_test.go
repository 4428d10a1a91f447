package weightfile_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"
)

// array is a tensor for the writers below.
type array struct {
	name   string
	shape  []int
	values []float32
}

// counting is an array with the values from, from+1, ...
func counting(name string, from int, shape ...int) array {
	size := 1
	for _, n := range shape {
		size *= n
	}
	values := make([]float32, size)
	for i := range values {
		values[i] = float32(from + i)
	}
	return array{name, shape, values}
}

// bytes are the values as PyTorch stores them.
func (a array) bytes() []byte {
	var b []byte
	for _, v := range a.values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// pickle writes Python's pickles, protocol 2.
type pickle struct{ bytes.Buffer }

func (p *pickle) op(codes string) *pickle { p.WriteString(codes); return p }

func (p *pickle) text(s string) *pickle {
	p.WriteByte('X')
	p.Write(binary.LittleEndian.AppendUint32(nil, uint32(len(s))))
	p.WriteString(s)
	return p
}

func (p *pickle) integer(n int) *pickle {
	p.WriteByte('J')
	p.Write(binary.LittleEndian.AppendUint32(nil, uint32(int32(n))))
	return p
}

func (p *pickle) integers(numbers ...int) *pickle {
	p.op("(")
	for _, n := range numbers {
		p.integer(n)
	}
	return p.op("t")
}

// view is a tensor of a storage of float32.
type view struct {
	key            string
	count, offset  int
	shape, strides []int
}

func (p *pickle) tensor(v view) *pickle {
	p.op("ctorch._utils\n_rebuild_tensor_v2\n((").text("storage").op("ctorch\nFloatStorage\n").text(v.key).text("cpu").integer(v.count)
	p.op("tQ").integer(v.offset).integers(v.shape...).integers(v.strides...)
	return p.op("\x89ccollections\nOrderedDict\n)RtR")
}

// stateDictionary is the pickle of an OrderedDict with its metadata as an
// attribute, as Module.state_dict returns it.
func stateDictionary(arrays []array) *pickle {
	p := new(pickle)
	p.op("\x80\x02ccollections\nOrderedDict\n)R(")
	for i, a := range arrays {
		strides, stride := make([]int, len(a.shape)), 1
		for axis := len(strides) - 1; axis >= 0; axis-- {
			strides[axis] = stride
			stride *= a.shape[axis]
		}
		p.text(a.name).tensor(view{key(i), len(a.values), 0, a.shape, strides})
	}
	p.op("u}").text("_metadata").op("ccollections\nOrderedDict\n)Rsb.")
	return p
}

func key(i int) string { return fmt.Sprint(i) }

// legacyFile is a file in PyTorch's old form; behind is what follows the object.
func legacyFile(object, behind []byte) []byte {
	p := new(pickle)
	p.op("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.")
	p.op("\x80\x02}(").text("protocol_version").integer(1001).text("little_endian").op("\x88u.")
	p.Write(object)
	p.Write(behind)
	return p.Bytes()
}

// storages are the keys and the storages of the old form.
func storages(arrays []array) []byte {
	p := new(pickle)
	p.op("\x80\x02](")
	for i := range arrays {
		p.text(key(i))
	}
	p.op("e.")
	for _, a := range arrays {
		p.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(a.values))))
		p.Write(a.bytes())
	}
	return p.Bytes()
}

func legacy(arrays []array) []byte {
	return legacyFile(stateDictionary(arrays).Bytes(), storages(arrays))
}

// record is one file of an archive.
type record struct {
	name    string
	content []byte
}

func zipFile(t testing.TB, method uint16, records ...record) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := zip.NewWriter(&buffer)
	for _, r := range records {
		f, err := w.CreateHeader(&zip.FileHeader{Name: r.name, Method: method})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(r.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func zipped(t testing.TB, arrays []array) []byte {
	records := []record{
		{"archive/data.pkl", stateDictionary(arrays).Bytes()}, {"archive/.format_version", []byte("1")}, {"archive/byteorder", []byte("little")},
	}
	for i, a := range arrays {
		records = append(records, record{"archive/data/" + key(i), a.bytes()})
	}
	return zipFile(t, zip.Store, append(records, record{"archive/version", []byte("3\n")})...)
}

func safetensorsFile(header string, data []byte) []byte {
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(file, header...), data...)
}
