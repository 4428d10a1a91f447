package data

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
)

// stream reads the content of one file from start to end, counts where it is, and
// turns what is wrong into a FormatError. Content that is compressed with gzip is
// recognised by its first bytes, whatever the file's name.
type stream struct {
	file   string
	in     *bufio.Reader
	offset int64
}

// newStream begins to read; the context ends it between reads.
func newStream(ctx context.Context, file string, r io.Reader) (*stream, error) {
	s := &stream{file: file, in: bufio.NewReader(cancellable{ctx, r})}
	magic, err := s.in.Peek(2)
	if err != nil && err != io.EOF {
		return nil, s.failure(err, "its first bytes")
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return s, nil
	}
	unzipped, err := gzip.NewReader(s.in)
	if err != nil {
		return nil, s.failure(err, "a gzip header")
	}
	s.in = bufio.NewReader(unzipped)
	return s, nil
}

// growth is how much of a claimed size is allocated before any of it was seen.
const growth = 64 << 10

// read returns the next n bytes. What is allocated follows what was read: a file
// that claims more than it has costs little.
func (s *stream) read(n int64, what string) ([]byte, error) {
	var content []byte
	for int64(len(content)) < n {
		grown := make([]byte, min(n, max(growth, 2*int64(len(content)))))
		have := copy(grown, content)
		got, err := io.ReadFull(s.in, grown[have:])
		s.offset += int64(got)
		if err != nil {
			return nil, s.failure(err, what)
		}
		content = grown
	}
	return content, nil
}

// fill reads into a whole buffer.
func (s *stream) fill(buffer []byte, what string) error {
	n, err := io.ReadFull(s.in, buffer)
	s.offset += int64(n)
	if err != nil {
		return s.failure(err, what)
	}
	return nil
}

// line returns the next line without its line feed, which the last one may lack,
// and io.EOF after it. The bytes are good until the next call.
func (s *stream) line(longest int) ([]byte, error) {
	start := s.offset
	line, err := s.in.ReadSlice('\n')
	s.offset += int64(len(line))
	if len(line) > longest {
		return nil, s.wrong(start, "a longer line", fmt.Sprintf("at most %d bytes in a line", longest))
	}
	if err == io.EOF && len(line) > 0 {
		err = nil
	}
	if err == io.EOF {
		return nil, io.EOF
	}
	if err != nil {
		return nil, s.failure(err, "a line")
	}
	return bytes.TrimSuffix(line, []byte{'\n'}), nil
}

// end makes sure that nothing is left; for gzip that includes the check sum.
func (s *stream) end() error {
	_, err := s.in.ReadByte()
	if err == nil {
		return s.wrong(s.offset, "more bytes", "the end of the file")
	}
	if err != io.EOF {
		return s.failure(err, "the end of the file")
	}
	return nil
}

func (s *stream) wrong(offset int64, found, expected string) error {
	return &FormatError{File: s.file, Offset: offset, Found: found, Expected: expected}
}

// failure explains why reading stopped: a FormatError if the content is to blame.
func (s *stream) failure(err error, expected string) error {
	var damaged flate.CorruptInputError
	switch {
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return s.wrong(s.offset, "the end of the file", expected)
	case errors.Is(err, gzip.ErrHeader):
		return s.wrong(s.offset, "something else after or in place of gzip data", expected)
	case errors.Is(err, gzip.ErrChecksum):
		return s.wrong(s.offset, "a wrong gzip check sum", expected)
	case errors.As(err, &damaged):
		return s.wrong(s.offset, fmt.Sprintf("damaged gzip data at byte %d of the compressed file", int64(damaged)), expected)
	}
	return fmt.Errorf("%s: at byte %d: %w", s.file, s.offset, err)
}

// cancellable is a reader that fails once its context is done.
type cancellable struct {
	context context.Context
	io.Reader
}

// Read reads on, unless the context is done.
func (c cancellable) Read(buffer []byte) (int, error) {
	if err := c.context.Err(); err != nil {
		return 0, context.Cause(c.context)
	}
	return c.Reader.Read(buffer)
}
