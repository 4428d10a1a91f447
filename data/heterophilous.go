package data

import (
	"context"
	"fmt"
	"io/fs"
	"strconv"

	"espalier/internal/numpy"
)

func init() { graphFormats.Register("heterophilous", readHeterophilous) }

// readHeterophilous reads an .npz file with node_features, node_labels, edges (pairs
// of nodes, each edge in one direction) and the masks of fixed splits, a row each.
//
// Source: O. Platonov, D. Kuznedelev, M. Diskin, A. Babenko and L. Prokhorenkova, "A
// critical look at the evaluation of GNNs under heterophily", ICLR 2023, and its files.
func readHeterophilous(ctx context.Context, files fs.FS, name string) (GraphContent, error) {
	content, err := readFile(ctx, files, name)
	if err != nil {
		return GraphContent{}, err
	}
	graph, err := parseHeterophilous(content)
	if err != nil {
		return GraphContent{}, malformed(name, err)
	}
	return graph, nil
}

func parseHeterophilous(content []byte) (graph GraphContent, err error) {
	archive, err := numpy.OpenArchive(content)
	if err != nil {
		return graph, err
	}
	if graph.Labels, graph.Classes, err = labelsOf(archive, "node_labels"); err != nil {
		return graph, err
	}
	graph.Nodes = len(graph.Labels)
	if graph.Edges, err = pairsOf(archive, "edges"); err != nil {
		return graph, err
	}
	if graph.Features, err = denseOf(archive, "node_features", graph.Nodes); err != nil {
		return graph, err
	}
	graph.Splits, err = maskedSplits(archive, graph.Nodes)
	return graph, err
}

// pairsOf reads edges, a row each.
func pairsOf(archive *numpy.Archive, name string) ([]Edge, error) {
	array, err := archive.Array(name)
	if err != nil {
		return nil, err
	}
	if err := array.Expect(-1, 2); err != nil {
		return nil, fmt.Errorf("array %q: %w", name, err)
	}
	nodes, err := array.Integers()
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", name, err)
	}
	edges := make([]Edge, len(nodes)/2)
	for i := range edges {
		edges[i] = Edge{From: nodes[2*i], To: nodes[2*i+1]}
	}
	return edges, nil
}

// denseOf reads features, a row for each node.
func denseOf(archive *numpy.Archive, name string, nodes int) (*Features, error) {
	array, err := archive.Array(name)
	if err != nil {
		return nil, err
	}
	if err := array.Expect(nodes, -1); err != nil {
		return nil, fmt.Errorf("array %q: %w", name, err)
	}
	values, err := array.Floats()
	if err != nil {
		return nil, fmt.Errorf("array %q: %w", name, err)
	}
	return NewDenseFeatures(nodes, array.Shape[1], values)
}

// maxSplits bounds the rows of masks, which take no room in a graph without nodes.
const maxSplits = 1000

// maskedSplits reads the arrays train_masks, val_masks and test_masks, whose rows
// are the splits 0, 1 and so on.
func maskedSplits(archive *numpy.Archive, nodes int) ([]NodeSplit, error) {
	var splits []NodeSplit
	for part, name := range []string{"train_masks", "val_masks", "test_masks"} {
		array, err := archive.Array(name)
		if err != nil {
			return nil, err
		}
		rows := len(splits)
		if part == 0 {
			rows = -1
		}
		if err := array.Expect(rows, nodes); err != nil {
			return nil, fmt.Errorf("array %q: %w", name, err)
		}
		masks, err := array.Bools()
		if err != nil {
			return nil, fmt.Errorf("array %q: %w", name, err)
		}
		if array.Shape[0] > maxSplits {
			return nil, fmt.Errorf("array %q: %d splits; there can be %d", name, array.Shape[0], maxSplits)
		}
		if part == 0 {
			for row := range array.Shape[0] {
				splits = append(splits, NodeSplit{Name: strconv.Itoa(row)})
			}
		}
		for row := range splits {
			splits[row].fill(part, masks[row*nodes:(row+1)*nodes])
		}
	}
	return splits, nil
}

// fill sets part 0, 1 or 2, which are training, validation and test, to the nodes
// of a mask.
func (s *NodeSplit) fill(part int, mask []bool) {
	list := []*[]int32{&s.Train, &s.Validation, &s.Test}[part]
	for node, in := range mask {
		if in {
			*list = append(*list, int32(node))
		}
	}
}
