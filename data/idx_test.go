package data

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
)

func TestIDXRoundTrip(t *testing.T) {
	values := random("values", 2*3*4, 256)
	file := idx(values, 2, 3, 4)
	for _, content := range [][]byte{file, zipped(t, file)} {
		for _, want := range [][]int{{2, 3, 4}, {0, 0, 0}} {
			s, err := streamOf(content)
			if err != nil {
				t.Fatal(err)
			}
			shape, got, err := readIDX(s, want...)
			if err != nil || !slices.Equal(shape, []int{2, 3, 4}) || !bytes.Equal(got, values) || s.end() != nil {
				t.Errorf("shape %v, error %v", shape, err)
			}
		}
	}
}

func TestIDXRefuses(t *testing.T) {
	good := idx(make([]uint8, 2*28*28), 2, 28, 28)
	changed := func(at int, value byte) []byte {
		file := bytes.Clone(good)
		file[at] = value
		return file
	}
	for _, test := range []struct {
		name     string
		file     []byte
		shape    []int
		offset   int64
		found    string
		expected string
	}{
		{"empty", nil, []int{2, 28, 28}, 0, "the end of the file", "magic number"},
		{"magic number", changed(0, 'P'), []int{2, 28, 28}, 0, "magic number 0x50000803", "0x00000803 (unsigned bytes in 3 dimensions)"},
		{"type of values", changed(2, 0x0d), []int{2, 28, 28}, 0, "magic number 0x00000d03", "0x00000803"},
		{"labels, not images", idx(nil, 0), []int{2, 28, 28}, 0, "magic number 0x00000801", "0x00000803"},
		{"short header", good[:10], []int{2, 28, 28}, 10, "the end of the file", "a dimension"},
		{"number of images", good, []int{3, 28, 28}, 4, "dimension 2", "3"},
		{"width", good, []int{2, 28, 32}, 12, "dimension 28", "32"},
		{"huge", idx(nil, 1<<32-1, 28, 28), []int{0, 28, 28}, 4, "dimensions [4294967295]", "at most 1073741824"},
		{"overflow", idx(nil, 1<<14, 1<<15, 1<<31), []int{0, 0, 0}, 12, "dimensions [16384 32768 2147483648]", "at most 1073741824"},
		{"short", good[:len(good)-1], []int{2, 28, 28}, 16 + 2*28*28 - 1, "the end of the file", "1568 values for the dimensions [2 28 28]"},
		{"long", append(bytes.Clone(good), 1), []int{2, 28, 28}, 16 + 2*28*28, "more bytes", "the end of the file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := streamOf(test.file)
			if err == nil {
				_, _, err = readIDX(s, test.shape...)
			}
			if err == nil {
				err = s.end()
			}
			expectFormatError(t, err, test.offset, test.found, test.expected)
		})
	}
}

// A header of 16 bytes that claims four billion images, or a compressed file that
// claims few and goes on for long, costs little.
func TestIDXAllocatesNoMoreThanItHas(t *testing.T) {
	bomb := zipped(t, append(idx(nil, 10, 28, 28), make([]byte, 8<<20)...))
	for _, test := range []struct {
		name  string
		file  []byte
		shape []int
		most  uint64
	}{
		{"claims 4 G images", append(idx(nil, 1<<32-1, 28, 28), "more"...), []int{0, 28, 28}, 64 << 10},
		{"claims 1 GiB", append(idx(nil, 1<<20, 32, 32), "more"...), []int{0, 0, 0}, 4 * growth},
		{"gzip bomb", bomb, []int{10, 28, 28}, 4 * growth},
	} {
		t.Run(test.name, func(t *testing.T) {
			bytes := allocated(func() {
				s, err := streamOf(test.file)
				if err == nil {
					_, _, err = readIDX(s, test.shape...)
				}
				if err == nil {
					err = s.end()
				}
				var wrong *FormatError
				if !errors.As(err, &wrong) {
					t.Errorf("error %v", err)
				}
			})
			if bytes > test.most {
				t.Errorf("%d bytes were allocated for a file of %d, at most %d should be", bytes, len(test.file), test.most)
			}
		})
	}
}

func TestIDXSetChecksLabels(t *testing.T) {
	d, files := smallMNIST(t)
	files["t10k-labels-idx1-ubyte.gz"] = zipped(t, idx([]uint8{1, 10, 2}, 3))
	folder := t.TempDir()
	writeFiles(t, folder, within("mnist", files))
	_, err := d.openIn(t, folder)
	expectFormatError(t, err, 9, "label 10", "a label in 0..9")
}

func FuzzIDX(f *testing.F) {
	f.Add(idx(make([]uint8, 12), 3, 2, 2))
	f.Add(idx(nil, 1<<32-1, 28, 28))
	f.Add(zipped(f, idx([]uint8{1, 2, 3, 4}, 1, 2, 2)))
	f.Add([]byte{0x1f, 0x8b})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := streamOf(file)
		if err != nil {
			return
		}
		shape, values, err := readIDX(s, 0, 0, 0)
		if err == nil {
			err = s.end()
		}
		if err != nil {
			var wrong *FormatError
			if !errors.As(err, &wrong) {
				t.Fatalf("not a FormatError: %v", err)
			}
			return
		}
		if again := idx(values, shape...); file[0] != 0x1f && !bytes.Equal(again, file) {
			t.Errorf("written again it is %s", fmt.Sprintf("%.40x, not %.40x", again, file))
		}
	})
}
