package data

import (
	"context"
	"fmt"
	"io/fs"

	"espalier/internal/numpy"
)

func init() { graphFormats.Register("gnn-benchmark", readGNNBenchmark) }

// readGNNBenchmark reads an .npz file with the sparse matrices adj, of which a row
// has the nodes to which edges lead from one, and attr, the features, and with
// labels. Weights of edges are left out.
//
// Source: O. Shchur, M. Mumme, A. Bojchevski and S. Günnemann, "Pitfalls of Graph
// Neural Network Evaluation", 2018, and its files.
func readGNNBenchmark(ctx context.Context, files fs.FS, name string) (GraphContent, error) {
	content, err := readFile(ctx, files, name)
	if err != nil {
		return GraphContent{}, err
	}
	graph, err := parseGNNBenchmark(content)
	if err != nil {
		return GraphContent{}, malformed(name, err)
	}
	return graph, nil
}

func parseGNNBenchmark(content []byte) (GraphContent, error) {
	archive, err := numpy.OpenArchive(content)
	if err != nil {
		return GraphContent{}, err
	}
	adjacency, err := archive.Matrix("adj")
	if err != nil {
		return GraphContent{}, err
	}
	if adjacency.Rows != adjacency.Cols {
		return GraphContent{}, fmt.Errorf("an adjacency of %d×%d", adjacency.Rows, adjacency.Cols)
	}
	graph := GraphContent{Nodes: adjacency.Rows, Edges: edgesOf(adjacency)}
	if graph.Labels, graph.Classes, err = labelsOf(archive, "labels"); err != nil {
		return GraphContent{}, err
	}
	attributes, err := archive.Matrix("attr")
	if err != nil {
		return GraphContent{}, err
	}
	graph.Features, err = NewSparseFeatures(attributes.Cols, attributes.Starts, attributes.Columns, attributes.Values)
	return graph, err
}

// edgesOf are the entries of a matrix, from its rows to its columns.
func edgesOf(m *numpy.Matrix) []Edge {
	edges := make([]Edge, 0, len(m.Columns))
	for row := range m.Rows {
		for _, column := range m.Columns[m.Starts[row]:m.Starts[row+1]] {
			edges = append(edges, Edge{From: int32(row), To: column})
		}
	}
	return edges
}

// labelsOf reads labels, and takes the greatest for the last class.
func labelsOf(archive *numpy.Archive, name string) (labels []int32, classes int, err error) {
	array, err := archive.Array(name)
	if err != nil {
		return nil, 0, err
	}
	if err := array.Expect(-1); err != nil {
		return nil, 0, fmt.Errorf("array %q: %w", name, err)
	}
	if labels, err = array.Integers(); err != nil {
		return nil, 0, fmt.Errorf("array %q: %w", name, err)
	}
	return labels, classesOf(labels), nil
}

// classesOf is the number of classes of which the greatest label is the last.
func classesOf(labels []int32) int {
	classes := 0
	for _, label := range labels {
		classes = max(classes, int(label)+1)
	}
	return classes
}
