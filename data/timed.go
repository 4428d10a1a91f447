package data

import (
	"context"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"
)

func init() { graphFormats.Register("timed", readTimed) }

// TimedEdge is an edge at a time, in seconds since 1970.
type TimedEdge struct {
	Edge
	Time int64
}

// ReadTimedEdges reads a text file, which may be compressed with gzip, of lines "from
// to time" with blanks between; lines that begin with # are comments. Nodes are
// numbered in the sorted order of the identifiers in the file, which names returns.
func ReadTimedEdges(ctx context.Context, files fs.FS, name string) (edges []TimedEdge, names []int64, err error) {
	var ends [][2]int64
	err = readLines(ctx, files, name, func(line string) error {
		if strings.HasPrefix(line, "#") {
			return nil
		}
		fields := strings.Fields(line)
		if len(fields) != 3 {
			return fmt.Errorf("%d columns, expected 3", len(fields))
		}
		var numbers [3]int64
		for i, field := range fields {
			n, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				return fmt.Errorf("%.30q is not an integer", field)
			}
			numbers[i] = n
		}
		edges = append(edges, TimedEdge{Time: numbers[2]})
		ends = append(ends, [2]int64{numbers[0], numbers[1]})
		names = append(names, numbers[:2]...)
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	if len(edges) > math.MaxInt32/2 {
		return nil, nil, malformed(name, fmt.Errorf("%d edges are too many", len(edges)))
	}
	slices.Sort(names)
	names = slices.Clip(slices.Compact(names))
	number := func(end int64) int32 {
		at, _ := slices.BinarySearch(names, end)
		return int32(at)
	}
	for i, pair := range ends {
		edges[i].Edge = Edge{From: number(pair[0]), To: number(pair[1])}
	}
	return edges, names, nil
}

// readTimed reads the edges without their times.
func readTimed(ctx context.Context, files fs.FS, name string) (GraphContent, error) {
	timed, names, err := ReadTimedEdges(ctx, files, name)
	if err != nil {
		return GraphContent{}, err
	}
	content := GraphContent{Nodes: len(names), Edges: make([]Edge, len(timed))}
	for i, e := range timed {
		content.Edges[i] = e.Edge
	}
	return content, nil
}
