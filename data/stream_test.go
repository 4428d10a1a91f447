package data

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// expectFormatError checks every part of the error.
func expectFormatError(t *testing.T, err error, offset int64, found, expected string) {
	t.Helper()
	var wrong *FormatError
	if !errors.As(err, &wrong) {
		t.Fatalf("error %v, want a FormatError", err)
	}
	if wrong.Offset != offset || !strings.Contains(wrong.Found, found) || !strings.Contains(wrong.Expected, expected) {
		t.Errorf("error %+v, want offset %d, found %q, expected %q", *wrong, offset, found, expected)
	}
	if wrong.File == "" || !strings.HasPrefix(wrong.Error(), wrong.File+": at byte ") {
		t.Errorf("the message is %q", wrong.Error())
	}
}

func TestStreamReadsPlainAndGzip(t *testing.T) {
	content := random("content", 300_000, 256)
	for name, file := range map[string][]byte{"plain": content, "gzip": zipped(t, content)} {
		t.Run(name, func(t *testing.T) {
			s, err := streamOf(file)
			if err != nil {
				t.Fatal(err)
			}
			first, err := s.read(200_000, "the first part")
			if err != nil {
				t.Fatal(err)
			}
			second := make([]byte, 100_000)
			if err := s.fill(second, "the second part"); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(append(first, second...), content) {
				t.Error("what was read differs")
			}
			if err := s.end(); err != nil || s.offset != 300_000 {
				t.Errorf("at byte %d: %v", s.offset, err)
			}
		})
	}
}

func TestStreamRefusesDamage(t *testing.T) {
	content := random("content", 5000, 256)
	good := zipped(t, content)
	damaged := func(at int) []byte {
		file := bytes.Clone(good)
		file[at] ^= 0xff
		return file
	}
	for _, test := range []struct {
		name     string
		file     []byte
		offset   int64
		found    string
		expected string
	}{
		{"short", content[:4999], 4999, "the end of the file", "all of it"},
		{"long", append(bytes.Clone(content), 0), 5000, "more bytes", "the end of the file"},
		{"empty", nil, 0, "the end of the file", "all of it"},
		{"gzip header", []byte{0x1f, 0x8b, 9, 0, 0, 0, 0, 0, 0, 0}, 0, "in place of gzip data", "a gzip header"},
		{"short gzip header", good[:5], 0, "the end of the file", "a gzip header"},
		{"short gzip", good[:len(good)-9], 5000, "the end of the file", "the end of the file"},
		{"gzip check sum", damaged(len(good) - 5), 5000, "check sum", "the end of the file"},
		{"after gzip", append(bytes.Clone(good), "more than nothing"...), 5000, "after or in place of gzip data", "the end of the file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := streamOf(test.file)
			if err == nil {
				_, err = s.read(5000, "all of it")
			}
			if err == nil {
				err = s.end()
			}
			expectFormatError(t, err, test.offset, test.found, test.expected)
		})
	}
}

// Wherever one byte of a compressed file changes, reading ends in an error, or the
// content is what it was (the header has bytes that say nothing of it).
func TestStreamSeesEveryDamagedByte(t *testing.T) {
	content := bytes.Repeat([]byte("handwritten"), 20)
	good := zipped(t, content)
	for at := range good {
		file := bytes.Clone(good)
		file[at] ^= 0x55
		s, err := streamOf(file)
		var got []byte
		if err == nil {
			got, err = s.read(int64(len(content)), "all of it")
		}
		if err == nil {
			err = s.end()
		}
		var wrong *FormatError
		if err == nil && !bytes.Equal(got, content) || err != nil && !errors.As(err, &wrong) {
			t.Errorf("byte %d: %v", at, err)
		}
	}
}

func TestStreamPassesOtherErrors(t *testing.T) {
	broken := errors.New("broken disk")
	s, err := newStream(t.Context(), "file", io.MultiReader(strings.NewReader("some"), iotest.ErrReader(broken)))
	if err == nil {
		_, err = s.read(5, "five bytes")
	}
	var wrong *FormatError
	if !errors.Is(err, broken) || errors.As(err, &wrong) || !strings.Contains(err.Error(), "file: at byte 4") {
		t.Errorf("error %v", err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := newStream(cancelled, "file", strings.NewReader("some")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestStreamAllocatesWhatItReads(t *testing.T) {
	const claim = 1 << 30
	bytes := allocated(func() {
		s, err := streamOf(make([]byte, 1000))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.read(claim, "far more than there is"); err == nil {
			t.Error("read what is not there")
		}
	})
	if bytes > 3*growth {
		t.Errorf("a file of 1000 bytes that claims %d made %d bytes of allocations", claim, bytes)
	}
}
