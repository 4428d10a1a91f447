package data

func init() {
	registerGraph(graphDefinition{
		origin: origin{
			name: "ogbn-arxiv",
			source: Source{
				Title:    "ogbn-arxiv, citations between papers of arXiv",
				Home:     "http://snap.stanford.edu/ogb/data/nodeproppred/arxiv.zip",
				Licence:  "ODC-BY",
				Citation: "W. Hu, M. Fey, M. Zitnik, Y. Dong, H. Ren, B. Liu, M. Catasta and J. Leskovec. Open Graph Benchmark: Datasets for Machine Learning on Graphs. NeurIPS 2020.",
				Files: []File{
					{Name: "raw/edge.csv.gz"},
					{Name: "raw/node-feat.csv.gz"},
					{Name: "raw/node-label.csv.gz"},
					{Name: "split/time/train.csv.gz"},
					{Name: "split/time/valid.csv.gz"},
					{Name: "split/time/test.csv.gz"},
				},
			},
			folders: []string{"arxiv", "ogbn_arxiv"},
		},
		size:    GraphSize{Nodes: 169343, Edges: 1157799, Features: 128, Classes: 40},
		remarks: []string{"the citations are directed; here all edges are undirected"},
		format:  "ogb", file: ".",
	})
}
