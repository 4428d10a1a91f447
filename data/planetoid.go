package data

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"strconv"

	"espalier/internal/numpy"
	"espalier/internal/pickle"
)

// planetoidValidation is how many nodes behind the training nodes are for
// validation in the public split.
const planetoidValidation = 500

// planetoid is what the eight files of a graph hold. Their names end in x, the
// features of the training nodes; allx, of all nodes that are not for testing, of
// which x is the beginning; tx, of the test nodes, in the order of test.index; y,
// ally and ty, the labels of these, one of a row is 1; and graph, the neighbours of
// each node.
//
// Source: Z. Yang, W. Cohen and R. Salakhutdinov, "Revisiting Semi-Supervised
// Learning with Graph Embeddings", ICML 2016, and its files.
type planetoid struct {
	allx, tx    *numpy.Matrix
	y, ally, ty []int32
	neighbours  *pickle.Dictionary
	test        []int32
}

func init() { graphFormats.Register("planetoid", readPlanetoid) }

// readPlanetoid reads the files ind.NAME.x and so on as they are: CiteSeer's list
// of neighbours has duplicates and loops. The one split is the public one: the
// labelled nodes, the next 500, and those of test.index. A node without label and
// features, of which CiteSeer has 15, gets class 0.
func readPlanetoid(ctx context.Context, files fs.FS, name string) (GraphContent, error) {
	var p planetoid
	file := func(part string) string { return "ind." + name + "." + part }
	for _, read := range []struct {
		part  string
		parse func([]byte) error
	}{
		{"allx", unpickled(&p.allx)},
		{"tx", unpickled(&p.tx)},
		{"y", oneHot(&p.y)},
		{"ally", oneHot(&p.ally)},
		{"ty", oneHot(&p.ty)},
		{"graph", unpickled(&p.neighbours)},
		{"test.index", p.parseTest},
	} {
		content, err := readFile(ctx, files, file(read.part))
		if err != nil {
			return GraphContent{}, err
		}
		if err := read.parse(content); err != nil {
			return GraphContent{}, malformed(file(read.part), err)
		}
	}
	content, part, err := p.assemble()
	if err != nil {
		return GraphContent{}, malformed(file(part), err)
	}
	return content, nil
}

// unpickled reads a value of a type.
func unpickled[T any](to *T) func([]byte) error {
	return func(content []byte) error {
		value, err := numpy.Unpickle(content)
		if err != nil {
			return err
		}
		typed, ok := value.(T)
		if !ok {
			return fmt.Errorf("it holds %s, expected a %T", pickle.Describe(value), *to)
		}
		*to = typed
		return nil
	}
}

// oneHot reads a matrix of labels: the first greatest column of each row.
func oneHot(to *[]int32) func([]byte) error {
	return func(content []byte) error {
		var array *numpy.Array
		if err := unpickled(&array)(content); err != nil {
			return err
		}
		if err := array.Expect(-1, -1); err != nil {
			return err
		}
		values, err := array.Integers()
		if err != nil {
			return err
		}
		rows, classes := array.Shape[0], array.Shape[1]
		if classes == 0 {
			return errors.New("labels of no classes")
		}
		*to = make([]int32, rows)
		for row := range rows {
			best := 0
			for class, value := range values[row*classes : (row+1)*classes] {
				if value > values[row*classes+best] {
					best = class
				}
			}
			(*to)[row] = int32(best)
		}
		return nil
	}
}

// parseTest reads the numbers of the test nodes, one in a line.
func (p *planetoid) parseTest(content []byte) error {
	for line := range bytes.Lines(content) {
		text := bytes.TrimSpace(line)
		if len(text) == 0 {
			continue
		}
		node, err := strconv.ParseInt(string(text), 10, 32)
		if err != nil || node < 0 {
			return fmt.Errorf("line %d: %.30q is not the number of a node", len(p.test)+1, text)
		}
		p.test = append(p.test, int32(node))
	}
	return nil
}

