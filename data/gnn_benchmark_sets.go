package data

const (
	gnnBenchmarkHome     = "https://github.com/shchur/gnn-benchmark"
	gnnBenchmarkAddress  = gnnBenchmarkHome + "/raw/master/data/npz"
	gnnBenchmarkCitation = "O. Shchur, M. Mumme, A. Bojchevski and S. Günnemann. Pitfalls of Graph Neural Network Evaluation. Relational Representation Learning workshop at NeurIPS 2018."
)

func init() {
	registerGraph(graphDefinition{
		origin: origin{
			name: "amazon-computers",
			source: Source{
				Title: "Amazon Computers, products bought together", Home: gnnBenchmarkHome, Licence: "MIT", Citation: gnnBenchmarkCitation,
				Files: []File{{Name: "amazon_electronics_computers.npz", Bytes: 3413729, SHA256: "d05b999eb3bd2f435582e97ba926a7956e8ec6e98d1a60b4388def7368c3d5d0"}},
			},
			folders: []string{"gnn-benchmark"},
			address: gnnBenchmarkAddress,
		},
		size: GraphSize{Nodes: 13752, Edges: 245861, Features: 767, Classes: 10},
		remarks: []string{
			"the files have each edge in one direction or both; here all are undirected",
			"281 nodes have no edge; papers often take the largest component",
		},
		format: "gnn-benchmark", file: "amazon_electronics_computers.npz",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "amazon-photo",
			source: Source{
				Title: "Amazon Photo, products bought together", Home: gnnBenchmarkHome, Licence: "MIT", Citation: gnnBenchmarkCitation,
				Files: []File{{Name: "amazon_electronics_photo.npz", Bytes: 1766825, SHA256: "1847297ca390fdf7166eafe1e8b4a79873b2084fe509613fbc442e3fe141ba4e"}},
			},
			folders: []string{"gnn-benchmark"},
			address: gnnBenchmarkAddress,
		},
		size: GraphSize{Nodes: 7650, Edges: 119081, Features: 745, Classes: 8},
		remarks: []string{
			"the files have each edge in one direction or both; here all are undirected",
			"115 nodes have no edge; papers often take the largest component",
		},
		format: "gnn-benchmark", file: "amazon_electronics_photo.npz",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "coauthor-cs",
			source: Source{
				Title: "Coauthor CS, authors of computer science", Home: gnnBenchmarkHome, Licence: "MIT", Citation: gnnBenchmarkCitation,
				Files: []File{{Name: "ms_academic_cs.npz", Bytes: 2633158, SHA256: "6775a2bbbd626ccee6ff95ffe4e725a9e72980b4b3799dd8a9317d9597a099d3"}},
			},
			folders: []string{"gnn-benchmark"},
			address: gnnBenchmarkAddress,
		},
		size: GraphSize{Nodes: 18333, Edges: 81894, Features: 6805, Classes: 15},
		remarks: []string{
			"the features are counts of words in the files; here they are 0 or 1",
		},
		format: "gnn-benchmark", file: "ms_academic_cs.npz",
		prepare: (*Graph).BinaryFeatures,
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "coauthor-physics",
			source: Source{
				Title: "Coauthor Physics, authors of physics", Home: gnnBenchmarkAddress + "/ms_academic_phy.npz", Licence: "MIT", Citation: gnnBenchmarkCitation,
				Files: []File{{Name: "ms_academic_phy.npz"}},
			},
			folders: []string{"gnn-benchmark"},
		},
		size:    GraphSize{Nodes: 34493, Edges: 247962, Features: 8415, Classes: 5},
		remarks: []string{"the features are 0 or 1, as those of coauthor-cs, whatever the file has"},
		format:  "gnn-benchmark", file: "ms_academic_phy.npz",
		prepare: (*Graph).BinaryFeatures,
	})
}
