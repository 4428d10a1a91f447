package data

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// home is a server that has files and may misbehave.
type home struct {
	*httptest.Server
	files       map[string][]byte
	ignoreRange bool
	cutAfter    int // close the connection after so many bytes of a body; 0 never
	appended    string
	wrongRange  bool

	mu       sync.Mutex
	requests []string // name and range of each
}

func newHome(t *testing.T, files map[string][]byte) *home {
	h := &home{files: files}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *home) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	h.mu.Lock()
	h.requests = append(h.requests, strings.TrimSpace(name+" "+r.Header.Get("Range")))
	h.mu.Unlock()
	content, ok := h.files[name]
	switch {
	case !ok:
		http.NotFound(w, r)
		return
	case h.wrongRange:
		w.Header().Set("Content-Range", "bytes 0-9/10")
		w.WriteHeader(http.StatusPartialContent)
		return
	case h.ignoreRange:
		r.Header.Del("Range")
	}
	content = append(bytes.Clone(content), h.appended...)
	if h.cutAfter > 0 {
		w = &cutter{w, h.cutAfter}
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// cutter breaks the connection off in the middle of the body.
type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(content []byte) (int, error) {
	if len(content) < c.left {
		c.left -= len(content)
		return c.ResponseWriter.Write(content)
	}
	c.ResponseWriter.Write(content[:c.left])
	c.ResponseWriter.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

const trainImages = "train-images-idx3-ubyte.gz"

// mnistAt is a small MNIST whose official files are at a server.
func mnistAt(t *testing.T) (*definition, *home) {
	t.Helper()
	d, files := smallMNIST(t)
	withDigests(t, d, files)
	h := newHome(t, files)
	d.address = h.URL + "/mnist/"
	return d, h
}

// listing is all files below a folder.
func listing(t *testing.T, folder string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(folder, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			name, _ := filepath.Rel(folder, path)
			names = append(names, filepath.ToSlash(name))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

var wholeMNIST = []string{
	"mnist/t10k-images-idx3-ubyte.gz", "mnist/t10k-labels-idx1-ubyte.gz",
	"mnist/train-images-idx3-ubyte.gz", "mnist/train-labels-idx1-ubyte.gz",
}

func TestGetDownloadsAndTellsProgress(t *testing.T) {
	d, h := mnistAt(t)
	folder := filepath.Join(t.TempDir(), "new", "folder")
	last := map[string]Progress{}
	options := GetOptions{Progress: func(p Progress) {
		if p.Done < last[p.File].Done {
			t.Errorf("progress went back: %+v after %+v", p, last[p.File])
		}
		last[p.File] = p
	}}
	if err := d.get(t.Context(), folder, options); err != nil {
		t.Fatal(err)
	}
	if got := listing(t, folder); !slices.Equal(got, wholeMNIST) {
		t.Errorf("the folder has %v", got)
	}
	for _, f := range d.source.Files {
		name := "mnist/" + f.Name
		if want := (Progress{File: name, Done: f.Bytes, Total: f.Bytes}); last[name] != want {
			t.Errorf("the last progress is %+v, want %+v", last[name], want)
		}
	}
	if _, err := d.verifyIn(t, folder); err != nil {
		t.Error(err)
	}
	before := len(h.requests)
	if err := d.get(t.Context(), folder, GetOptions{}); err != nil || len(h.requests) != before {
		t.Errorf("getting it again made %d requests, error %v", len(h.requests)-before, err)
	}
}

func TestGetContinuesWhereItWasInterrupted(t *testing.T) {
	for _, ignoreRange := range []bool{false, true} {
		t.Run(fmt.Sprintf("ignoreRange=%v", ignoreRange), func(t *testing.T) {
			d, h := mnistAt(t)
			folder := t.TempDir()
			h.cutAfter = 1000
			err := d.get(t.Context(), folder, GetOptions{})
			if err == nil || !strings.Contains(err.Error(), "interrupted after 1000 of") {
				t.Fatalf("error %v", err)
			}
			if got := listing(t, folder); !slices.Equal(got, []string{"mnist/" + trainImages + ".partial"}) {
				t.Errorf("the folder has %v", got)
			}
			h.cutAfter, h.ignoreRange, h.requests = 0, ignoreRange, nil
			if err := d.get(t.Context(), folder, GetOptions{}); err != nil {
				t.Fatal(err)
			}
			if want := trainImages + " bytes=1000-"; h.requests[0] != want {
				t.Errorf("asked for %q, want %q", h.requests[0], want)
			}
			if got := listing(t, folder); !slices.Equal(got, wholeMNIST) {
				t.Errorf("the folder has %v", got)
			}
			if _, err := d.verifyIn(t, folder); err != nil {
				t.Error(err)
			}
		})
	}
}

// A partial file that is whole already, for example because the power failed before
// it got its name, is not downloaded again; one that is too long is begun anew.
func TestGetUsesPartialFiles(t *testing.T) {
	for _, test := range []struct {
		name     string
		extra    string
		requests int
	}{{"whole", "", 3}, {"too long", "more", 4}} {
		t.Run(test.name, func(t *testing.T) {
			d, h := mnistAt(t)
			folder := t.TempDir()
			writeFiles(t, folder, map[string][]byte{
				"mnist/" + trainImages + ".partial": append(bytes.Clone(h.files[trainImages]), test.extra...),
			})
			if err := d.get(t.Context(), folder, GetOptions{}); err != nil {
				t.Fatal(err)
			}
			if len(h.requests) != test.requests || slices.ContainsFunc(h.requests, func(r string) bool { return strings.Contains(r, "bytes=") }) {
				t.Errorf("requests %q", h.requests)
			}
			if _, err := d.verifyIn(t, folder); err != nil {
				t.Error(err)
			}
		})
	}
}

// The server's file is shorter than the partial one, so there is nothing to continue.
func TestGetBeginsAnewWhereThereIsNothingToContinue(t *testing.T) {
	d, h := mnistAt(t)
	folder := t.TempDir()
	right := h.files[trainImages]
	writeFiles(t, folder, map[string][]byte{"mnist/" + trainImages + ".partial": right[:2000]})
	h.files[trainImages] = right[:1000]
	err := d.get(t.Context(), folder, GetOptions{})
	if err == nil || !strings.Contains(err.Error(), "interrupted after 1000 of") {
		t.Fatalf("error %v", err)
	}
	h.files[trainImages] = right
	if err := d.get(t.Context(), folder, GetOptions{}); err != nil {
		t.Fatal(err)
	}
	want := []string{trainImages + " bytes=2000-", trainImages, trainImages + " bytes=1000-"}
	if !slices.Equal(h.requests[:3], want) {
		t.Errorf("requests %q, want %q", h.requests, want)
	}
}

func TestGetRefuses(t *testing.T) {
	flipped := func(content []byte) []byte {
		content = bytes.Clone(content)
		content[100] ^= 1
		return content
	}
	for _, test := range []struct {
		name      string
		misbehave func(*home)
		want      string
		left      []string
	}{
		{"wrong digest", func(h *home) { h.files[trainImages] = flipped(h.files[trainImages]) }, "its SHA-256 is", nil},
		{"not found", func(h *home) { delete(h.files, trainImages) }, "the server answers 404 Not Found", nil},
		{"too long", func(h *home) { h.appended = "more" }, "the server sends more than", []string{"mnist/" + trainImages + ".partial"}},
		{"unasked part", func(h *home) { h.wrongRange = true }, "the server answers 206", nil},
		{"no server", func(h *home) { h.Close() }, "connection refused", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, h := mnistAt(t)
			test.misbehave(h)
			folder := t.TempDir()
			err := d.get(t.Context(), folder, GetOptions{})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), h.URL+"/mnist/"+trainImages) {
				t.Errorf("error %v, want %q and the address", err, test.want)
			}
			if got := listing(t, folder); !slices.Equal(got, test.left) {
				t.Errorf("the folder has %v, want %v", got, test.left)
			}
		})
	}
}

func TestGetRefusesAnotherPart(t *testing.T) {
	d, h := mnistAt(t)
	folder := t.TempDir()
	writeFiles(t, folder, map[string][]byte{"mnist/" + trainImages + ".partial": []byte("twenty bytes of it...")})
	h.wrongRange = true
	err := d.get(t.Context(), folder, GetOptions{})
	if err == nil || !strings.Contains(err.Error(), `follows byte 21, the server sends "bytes 0-9/10"`) {
		t.Errorf("error %v", err)
	}
}

func TestGetReplacesDamagedFiles(t *testing.T) {
	d, h := mnistAt(t)
	folder := t.TempDir()
	writeFiles(t, folder, within("mnist", h.files))
	writeFiles(t, folder, map[string][]byte{"mnist/" + trainImages: []byte("damaged")})
	if err := d.get(t.Context(), folder, GetOptions{}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(h.requests, []string{trainImages}) {
		t.Errorf("requests %q", h.requests)
	}
	if _, err := d.verifyIn(t, folder); err != nil {
		t.Error(err)
	}
}

func TestGetStopsWithItsContext(t *testing.T) {
	d, h := mnistAt(t)
	folder := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	stop := GetOptions{Progress: func(Progress) { cancel() }}
	err := d.get(ctx, folder, stop)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	for _, name := range listing(t, folder) {
		if name != "mnist/"+trainImages && !strings.HasSuffix(name, ".partial") {
			t.Errorf("%s is there", name)
		}
	}
	if err := d.get(t.Context(), folder, GetOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.verifyIn(t, folder); err != nil || len(h.requests) == 0 {
		t.Error(err)
	}
}

func TestGetFromMirror(t *testing.T) {
	d, h := mnistAt(t)
	d.address = "http://unreachable.invalid/"
	folder := t.TempDir()
	if err := d.get(t.Context(), folder, GetOptions{Mirror: h.URL, Client: h.Client()}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.verifyIn(t, folder); err != nil {
		t.Error(err)
	}
}

func TestGetNeedsAFolderUnlessBuiltIn(t *testing.T) {
	if err := Get(t.Context(), "digits", "", GetOptions{}); err != nil {
		t.Error(err)
	}
	if err := Get(t.Context(), "mnist", "", GetOptions{}); err == nil || !strings.Contains(err.Error(), "into a data folder: none is named") {
		t.Errorf("error %v", err)
	}
}
