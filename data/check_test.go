package data

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

func TestCheckOfTheDigits(t *testing.T) {
	report, err := Check(t.Context(), "digits", "")
	if err != nil {
		t.Fatal(err)
	}
	if report.Found != "built in" || report.Train != 3823 || report.Test != 1797 || len(report.Files) != 2 {
		t.Errorf("%+v", report)
	}
	for _, file := range report.Files {
		if !file.Known {
			t.Errorf("%+v", file)
		}
	}
}

// withDigests gives the files of a set their digests, as if they were official.
func withDigests(t testing.TB, d *definition, files map[string][]byte) {
	t.Helper()
	d.source = d.source.clone()
	for n := range d.source.Files {
		f := &d.source.Files[n]
		content := files[f.Name]
		f.Bytes = int64(len(content))
		f.SHA256 = sha256Of(content)
		if f.Plain != "" {
			f.Plain = sha256Of(unzip(t, content))
		}
	}
}

func sha256Of(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// verifyIn checks a set that is not registered.
func (d *definition) verifyIn(t testing.TB, dir string) (Report, error) {
	t.Helper()
	p, err := d.locate(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	return d.verify(context.Background(), p)
}

func TestCheckOfCompressedAndPlainFiles(t *testing.T) {
	d, files := smallMNIST(t)
	withDigests(t, d, files)
	const images = "train-images-idx3-ubyte"
	files[images] = unzip(t, files[images+".gz"])
	delete(files, images+".gz")
	folder := t.TempDir()
	writeFiles(t, folder, within("mnist", files))
	report, err := d.verifyIn(t, folder)
	if err != nil {
		t.Fatal(err)
	}
	if report.Train != 5 || report.Test != 3 || report.Found != filepath.Join(folder, "mnist") {
		t.Errorf("%+v", report)
	}
	want := CheckedFile{Path: filepath.Join(folder, "mnist", images), SHA256: sha256Of(files[images]), Known: true}
	if len(report.Files) != 4 || report.Files[0] != want {
		t.Errorf("files %+v, want first %+v", report.Files, want)
	}
}

func TestCheckNamesEverythingThatIsWrong(t *testing.T) {
	d, files := smallMNIST(t)
	withDigests(t, d, files)
	images, labels := "train-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"
	files[images] = zipped(t, idx(make([]uint8, 5*28*28), 5, 28, 28)) // well-formed, but other images
	files[labels] = files[labels][:10]
	folder := t.TempDir()
	writeFiles(t, folder, within("mnist", files))
	report, err := d.verifyIn(t, folder)
	var digest *DigestError
	if !errors.As(err, &digest) || digest.File != filepath.Join(folder, "mnist", images) || digest.Found != sha256Of(files[images]) {
		t.Errorf("error %v", err)
	}
	var format *FormatError
	if !errors.As(err, &format) || !strings.HasSuffix(format.File, labels) {
		t.Errorf("error %v", err)
	}
	if len(report.Files) != 2 {
		t.Errorf("%d files are right, want 2", len(report.Files))
	}
}

// A file in a folder of its set, as those of the Open Graph Benchmark, is named with it.
func TestCheckNamesTheFolderOfAFile(t *testing.T) {
	folder := t.TempDir()
	writeFiles(t, folder, map[string][]byte{"arxiv/raw/edge.csv.gz": []byte("edges"), "arxiv/split/time/train.csv.gz/inside": nil})
	p, err := graphSet("ogbn-arxiv").locate(folder)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	for _, test := range []struct{ file, want string }{
		{"raw/edge.csv.gz", filepath.Join(folder, "arxiv", "raw", "edge.csv.gz") + ": its SHA-256 is"},
		{"split/time/train.csv.gz", filepath.Join(folder, "arxiv", "split", "time", "train.csv.gz") + " is not a regular file"},
	} {
		if _, err := p.checkDigest(t.Context(), File{Name: test.file, SHA256: "another"}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
}

func TestCheckTellsMissingFiles(t *testing.T) {
	if _, err := Check(t.Context(), "mnist", t.TempDir()); !errors.As(err, new(*MissingError)) {
		t.Errorf("error %v", err)
	}
}
