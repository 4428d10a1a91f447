package data

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"espalier/internal/registry"
)

// GraphFormat names a layout of files in which graphs are stored.
type GraphFormat string

// graphFormats has the readers. Each reads what is called name in a folder.
var graphFormats = registry.New[func(ctx context.Context, files fs.FS, name string) (GraphContent, error)]("graph format")

// GraphFormats lists the formats, sorted.
func GraphFormats() []GraphFormat {
	var formats []GraphFormat
	for _, name := range graphFormats.Names() {
		formats = append(formats, GraphFormat(name))
	}
	return formats
}

// ReadGraph reads one of the user's own graphs as its files have it: directed, with
// loops and duplicates. The meaning of the name depends on the format:
//
//   - "planetoid": the files ind.NAME.x and so on
//   - "gnn-benchmark", "heterophilous": an .npz file of these collections
//   - "geom-gcn": the folder new_data/NAME, and splits/NAME_split_0.6_0.2_*.npz
//   - "matlab": a MATLAB file, version 5, whose variable net is a sparse adjacency
//   - "timed": a text file of lines "from to time"
//   - "csv": a folder with edges.csv and, if they are there, features.csv,
//     labels.csv, train.csv, validation.csv and test.csv
//   - "ogb": a folder as the Open Graph Benchmark unpacks a node property set
//   - "wiki-cs": its data.json
//
// The error is a *FormatError for a file that is damaged, and one that wraps
// fs.ErrNotExist for a file that is not there.
func ReadGraph(ctx context.Context, format GraphFormat, files fs.FS, name string) (*Graph, error) {
	read, err := graphFormats.Lookup(string(format))
	if err != nil {
		return nil, err
	}
	content, err := read(ctx, files, name)
	if err != nil {
		return nil, err
	}
	content.Name = name
	g, err := NewGraph(content)
	if err != nil {
		return nil, malformed(name, err)
	}
	return g, nil
}

// readFile reads a whole file of a folder.
func readFile(ctx context.Context, files fs.FS, name string) ([]byte, error) {
	file, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(cancellable{ctx, file})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return content, nil
}

// malformed wraps what a reader finds wrong in a file.
func malformed(file string, err error) error {
	return &FormatError{File: file, Cause: err}
}

// readLines hands a reader every line of a text file that may be compressed with
// gzip, without blanks at its ends; empty lines are left out. What the reader finds
// wrong is told with the line's number.
func readLines(ctx context.Context, files fs.FS, name string, reader func(line string) error) error {
	file, err := files.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	s, err := newStream(ctx, name, file)
	if err != nil {
		return err
	}
	for number := 1; ; number++ {
		line, err := s.longLine()
		if err == io.EOF {
			return nil
		}
		if err == nil && s.offset > maxTableExpansion*info.Size()+longestLine {
			err = s.wrong(s.offset, "more text", fmt.Sprintf("at most %d times the size of the file, which is compressed", maxTableExpansion))
		}
		if err != nil {
			return err
		}
		text := strings.TrimSpace(string(line))
		if text == "" {
			continue
		}
		if err := reader(text); err != nil {
			return malformed(name, fmt.Errorf("line %d: %w", number, err))
		}
	}
}

const (
	// longestLine bounds the lines of tables: a row of 100,000 features fits.
	longestLine = 4 << 20
	// maxTableExpansion is how many times its size a compressed table may unpack to.
	maxTableExpansion = 256
)

// longLine returns the next line, which may be longer than the buffer, without its
// line feed, and io.EOF after the last.
func (s *stream) longLine() ([]byte, error) {
	var line []byte
	for {
		part, err := s.in.ReadSlice('\n')
		s.offset += int64(len(part))
		line = append(line, part...)
		if len(line) > longestLine {
			return nil, s.wrong(s.offset, "a longer line", fmt.Sprintf("at most %d bytes in a line", longestLine))
		}
		switch {
		case err == nil, err == io.EOF && len(line) > 0:
			return line, nil
		case err == io.EOF:
			return nil, io.EOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, s.failure(err, "a line")
		}
	}
}
