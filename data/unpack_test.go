package data

import (
	"archive/tar"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tarred packs entries in the given order.
func tarred(t testing.TB, entries ...tar.Header) []byte {
	t.Helper()
	var file bytes.Buffer
	w := tar.NewWriter(&file)
	for _, entry := range entries {
		content := entry.PAXRecords["content"]
		entry.PAXRecords = nil
		entry.Mode = 0o644
		if entry.Typeflag == 0 {
			entry.Typeflag = tar.TypeReg
			entry.Size = int64(len(content))
		}
		if err := w.WriteHeader(&entry); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return zipped(t, file.Bytes())
}

func entry(name string, content []byte) tar.Header {
	return tar.Header{Name: name, PAXRecords: map[string]string{"content": string(content)}}
}

// cifarAt is a small CIFAR-10 whose archive is at a server.
func cifarAt(t *testing.T, change func([]tar.Header) []tar.Header) (*definition, *home) {
	t.Helper()
	d, files := smallCIFAR10()
	d.check = nil
	d.source = d.source.clone()
	entries := []tar.Header{
		{Name: "cifar-10-batches-bin/", Typeflag: tar.TypeDir},
		entry("cifar-10-batches-bin/batches.meta.txt", []byte("airplane\n")),
	}
	for n, f := range d.source.Files {
		d.source.Files[n].Bytes = int64(len(files[f.Name]))
		entries = append(entries, entry("cifar-10-batches-bin/"+f.Name, files[f.Name]))
	}
	packed := tarred(t, change(entries)...)
	h := newHome(t, map[string][]byte{"cifar-10-binary.tar.gz": packed})
	d.archive = &archive{
		address: h.URL + "/~kriz/cifar-10-binary.tar.gz",
		bytes:   int64(len(packed)), sha256: sha256Of(packed), folder: "cifar-10-batches-bin",
	}
	return d, h
}

func TestGetUnpacksTheFilesOfTheSetOnly(t *testing.T) {
	d, h := cifarAt(t, func(entries []tar.Header) []tar.Header {
		hostile := []tar.Header{
			entry("../outside", []byte("x")),
			entry("/absolute", []byte("x")),
			{Name: "cifar-10-batches-bin/data_batch_1.bin", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
			entry("cifar-10-batches-bin/../../outside", []byte("x")),
		}
		return append(hostile, entries...)
	})
	above := t.TempDir()
	folder := filepath.Join(above, "data")
	if err := d.get(t.Context(), folder, GetOptions{}); err != nil {
		t.Fatal(err)
	}
	var want []string
	for n := range d.source.Files {
		want = append(want, "data/cifar-10/cifar-10-batches-bin/"+d.source.Files[n].Name)
	}
	if got := listing(t, above); !slices.Equal(got, want) {
		t.Errorf("the folder has %v, want %v", got, want)
	}
	if report, err := d.verifyIn(t, folder); err != nil || report.Train != 10 || report.Test != 2 {
		t.Errorf("%+v, %v", report, err)
	}
	if err := d.get(t.Context(), folder, GetOptions{}); err != nil || len(h.requests) != 1 {
		t.Errorf("getting it again: %q, %v", h.requests, err)
	}
}

func TestUnpackRefuses(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func([]tar.Header) []tar.Header
		want   string
	}{
		{
			"a file is missing",
			func(entries []tar.Header) []tar.Header { return entries[:len(entries)-1] },
			"the archive ends without 1 of its files",
		},
		{
			"a file is longer",
			func(entries []tar.Header) []tar.Header {
				entries[2] = entry(entries[2].Name, make([]byte, 2*3073+1))
				return entries
			},
			"data_batch_1.bin has 6147 bytes, expected 6146",
		},
		{
			"a bomb before the files",
			func(entries []tar.Header) []tar.Header {
				return slices.Insert(entries, 1, entry("bomb", make([]byte, 4<<20)))
			},
			"unexpected EOF",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, _ := cifarAt(t, test.change)
			folder := t.TempDir()
			err := d.get(t.Context(), folder, GetOptions{})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "cifar-10-binary.tar.gz") {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if _, err := d.openIn(t, folder); err == nil {
				t.Error("the set can be opened nevertheless")
			}
		})
	}
}

func TestWrongArchiveIsNotUnpacked(t *testing.T) {
	d, _ := cifarAt(t, func(entries []tar.Header) []tar.Header { return entries })
	d.archive.sha256 = strings.Repeat("0", 64)
	folder := t.TempDir()
	err := d.get(t.Context(), folder, GetOptions{})
	if !errors.As(err, new(*DigestError)) {
		t.Errorf("error %v", err)
	}
	if got := listing(t, folder); got != nil {
		t.Errorf("the folder has %v", got)
	}
}

// A file that a crash left half-written under a temporary name is not in the way.
func TestTemporaryNamesAreNew(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	seen := map[string]bool{}
	for range 3 {
		file, err := rootFS{root}.CreateTemp(".", "name-*")
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		if seen[file.Name()] {
			t.Errorf("%s came twice", file.Name())
		}
		seen[file.Name()] = true
	}
	if _, err := (rootFS{root}).CreateTemp("..", "name-*"); err == nil {
		t.Error("a temporary file was made outside the root")
	}
}
