package data

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"espalier/seed"
)

// random returns bytes below a limit, always the same ones for one name.
func random(name string, n, limit int) []uint8 {
	stream := seed.Seed(1).Stream(name)
	values := make([]uint8, n)
	for i := range values {
		values[i] = uint8(stream.IntN(limit))
	}
	return values
}

// sample makes n images of random pixels; labels go round the classes.
func sample(t testing.TB, n, height, width, channels, classes int) *Images {
	t.Helper()
	d := Description{Name: "sample", Height: height, Width: width, Channels: channels}
	for class := range classes {
		d.Classes = append(d.Classes, fmt.Sprint(class))
	}
	labels := make([]uint8, n)
	for i := range labels {
		labels[i] = uint8(i % classes)
	}
	images, err := NewImages(d, random("sample", n*d.size(), 256), labels)
	if err != nil {
		t.Fatal(err)
	}
	return images
}

// idx writes an IDX file of unsigned bytes.
func idx(values []uint8, shape ...int) []byte {
	file := []byte{0, 0, idxUnsignedByte, byte(len(shape))}
	for _, dimension := range shape {
		file = binary.BigEndian.AppendUint32(file, uint32(dimension))
	}
	return append(file, values...)
}

// cifar writes records of random pixels; label l of record n is n modulo classes[l].
func cifar(n int, classes ...int) []byte {
	var file []byte
	for record := range n {
		for _, count := range classes {
			file = append(file, byte(record%count))
		}
		file = append(file, random(fmt.Sprint("record ", record), cifarPixels, 256)...)
	}
	return file
}

// digitsLines writes lines of random digits.
func digitsLines(n int) []byte {
	var file bytes.Buffer
	for line := range n {
		for _, value := range random(fmt.Sprint("line ", line), digitsSide*digitsSide, digitsMaximum+1) {
			fmt.Fprintf(&file, "%d,", value)
		}
		fmt.Fprintln(&file, line%digitsClasses)
	}
	return file.Bytes()
}

func zipped(t testing.TB, content []byte) []byte {
	t.Helper()
	var file bytes.Buffer
	w := gzip.NewWriter(&file)
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func unzip(t testing.TB, file []byte) []byte {
	t.Helper()
	r, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// streamOf reads bytes as if they were a file.
func streamOf(content []byte) (*stream, error) {
	return newStream(context.Background(), "file", bytes.NewReader(content))
}

// writeFiles fills a folder.
func writeFiles(t testing.TB, folder string, files map[string][]byte) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// smallMNIST is a set of few images in the form of MNIST, and its files.
func smallMNIST(t testing.TB) (*definition, map[string][]byte) {
	d := *imageSet("mnist")
	d.train, d.test = 5, 3
	files := map[string][]byte{
		"train-images-idx3-ubyte.gz": zipped(t, idx(random("train", 5*28*28, 256), 5, 28, 28)),
		"train-labels-idx1-ubyte.gz": zipped(t, idx(random("train labels", 5, 10), 5)),
		"t10k-images-idx3-ubyte.gz":  zipped(t, idx(random("test", 3*28*28, 256), 3, 28, 28)),
		"t10k-labels-idx1-ubyte.gz":  zipped(t, idx(random("test labels", 3, 10), 3)),
	}
	return &d, files
}

// within puts the files of a set into a folder.
func within(folder string, files map[string][]byte) map[string][]byte {
	moved := map[string][]byte{}
	for name, content := range files {
		moved[filepath.Join(folder, name)] = content
	}
	return moved
}

// openIn opens a set that is not registered.
func (d *definition) openIn(t testing.TB, dir string) (*Dataset, error) {
	t.Helper()
	p, err := d.locate(dir)
	if err != nil {
		return nil, err
	}
	defer p.close()
	return d.open(context.Background(), p)
}

// allocated measures how many bytes a function allocates in all.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// realFolder returns the data folder that has a set, or skips the test.
func realFolder(t *testing.T, name string) string {
	t.Helper()
	if testing.Short() {
		t.Skipf("the real files of %s are not read with -short", name)
	}
	folders := os.Getenv("ESPALIER_DATA")
	p, err := imageSet(name).locate(folders)
	if err != nil {
		t.Skipf("the real files of %s: set ESPALIER_DATA to a data folder that has them (%v)", name, err)
	}
	p.close()
	return folders
}

// imageSet is the definition of a set of images, or nil.
func imageSet(name string) *definition {
	d, _ := imageSets.Get(name)
	return d
}

// graphSet is the definition of a graph, or nil.
func graphSet(name string) *graphDefinition {
	d, _ := graphs.Get(name)
	return d
}
