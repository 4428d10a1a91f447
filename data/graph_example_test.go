package data_test

import (
	"context"
	"fmt"
	"log"

	"espalier/data"
)

func ExampleOpenGraph() {
	cora, err := data.OpenGraph(context.Background(), "cora", "")
	if err != nil {
		log.Fatal(err)
	}
	counts, public := cora.Counts(), cora.Splits()[0]
	homophily, _ := cora.Homophily()
	fmt.Println(cora.Nodes(), "nodes,", counts.Edges, "edges,", cora.Features().Columns(), "features,", cora.Classes(), "classes")
	fmt.Println(len(public.Train), "training,", len(public.Validation), "validation and", len(public.Test), "test nodes")
	fmt.Printf("%.4f of the edges are between nodes of one class\n", homophily)
	// Output:
	// 2708 nodes, 5278 edges, 1433 features, 7 classes
	// 140 training, 500 validation and 1000 test nodes
	// 0.8100 of the edges are between nodes of one class
}

func ExamplePerClassSplit() {
	cora, err := data.OpenGraph(context.Background(), "cora", "")
	if err != nil {
		log.Fatal(err)
	}
	split, err := data.PerClassSplit{}.Split(cora.LargestComponent(), 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %d, %d and %d nodes\n", split.Name, len(split.Train), len(split.Validation), len(split.Test))
	// Output:
	// 20 + 30 a class: 140, 210 and 2135 nodes
}

func ExampleGraph_SplitLinks() {
	cora, err := data.OpenGraph(context.Background(), "cora", "")
	if err != nil {
		log.Fatal(err)
	}
	links, err := cora.SplitLinks(data.LinkSplitOptions{}, 1)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(links.Graph.Counts().Edges, "edges are left,", len(links.Test.Positive), "are to be found among", 2*len(links.Test.Positive), "pairs")
	// Output:
	// 4488 edges are left, 527 are to be found among 1054 pairs
}
