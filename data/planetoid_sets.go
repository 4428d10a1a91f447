package data

const (
	planetoidHome     = "https://github.com/kimiyoung/planetoid"
	planetoidCitation = "Z. Yang, W. Cohen and R. Salakhutdinov. Revisiting Semi-Supervised Learning with Graph Embeddings. ICML 2016. Data: P. Sen, G. Namata, M. Bilgic, L. Getoor, B. Gallagher and T. Eliassi-Rad. Collective Classification in Network Data. AI Magazine 29(3):93-106, 2008."
)

func init() {
	registerGraph(graphDefinition{
		origin: origin{
			name: "cora",
			source: Source{
				Title: "Cora citation network", Home: planetoidHome, Licence: "MIT", Citation: planetoidCitation,
				Files: []File{
					{Name: "ind.cora.x", Bytes: 22119, SHA256: "23cfa55d91c6f624233f5eb7b6e3f141f1bd2b2ae39608a63cf5d084bb27baab"},
					{Name: "ind.cora.y", Bytes: 4054, SHA256: "94465c14eb53e04ca262198dcbb2521ee8af60fb3f3d546cd6ca24a511b0e7d1"},
					{Name: "ind.cora.tx", Bytes: 148025, SHA256: "b9afbaa4a400df991f6f02ef677e1e44da55ffc04801fd02f9e673987829226a"},
					{Name: "ind.cora.ty", Bytes: 28135, SHA256: "41f5ac76596a1699cc33f53084a2419e92961c42bb75f36fc38e616d348532ad"},
					{Name: "ind.cora.allx", Bytes: 257305, SHA256: "9419ba2f26f5c35243db64aba110e0f35a04851609e0dc5433450676ca6b8543"},
					{Name: "ind.cora.ally", Bytes: 47959, SHA256: "2b998f5cc7fedc86e7f97ca2498f47a1ffc1462c29e2d578b23bf3f62b6e7d71"},
					{Name: "ind.cora.graph", Bytes: 59847, SHA256: "58f13302f39dde8852dad6fe6d15b89b077b6d7f837626bce671ef80344b383d"},
					{Name: "ind.cora.test.index", Bytes: 5000, SHA256: "297ce89af2b51a6a194181c7dbe1796c6a1cf9cd9349a88383b1b1e227867875"},
				},
			},
			embedded: true,
			folders:  []string{"planetoid"},
		},
		size:   GraphSize{Nodes: 2708, Edges: 5278, Features: 1433, Classes: 7},
		format: "planetoid", file: "cora",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "citeseer",
			source: Source{
				Title: "CiteSeer citation network", Home: planetoidHome, Licence: "MIT", Citation: planetoidCitation,
				Files: []File{
					{Name: "ind.citeseer.x", Bytes: 31087, SHA256: "d20de19150741e555de0ed037195630fc194114ebc7fd72ced62810148aa22f6"},
					{Name: "ind.citeseer.y", Bytes: 3014, SHA256: "8ba87e515d8e3ee3cf52f6d2c5b86aa73f11ecad825a808455209ec26cd54924"},
					{Name: "ind.citeseer.tx", Bytes: 260321, SHA256: "539a8906a2da97628d212f2fdd668c109a8b3f0d36574b59e5d3fd5b5303da21"},
					{Name: "ind.citeseer.ty", Bytes: 24135, SHA256: "55e5bd1ba1e733a04598753ad1a8d57957f4b8f89e74519f41f4f4938767e4ce"},
					{Name: "ind.citeseer.allx", Bytes: 595021, SHA256: "2ac30345d95c9ec933a817ee0bdd6a5f077f8c184a20e696910192d534414668"},
					{Name: "ind.citeseer.ally", Bytes: 55623, SHA256: "f704b2d986dde6c2669934de1f3ae5696a6cf9455c0f6b2646a2d135ea0a1c95"},
					{Name: "ind.citeseer.graph", Bytes: 61987, SHA256: "d79a4ef9d3e7169aee8946145f6b7306e35bc79bffad26346cfb94e10e9912a7"},
					{Name: "ind.citeseer.test.index", Bytes: 5000, SHA256: "2af990671580b6b2df5d158d1038f8292e30c9cd821b5453f399659b25b723d4"},
				},
			},
			folders: []string{"planetoid"},
			address: "https://raw.githubusercontent.com/kimiyoung/planetoid/master/data",
		},
		size: GraphSize{Nodes: 3327, Edges: 4552, Features: 3703, Classes: 6},
		remarks: []string{
			"15 nodes have neither features nor a label: they count as class 0 and are in no part of the public split",
			"48 nodes have no edge",
		},
		format: "planetoid", file: "citeseer",
	})
	registerGraph(graphDefinition{
		origin: origin{
			name: "pubmed",
			source: Source{
				Title: "PubMed citation network on diabetes", Home: planetoidHome + "/tree/master/data", Licence: "MIT", Citation: planetoidCitation,
				Files: []File{
					{Name: "ind.pubmed.x", Bytes: 23172},
					{Name: "ind.pubmed.y"},
					{Name: "ind.pubmed.tx", Bytes: 405505},
					{Name: "ind.pubmed.ty"},
					{Name: "ind.pubmed.allx"},
					{Name: "ind.pubmed.ally", Bytes: 224739},
					{Name: "ind.pubmed.graph", Bytes: 471808},
					{Name: "ind.pubmed.test.index"},
				},
			},
			folders: []string{"planetoid"},
		},
		size:   GraphSize{Nodes: 19717, Edges: 44324, Features: 500, Classes: 3},
		format: "planetoid", file: "pubmed",
	})
}
