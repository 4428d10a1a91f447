package data

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"strconv"
	"strings"
)

func init() {
	graphFormats.Register("csv", func(ctx context.Context, files fs.FS, name string) (GraphContent, error) {
		t := tables{ctx: ctx, files: files, folder: name}
		return t.read("edges.csv", "features.csv", "labels.csv", [3]string{"train.csv", "validation.csv", "test.csv"})
	})
	// Source: W. Hu and others, "Open Graph Benchmark: Datasets for Machine Learning
	// on Graphs", NeurIPS 2020, and its files.
	graphFormats.Register("ogb", func(ctx context.Context, files fs.FS, name string) (GraphContent, error) {
		t := tables{ctx: ctx, files: files, folder: name}
		split, err := t.splitFolder()
		if err != nil {
			return GraphContent{}, err
		}
		return t.read("raw/edge.csv", "raw/node-feat.csv", "raw/node-label.csv",
			[3]string{split + "/train.csv", split + "/valid.csv", split + "/test.csv"})
	})
}

// tables are files with commas between columns, of which those that are optional
// may be missing, and any may be compressed with gzip and have .gz at its end.
type tables struct {
	ctx    context.Context
	files  fs.FS
	folder string
}

// splitFolder is the one folder in split, which tells how the Open Graph Benchmark
// splits a set.
func (t tables) splitFolder() (string, error) {
	entries, err := fs.ReadDir(t.files, path.Join(t.folder, "split"))
	if err != nil {
		return "", err
	}
	for _, e := range entries {
		if e.IsDir() {
			return path.Join("split", e.Name()), nil
		}
	}
	return "", fmt.Errorf("%s: it has no folder: %w", path.Join(t.folder, "split"), fs.ErrNotExist)
}

// read reads a graph. There are as many nodes as rows of features, or else labels,
// or else as the greatest node of the edges demands.
func (t tables) read(edges, features, labels string, parts [3]string) (c GraphContent, err error) {
	if c.Features, err = t.features(features); err != nil {
		return c, err
	}
	if c.Labels, err = t.numbers(labels); err != nil {
		return c, err
	}
	c.Classes = classesOf(c.Labels)
	name, found := t.find(edges)
	if !found {
		return c, fmt.Errorf("%s: %w", path.Join(t.folder, edges), fs.ErrNotExist)
	}
	if c.Edges, err = t.edges(name); err != nil {
		return c, err
	}
	switch {
	case c.Features != nil:
		c.Nodes = c.Features.Rows()
	case c.Labels != nil:
		c.Nodes = len(c.Labels)
	default:
		if c.Nodes, err = nodesOf(c.Edges); err != nil {
			return c, malformed(name, err)
		}
	}
	split := NodeSplit{Name: "given"}
	for i, list := range []*[]int32{&split.Train, &split.Validation, &split.Test} {
		if *list, err = t.numbers(parts[i]); err != nil {
			return c, err
		}
	}
	if split.Train != nil {
		c.Splits = []NodeSplit{split}
	}
	return c, nil
}

// find tells under which name a file is there.
func (t tables) find(file string) (name string, found bool) {
	for _, name := range []string{path.Join(t.folder, file), path.Join(t.folder, file) + ".gz"} {
		if _, err := fs.Stat(t.files, name); !errors.Is(err, fs.ErrNotExist) {
			return name, true
		}
	}
	return "", false
}

// rows hands a reader the columns of every row. A first row without any number
// is a header.
func (t tables) rows(name string, reader func(columns []string) error) error {
	first := true
	return readLines(t.ctx, t.files, name, func(line string) error {
		columns := strings.Split(line, ",")
		isHeader := first && !hasNumber(columns)
		first = false
		if isHeader {
			return nil
		}
		return reader(columns)
	})
}

func hasNumber(columns []string) bool {
	for _, column := range columns {
		if _, err := strconv.ParseFloat(strings.TrimSpace(column), 32); err == nil {
			return true
		}
	}
	return false
}

// edges reads rows "from,to".
func (t tables) edges(name string) (edges []Edge, err error) {
	err = t.rows(name, func(columns []string) error {
		e, err := parseEdge(columns, math.MaxInt32)
		edges = append(edges, e)
		return err
	})
	return edges, err
}

// nodesOf is how many nodes edges demand. A number far beyond what so many edges
// could use is refused, because every node costs memory.
func nodesOf(edges []Edge) (int, error) {
	greatest := int32(-1)
	for _, e := range edges {
		greatest = max(greatest, e.From, e.To)
	}
	if limit := 1<<10 + 16*len(edges); int(greatest) >= limit {
		return 0, fmt.Errorf("%d edges name node %d: give labels.csv or features.csv, or number the nodes from 0", len(edges), greatest)
	}
	return int(greatest) + 1, nil
}

// features reads a row of numbers for each node; nil if the file is not there.
func (t tables) features(file string) (*Features, error) {
	name, found := t.find(file)
	if !found {
		return nil, nil
	}
	var values []float32
	rows, width := 0, -1
	err := t.rows(name, func(columns []string) error {
		if width < 0 {
			width = len(columns)
		}
		if len(columns) != width {
			return fmt.Errorf("%d columns, expected %d", len(columns), width)
		}
		rows++
		for _, column := range columns {
			v, err := strconv.ParseFloat(strings.TrimSpace(column), 32)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("%.30q is not a number", column)
			}
			values = append(values, float32(v))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	f, err := NewDenseFeatures(rows, max(width, 0), values)
	if err != nil {
		return nil, malformed(name, err)
	}
	return f, nil
}

// numbers reads one integer in a row; nil if the file is not there.
func (t tables) numbers(file string) ([]int32, error) {
	name, found := t.find(file)
	if !found {
		return nil, nil
	}
	numbers := []int32{}
	err := t.rows(name, func(columns []string) error {
		if len(columns) != 1 {
			return fmt.Errorf("%d columns, expected 1", len(columns))
		}
		n, err := parseNode(columns[0], math.MaxInt32)
		numbers = append(numbers, n)
		return err
	})
	return numbers, err
}
