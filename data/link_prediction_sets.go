package data

const (
	sealHome     = "https://github.com/muhanzhang/SEAL"
	sealAddress  = sealHome + "/raw/master/Python/data"
	sealCitation = "M. Zhang and Y. Chen. Link Prediction Based on Graph Neural Networks. NeurIPS 2018."
)

func init() {
	registerGraph(graphDefinition{
		origin: origin{
			name: "celegans",
			source: Source{
				Title: "C. elegans, the neural network of a worm", Home: sealHome, Licence: "MIT", Citation: sealCitation,
				Files: []File{{Name: "Celegans.mat", Bytes: 6263, SHA256: "450bb6f3ca833a65f53ee59103945ef87da70de2c6d262b1a760b9eefce287d6"}},
			},
			folders: []string{"link-prediction"},
			address: sealAddress,
		},
		size:   GraphSize{Nodes: 297, Edges: 2148, Features: 0, Classes: 0},
		format: "matlab", file: "Celegans.mat",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "ns",
			source: Source{
				Title: "NS, co-authors in network science", Home: sealHome, Licence: "MIT", Citation: sealCitation,
				Files: []File{{Name: "NS.mat", Bytes: 9379, SHA256: "c69258a674e13115e34ec11343c92f352bcec635baf3fe40f0adf6e8a5037019"}},
			},
			folders: []string{"link-prediction"},
			address: sealAddress,
		},
		size:   GraphSize{Nodes: 1589, Edges: 2742, Features: 0, Classes: 0},
		format: "matlab", file: "NS.mat",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "pb",
			source: Source{
				Title: "PB, links between political blogs of the US", Home: sealHome, Licence: "MIT", Citation: sealCitation,
				Files: []File{{Name: "PB.mat", Bytes: 51773, SHA256: "c0eca0a3b5bac0ecd46491c2a1e080ec22e445d28f9975bc776dc07b3d672d88"}},
			},
			folders: []string{"link-prediction"},
			address: sealAddress,
		},
		size:   GraphSize{Nodes: 1222, Edges: 16714, Features: 0, Classes: 0},
		format: "matlab", file: "PB.mat",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "power",
			source: Source{
				Title: "Power, the electrical grid of the western US", Home: sealHome, Licence: "MIT", Citation: sealCitation,
				Files: []File{{Name: "Power.mat", Bytes: 31194, SHA256: "87d7b9d5449b6a18fad4fdd662efd33be84c805ea66692f9e2e0791569c5a478"}},
			},
			folders: []string{"link-prediction"},
			address: sealAddress,
		},
		size:   GraphSize{Nodes: 4941, Edges: 6594, Features: 0, Classes: 0},
		format: "matlab", file: "Power.mat",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "usair",
			source: Source{
				Title: "USAir, flights between airports", Home: sealHome, Licence: "MIT", Citation: sealCitation,
				Files: []File{{Name: "USAir.mat", Bytes: 5213, SHA256: "6b48a37e2bb398234e5383787c30dca087de704366a2b7b05d64cc2f53210e0b"}},
			},
			folders: []string{"link-prediction"},
			address: sealAddress,
		},
		size:   GraphSize{Nodes: 332, Edges: 2126, Features: 0, Classes: 0},
		format: "matlab", file: "USAir.mat",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "yeast",
			source: Source{
				Title: "Yeast, interactions of proteins", Home: sealHome, Licence: "MIT", Citation: sealCitation,
				Files: []File{{Name: "Yeast.mat", Bytes: 34354, SHA256: "2d199acffa6cecd9dfd0d13f0c4eaecd34158e83f1a717e5da7e38089692e112"}},
			},
			folders: []string{"link-prediction"},
			address: sealAddress,
		},
		size:   GraphSize{Nodes: 2375, Edges: 11693, Features: 0, Classes: 0},
		format: "matlab", file: "Yeast.mat",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "college-msg",
			source: Source{
				Title: "CollegeMsg, messages between students", Home: "https://snap.stanford.edu/data/CollegeMsg.html", Licence: "none stated; citation asked for", Citation: "P. Panzarasa, T. Opsahl and K. Carley. Patterns and dynamics of users' behavior and interaction: Network analysis of an online community. Journal of the American Society for Information Science and Technology 60(5):911-932, 2009.",
				Files: []File{{Name: "CollegeMsg.txt", Bytes: 1150439, SHA256: "e00ba2415373dee52c00616065bcceaa4750e78de60d1855c76470600f10740f"}},
			},
			folders: []string{"link-prediction"},
		},
		size: GraphSize{Nodes: 1899, Edges: 13838, Features: 0, Classes: 0},
		remarks: []string{
			"59,835 messages, each from one student to another at a time; here two students are joined if either wrote to the other, and ReadTimedEdges has the times",
		},
		format: "timed", file: "CollegeMsg.txt",
	})
}
