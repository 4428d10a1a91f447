package data

const (
	heterophilousHome     = "https://github.com/yandex-research/heterophilous-graphs"
	heterophilousAddress  = heterophilousHome + "/raw/main/data"
	heterophilousCitation = "O. Platonov, D. Kuznedelev, M. Diskin, A. Babenko and L. Prokhorenkova. A critical look at the evaluation of GNNs under heterophily: are we really making progress? ICLR 2023."
)

// The files of two sets that a third is made of.
var (
	cornellFile = File{Name: "cornell.npz", Bytes: 30515, SHA256: "684c54ba3daa13b0ba1f04a3d6dd1b1175c1ae9bdeb982851fd4ff96d3aac298"}
	texasFile   = File{Name: "texas.npz", Bytes: 28586, SHA256: "b164b99e6c3d43e4ab07488ec59bd8c815f90cbc1bd4cf425ce587d2b534d844"}
)

func init() {
	registerGraph(graphDefinition{
		origin: origin{
			name: "actor",
			source: Source{
				Title: "Actor, co-occurrence on Wikipedia pages", Home: heterophilousHome, Licence: "MIT", Citation: heterophilousCitation,
				Files: []File{{Name: "actor.npz", Bytes: 252956, SHA256: "c350eef06b2c2a9bf8218be2b57cac6d4003d0922eb597a039e9123f75817816"}},
			},
			folders: []string{"heterophilous"},
			address: heterophilousAddress,
		},
		size: GraphSize{Nodes: 7600, Edges: 26659, Features: 932, Classes: 5},
		remarks: []string{
			"the ten splits are those of Geom-GCN: 48/32/20 % of all nodes, not of each class",
		},
		format: "heterophilous", file: "actor.npz",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "chameleon",
			source: Source{
				Title: "Chameleon, links between Wikipedia pages", Home: heterophilousHome, Licence: "MIT", Citation: heterophilousCitation,
				Files: []File{{Name: "chameleon.npz", Bytes: 177840, SHA256: "4c640bd2877fc4f9f101531e2f977bc16445a54e09a5cb01178df608e552f3fd"}},
			},
			folders: []string{"heterophilous"},
			address: heterophilousAddress,
		},
		size: GraphSize{Nodes: 2277, Edges: 31371, Features: 2325, Classes: 5},
		remarks: []string{
			"the ten splits are those of Geom-GCN: 48/32/20 % of all nodes, not of each class",
			"nodes come several times with the same neighbours and label, across training and test: prefer chameleon-filtered",
		},
		format: "heterophilous", file: "chameleon.npz",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "chameleon-filtered",
			source: Source{
				Title: "Chameleon without duplicate nodes", Home: heterophilousHome, Licence: "MIT", Citation: heterophilousCitation,
				Files: []File{{Name: "chameleon_filtered.npz", Bytes: 58924, SHA256: "bf46f07e1fb5249280447e5fe3100f3e82fc4b93ad1e13ffcfdec924b6ac0bb5"}},
			},
			folders: []string{"heterophilous"},
			address: heterophilousAddress,
		},
		size:   GraphSize{Nodes: 890, Edges: 8854, Features: 2325, Classes: 5},
		format: "heterophilous", file: "chameleon_filtered.npz",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "cornell",
			source: Source{
				Title: "Cornell, pages of a university", Home: heterophilousHome, Licence: "MIT", Citation: heterophilousCitation,
				Files: []File{cornellFile},
			},
			folders: []string{"heterophilous"},
			address: heterophilousAddress,
		},
		size: GraphSize{Nodes: 183, Edges: 277, Features: 1703, Classes: 5},
		remarks: []string{
			"the ten splits are those of Geom-GCN: 48/32/20 % of all nodes, not of each class",
			"many papers use a file of Cornell that has Texas's features and labels, cornell-literature; this is the true Cornell",
		},
		format: "heterophilous", file: cornellFile.Name,
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "minesweeper",
			source: Source{
				Title: "Minesweeper, a grid of fields", Home: heterophilousHome, Licence: "MIT", Citation: heterophilousCitation,
				Files: []File{{Name: "minesweeper.npz", Bytes: 135045, SHA256: "e664c8dacf1e8ac466c2c09ed4b237bd2c5541f47a6eae9c6092cb87f16412b3"}},
			},
			folders: []string{"heterophilous"},
			address: heterophilousAddress,
		},
		size: GraphSize{Nodes: 10000, Edges: 39402, Features: 7, Classes: 2},
		remarks: []string{
			"the classes are unbalanced, 8,000 and 2,000: papers report ROC AUC",
		},
		format: "heterophilous", file: "minesweeper.npz",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "texas",
			source: Source{
				Title: "Texas, pages of a university", Home: heterophilousHome, Licence: "MIT", Citation: heterophilousCitation,
				Files: []File{texasFile},
			},
			folders: []string{"heterophilous"},
			address: heterophilousAddress,
		},
		size: GraphSize{Nodes: 183, Edges: 279, Features: 1703, Classes: 5},
		remarks: []string{
			"the ten splits are those of Geom-GCN: 48/32/20 % of all nodes, not of each class",
			"class 1 has a single node, which four of the splits have for validation or testing",
		},
		format: "heterophilous", file: texasFile.Name,
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "wisconsin",
			source: Source{
				Title: "Wisconsin, pages of a university", Home: heterophilousAddress + "/wisconsin.npz", Licence: "MIT", Citation: heterophilousCitation,
				Files: []File{{Name: "wisconsin.npz", Bytes: 41672}},
			},
			folders: []string{"heterophilous"},
		},
		size: GraphSize{Nodes: 251, Edges: 450, Features: 1703, Classes: 5},
		remarks: []string{
			"the ten splits are those of Geom-GCN: 48/32/20 % of all nodes, not of each class",
		},
		format: "heterophilous", file: "wisconsin.npz",
	})
}
