package data

import (
	"bytes"
	"errors"
	"testing"
)

func TestCIFARRecordsAreInterleaved(t *testing.T) {
	file := cifar(3, 20, 100)
	for label := range 2 {
		s, err := streamOf(file)
		if err != nil {
			t.Fatal(err)
		}
		record := cifarRecord{classes: []int{20, 100}, label: label}
		pixels, labels := make([]uint8, 3*cifarPixels), make([]uint8, 3)
		if err := record.read(s, pixels, labels); err != nil {
			t.Fatal(err)
		}
		for n := range 3 {
			raw := file[n*record.size() : (n+1)*record.size()]
			if labels[n] != raw[label] {
				t.Errorf("record %d has label %d, not %d", n, labels[n], raw[label])
			}
			for y := range cifarSide {
				for x := range cifarSide {
					for c := range cifarChannels {
						got := pixels[((n*cifarSide+y)*cifarSide+x)*cifarChannels+c]
						if want := raw[2+c*cifarPlane+y*cifarSide+x]; got != want {
							t.Fatalf("record %d, row %d, column %d, channel %d: %d, not %d", n, y, x, c, got, want)
						}
					}
				}
			}
		}
	}
}

func TestCIFARRefuses(t *testing.T) {
	good := cifar(2, 20, 100)
	changed := func(at int, value byte) []byte {
		file := bytes.Clone(good)
		file[at] = value
		return file
	}
	for _, test := range []struct {
		name     string
		file     []byte
		offset   int64
		found    string
		expected string
	}{
		{"short", good[:5000], 5000, "the end of the file", "record 2 of 2"},
		{"long", append(bytes.Clone(good), 0), 2 * 3074, "more bytes", "the end of the file"},
		{"coarse label", changed(0, 20), 0, "label 20", "a label in 0..19"},
		{"fine label", changed(3074+1, 100), 3075, "label 100", "a label in 0..99"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := streamOf(test.file)
			if err == nil {
				err = cifarRecord{classes: []int{20, 100}, label: 1}.read(s, make([]uint8, 2*cifarPixels), make([]uint8, 2))
			}
			if err == nil {
				err = s.end()
			}
			expectFormatError(t, err, test.offset, test.found, test.expected)
		})
	}
}

// smallCIFAR10 is a set of few images in the form of CIFAR-10, and its files.
func smallCIFAR10() (*definition, map[string][]byte) {
	d := *imageSet("cifar-10")
	d.train, d.test = 10, 2
	files := map[string][]byte{}
	for n := range d.source.Files {
		files[d.source.Files[n].Name] = cifar(2, 10)
	}
	return &d, files
}

func TestCIFARSizesAreCheckedFirst(t *testing.T) {
	d, files := smallCIFAR10()
	d.train = 5 << 20 // which would be 16 GB of pixels
	folder := t.TempDir()
	writeFiles(t, folder, within("cifar-10-batches-bin", files))
	var err error
	bytes := allocated(func() { _, err = d.openIn(t, folder) })
	expectFormatError(t, err, 2*3073, "a file of 6146 bytes", "3222274048 (1048576 records of 3073 bytes)")
	if bytes > 1<<20 {
		t.Errorf("%d bytes were allocated before the size was checked", bytes)
	}
}

func FuzzCIFAR(f *testing.F) {
	f.Add(cifar(2, 10))
	f.Add(cifar(1, 20, 100))
	f.Add([]byte{9})
	f.Fuzz(func(t *testing.T, file []byte) {
		for _, classes := range [][]int{{10}, {20, 100}} {
			s, err := streamOf(file)
			if err != nil {
				return
			}
			labels := make([]uint8, 2)
			err = cifarRecord{classes: classes, label: len(classes) - 1}.read(s, make([]uint8, 2*cifarPixels), labels)
			var wrong *FormatError
			if err != nil && !errors.As(err, &wrong) {
				t.Fatalf("not a FormatError: %v", err)
			}
			for _, label := range labels {
				if err == nil && int(label) >= classes[len(classes)-1] {
					t.Errorf("label %d of %v is accepted", label, classes)
				}
			}
		}
	})
}
