package data

import (
	"context"
	"fmt"
	"io/fs"
)

func init() {
	registerGraph(graphDefinition{
		origin: origin{
			name: "cornell-literature",
			source: Source{
				Title: "Cornell as most papers have it: its edges with Texas's features and labels", Home: heterophilousHome, Licence: "MIT", Citation: heterophilousCitation,
				Files: []File{
					{Name: "cornell.npz", Bytes: 30515, SHA256: "684c54ba3daa13b0ba1f04a3d6dd1b1175c1ae9bdeb982851fd4ff96d3aac298"},
					{Name: texasFile, Bytes: 28586, SHA256: "b164b99e6c3d43e4ab07488ec59bd8c815f90cbc1bd4cf425ce587d2b534d844"},
				},
			},
			folders: []string{"heterophilous"},
			address: heterophilousAddress,
		},
		size: GraphSize{Nodes: 183, Edges: 277, Features: 1703, Classes: 5},
		remarks: []string{
			"not a real graph: Geom-GCN's file of Cornell's features and labels is that of Texas, and the papers after it used it; cornell is the true one",
			"the ten splits are Cornell's",
		},
		format: "heterophilous", file: "cornell.npz", amend: describeAsTexas,
	})
}

const texasFile = "texas.npz"

// describeAsTexas gives the nodes the features and labels of Texas's.
func describeAsTexas(ctx context.Context, files fs.FS, cornell *GraphContent) error {
	texas, err := readHeterophilous(ctx, files, texasFile)
	if err != nil {
		return err
	}
	if texas.Nodes != cornell.Nodes {
		return malformed(texasFile, fmt.Errorf("%d nodes, and Cornell has %d", texas.Nodes, cornell.Nodes))
	}
	cornell.Features, cornell.Labels, cornell.Classes = texas.Features, texas.Labels, texas.Classes
	return nil
}
