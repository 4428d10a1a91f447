package data

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"

	"espalier/internal/numpy"
)

func init() { graphFormats.Register("geom-gcn", readGeomGCN) }

// geomGCNSplits is how many fixed splits a graph has.
const geomGCNSplits = 10

// geomGCN is what the two text files of a graph hold. Both begin with a header.
//
// Source: H. Pei, B. Wei, K. Chang, Y. Lei and B. Yang, "Geom-GCN: Geometric Graph
// Convolutional Networks", ICLR 2020, and its files.
type geomGCN struct {
	rows   map[int32][]int32 // of each node, the numbers between the first tabs
	labels map[int32]int32
}

// readGeomGCN reads new_data/NAME/out1_graph_edges.txt, of lines "from TAB to",
// out1_node_feature_label.txt beside it, of lines "node TAB features TAB label", and
// as many of the splits splits/NAME_split_0.6_0.2_{0…9}.npz as are there. Features
// are 0 or 1 with commas between, or, as those of film, the columns that are 1.
func readGeomGCN(ctx context.Context, files fs.FS, name string) (GraphContent, error) {
	features := path.Join("new_data", name, "out1_node_feature_label.txt")
	g := geomGCN{rows: make(map[int32][]int32), labels: make(map[int32]int32)}
	header := true
	err := readLines(ctx, files, features, func(line string) error {
		if header {
			header = false
			return nil
		}
		return g.addNode(line)
	})
	if err != nil {
		return GraphContent{}, err
	}
	content, err := g.assemble()
	if err != nil {
		return GraphContent{}, malformed(features, err)
	}
	header = true
	err = readLines(ctx, files, path.Join("new_data", name, "out1_graph_edges.txt"), func(line string) error {
		if header {
			header = false
			return nil
		}
		edge, err := parseEdge(strings.Fields(line), content.Nodes)
		content.Edges = append(content.Edges, edge)
		return err
	})
	if err != nil {
		return GraphContent{}, err
	}
	content.Splits, err = readGeomGCNSplits(ctx, files, name, content.Nodes)
	return content, err
}

// addNode reads the line of one node.
func (g geomGCN) addNode(line string) error {
	fields := strings.Split(line, "\t")
	if len(fields) != 3 {
		return fmt.Errorf("%d columns, expected 3", len(fields))
	}
	node, err := parseNode(fields[0], math.MaxInt32)
	if err != nil {
		return err
	}
	if _, twice := g.labels[node]; twice {
		return fmt.Errorf("node %d comes twice", node)
	}
	if g.labels[node], err = parseNode(fields[2], math.MaxInt32); err != nil {
		return fmt.Errorf("the label: %w", err)
	}
	var row []int32
	for text := range strings.SplitSeq(fields[1], ",") {
		n, err := parseNode(text, math.MaxInt32)
		if err != nil {
			return fmt.Errorf("the features: %w", err)
		}
		row = append(row, n)
	}
	g.rows[node] = row
	return nil
}

// assemble makes nodes of the lines, which must be 0, 1, 2 and so on in any order.
func (g geomGCN) assemble() (GraphContent, error) {
	c := GraphContent{Nodes: len(g.rows)}
	starts := []int32{0}
	var indices []int32
	columns, binary := g.columns()
	for node := range int32(c.Nodes) {
		row, ok := g.rows[node]
		if !ok {
			return c, fmt.Errorf("node %d is not there, but there are %d", node, c.Nodes)
		}
		if binary {
			row = ones(row)
		}
		slices.Sort(row)
		indices = append(indices, slices.Compact(row)...)
		starts = append(starts, int32(len(indices)))
		c.Labels = append(c.Labels, g.labels[node])
	}
	c.Classes = classesOf(c.Labels)
	values := slices.Repeat([]float32{1}, len(indices))
	var err error
	c.Features, err = NewSparseFeatures(columns, starts, indices, values)
	return c, err
}

// columns is the number of features, and whether the rows tell each of them by 0 or
// 1: then they are all equally long.
func (g geomGCN) columns() (columns int, binary bool) {
	binary = true
	for _, row := range g.rows {
		binary = binary && len(row) == len(g.rows[0]) && slices.Max(row) <= 1
		columns = max(columns, int(slices.Max(row))+1)
	}
	if binary {
		columns = len(g.rows[0])
	}
	return columns, binary
}

// ones returns where the ones are.
func ones(row []int32) []int32 {
	var at []int32
	for i, n := range row {
		if n == 1 {
			at = append(at, int32(i))
		}
	}
	return at
}

func readGeomGCNSplits(ctx context.Context, files fs.FS, name string, nodes int) ([]NodeSplit, error) {
	var splits []NodeSplit
	for k := range geomGCNSplits {
		file := fmt.Sprintf("splits/%s_split_0.6_0.2_%d.npz", name, k)
		content, err := readFile(ctx, files, file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		split, err := parseGeomGCNSplit(content, nodes)
		if err != nil {
			return nil, malformed(file, err)
		}
		split.Name = strconv.Itoa(k)
		splits = append(splits, split)
	}
	return splits, nil
}

func parseGeomGCNSplit(content []byte, nodes int) (split NodeSplit, err error) {
	archive, err := numpy.OpenArchive(content)
	if err != nil {
		return split, err
	}
	for part, name := range []string{"train_mask", "val_mask", "test_mask"} {
		array, err := archive.Array(name)
		if err != nil {
			return split, err
		}
		if err := array.Expect(nodes); err != nil {
			return split, fmt.Errorf("array %q: %w", name, err)
		}
		mask, err := array.Bools()
		if err != nil {
			return split, fmt.Errorf("array %q: %w", name, err)
		}
		split.fill(part, mask)
	}
	return split, nil
}

// parseNode reads the number of one of so many nodes.
func parseNode(text string, nodes int) (int32, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err != nil || n < 0 || int(n) >= nodes {
		return 0, fmt.Errorf("%.30q is not a number from 0 to %d", text, nodes-1)
	}
	return int32(n), nil
}

// parseEdge reads the ends of an edge.
func parseEdge(fields []string, nodes int) (Edge, error) {
	if len(fields) != 2 {
		return Edge{}, fmt.Errorf("%d columns, expected 2", len(fields))
	}
	from, err := parseNode(fields[0], nodes)
	if err != nil {
		return Edge{}, err
	}
	to, err := parseNode(fields[1], nodes)
	return Edge{From: from, To: to}, err
}
