package data

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"strconv"
)

func init() {
	graphFormats.Register("wiki-cs", readWikiCS)
	registerGraph(graphDefinition{
		origin: origin{
			name: "wiki-cs",
			source: Source{
				Title:    "Wiki-CS, Wikipedia articles on computer science",
				Home:     "https://github.com/pmernyei/wiki-cs-dataset/raw/master/dataset/data.json",
				Licence:  "MIT",
				Citation: "P. Mernyei and C. Cangea. Wiki-CS: A Wikipedia-Based Benchmark for Graph Neural Networks. GRL+ workshop at ICML 2020.",
				Files:    []File{{Name: "data.json"}},
			},
			folders: []string{"wiki-cs"},
		},
		size: GraphSize{Nodes: 11701, Edges: 216123, Features: 300, Classes: 10},
		// 216,123 with links that come twice.
		otherEdges: true,
		remarks:    []string{"beside training, validation and test nodes there are nodes for early stopping, which no part of a split has"},
		format:     "wiki-cs", file: "data.json",
	})
}

// wikiCS is the content of data.json: links has the neighbours of each node, and a
// mask a row for each split, but test_mask is the same in all.
type wikiCS struct {
	Features   [][]float32 `json:"features"`
	Labels     []int32     `json:"labels"`
	Links      [][]int32   `json:"links"`
	Train      [][]bool    `json:"train_masks"`
	Validation [][]bool    `json:"val_masks"`
	Test       []bool      `json:"test_mask"`
}

// readWikiCS reads the file data.json of Wiki-CS.
func readWikiCS(ctx context.Context, files fs.FS, name string) (GraphContent, error) {
	content, err := readFile(ctx, files, name)
	if err != nil {
		return GraphContent{}, err
	}
	graph, err := parseWikiCS(content)
	if err != nil {
		return GraphContent{}, malformed(name, err)
	}
	return graph, nil
}

func parseWikiCS(content []byte) (GraphContent, error) {
	var w wikiCS
	if err := json.Unmarshal(content, &w); err != nil {
		return GraphContent{}, err
	}
	nodes := len(w.Labels)
	if len(w.Features) != nodes || len(w.Links) != nodes || len(w.Test) != nodes || len(w.Train) != len(w.Validation) {
		return GraphContent{}, fmt.Errorf("%d labels, %d features, %d links, %d test marks, %d and %d masks do not fit together",
			nodes, len(w.Features), len(w.Links), len(w.Test), len(w.Train), len(w.Validation))
	}
	graph := GraphContent{Nodes: nodes, Labels: w.Labels, Classes: classesOf(w.Labels)}
	for from, row := range w.Links {
		for _, to := range row {
			graph.Edges = append(graph.Edges, Edge{From: int32(from), To: to})
		}
	}
	var err error
	if graph.Features, err = featuresOf(w.Features); err != nil {
		return GraphContent{}, err
	}
	for k := range w.Train {
		if len(w.Train[k]) != nodes || len(w.Validation[k]) != nodes {
			return GraphContent{}, fmt.Errorf("split %d has %d and %d marks for %d nodes", k, len(w.Train[k]), len(w.Validation[k]), nodes)
		}
		split := NodeSplit{Name: strconv.Itoa(k)}
		for part, mask := range [][]bool{w.Train[k], w.Validation[k], w.Test} {
			split.fill(part, mask)
		}
		graph.Splits = append(graph.Splits, split)
	}
	return graph, nil
}

// featuresOf makes features of rows, which must be equally long.
func featuresOf(rows [][]float32) (*Features, error) {
	columns := 0
	if len(rows) > 0 {
		columns = len(rows[0])
	}
	var values []float32
	for i, row := range rows {
		if len(row) != columns {
			return nil, fmt.Errorf("%d features of node %d, expected %d", len(row), i, columns)
		}
		values = append(values, row...)
	}
	return NewDenseFeatures(len(rows), columns, values)
}