// assemble puts the parts together, or tells which part does not fit.
func (p *planetoid) assemble() (content GraphContent, part string, err error) {
	switch {
	case len(p.ally) != p.allx.Rows:
		return content, "ally", fmt.Errorf("labels of %d nodes, features of %d", len(p.ally), p.allx.Rows)
	case len(p.y) > len(p.ally):
		return content, "y", fmt.Errorf("%d training nodes, but %d in all", len(p.y), len(p.ally))
	case p.tx.Cols != p.allx.Cols:
		return content, "tx", fmt.Errorf("%d features, but the other nodes have %d", p.tx.Cols, p.allx.Cols)
	case len(p.ty) != p.tx.Rows:
		return content, "ty", fmt.Errorf("labels of %d nodes, features of %d", len(p.ty), p.tx.Rows)
	case len(p.test) != p.tx.Rows:
		return content, "test.index", fmt.Errorf("%d nodes, features of %d", len(p.test), p.tx.Rows)
	}
	edges, err := p.edges()
	if err != nil {
		return content, "graph", err
	}
	content = GraphContent{Nodes: len(p.neighbours.Entries), Edges: edges}
	rows, err := p.testRows(content.Nodes)
	if err != nil {
		return content, "test.index", err
	}
	if content.Features, err = p.features(rows); err != nil {
		return content, "allx", err
	}
	content.Labels = p.labels(rows)
	content.Classes = classesOf(content.Labels)
	public := NodeSplit{Name: "public", Test: p.test}
	for node := range int32(min(len(p.y)+planetoidValidation, len(p.ally))) {
		if int(node) < len(p.y) {
			public.Train = append(public.Train, node)
		} else {
			public.Validation = append(public.Validation, node)
		}
	}
	content.Splits = []NodeSplit{public}
	return content, "", nil
}

// edges are the neighbours of each node, which must be 0, 1, 2 and so on in any
// order.
func (p *planetoid) edges() ([]Edge, error) {
	nodes := len(p.neighbours.Entries)
	if nodes >= math.MaxInt32 {
		return nil, fmt.Errorf("%d nodes are too many", nodes)
	}
	number := func(value any) (int32, error) {
		node, ok := value.(int)
		if !ok || node < 0 || node >= nodes {
			return 0, fmt.Errorf("%s instead of one of the %d nodes", describeNode(value), nodes)
		}
		return int32(node), nil
	}
	var edges []Edge
	seen := make([]bool, nodes)
	for _, e := range p.neighbours.Entries {
		from, err := number(e.Key)
		if err != nil {
			return nil, err
		}
		list, ok := e.Value.(*pickle.List)
		if !ok || seen[from] {
			return nil, fmt.Errorf("node %d comes twice or has %s for its neighbours", from, pickle.Describe(e.Value))
		}
		seen[from] = true
		for _, item := range list.Items {
			to, err := number(item)
			if err != nil {
				return nil, fmt.Errorf("a neighbour of node %d: %w", from, err)
			}
			edges = append(edges, Edge{From: from, To: to})
		}
	}
	return edges, nil
}

func describeNode(value any) string {
	if n, ok := value.(int); ok {
		return strconv.Itoa(n)
	}
	return pickle.Describe(value)
}

// testRows returns for each node its row in tx, or −1.
func (p *planetoid) testRows(nodes int) ([]int32, error) {
	if len(p.ally) > nodes {
		return nil, fmt.Errorf("features of %d nodes, but the graph has %d", len(p.ally), nodes)
	}
	rows := make([]int32, nodes)
	for i := range rows {
		rows[i] = -1
	}
	for row, node := range p.test {
		if int(node) < len(p.ally) || int(node) >= nodes || rows[node] >= 0 {
			return nil, fmt.Errorf("test node %d, which is not from %d to %d or comes twice", node, len(p.ally), nodes-1)
		}
		rows[node] = int32(row)
	}
	return rows, nil
}

func (p *planetoid) features(rows []int32) (*Features, error) {
	starts := make([]int32, 1, len(rows)+1)
	var indices []int32
	var values []float32
	for node, row := range rows {
		from, matrix := int(row), p.tx
		if node < p.allx.Rows {
			from, matrix = node, p.allx
		}
		if from >= 0 {
			begin, end := matrix.Starts[from], matrix.Starts[from+1]
			indices = append(indices, matrix.Columns[begin:end]...)
			values = append(values, matrix.Values[begin:end]...)
		}
		starts = append(starts, int32(len(indices)))
	}
	return NewSparseFeatures(p.allx.Cols, starts, indices, values)
}

func (p *planetoid) labels(rows []int32) []int32 {
	labels := make([]int32, len(rows))
	copy(labels, p.ally)
	for node, row := range rows {
		if row >= 0 {
			labels[node] = p.ty[row]
		}
	}
	return labels
}
