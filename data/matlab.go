package data

import (
	"context"
	"fmt"
	"io/fs"

	"espalier/internal/matlab"
)

func init() { graphFormats.Register("matlab", readMATLAB) }

// readMATLAB reads the sparse adjacency net of a MATLAB file, version 5: an entry
// in row i and column j is an edge from i to j, whatever its value.
//
// Source: M. Zhang and Y. Chen, "Link Prediction Based on Graph Neural Networks",
// NeurIPS 2018, and its files.
func readMATLAB(ctx context.Context, files fs.FS, name string) (GraphContent, error) {
	content, err := readFile(ctx, files, name)
	if err != nil {
		return GraphContent{}, err
	}
	m, err := matlab.ReadSparse(content, "net")
	if err == nil && m.Rows != m.Columns {
		err = fmt.Errorf("an adjacency of %d×%d", m.Rows, m.Columns)
	}
	if err != nil {
		return GraphContent{}, malformed(name, err)
	}
	edges := make([]Edge, 0, len(m.RowIndices))
	for column := range m.Columns {
		for _, row := range m.RowIndices[m.Starts[column]:m.Starts[column+1]] {
			edges = append(edges, Edge{From: row, To: int32(column)})
		}
	}
	return GraphContent{Nodes: m.Columns, Edges: edges}, nil
}
