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
				Files: []File{cornellFile, texasFile},
			},
			folders: []string{"heterophilous"},
			address: heterophilousAddress,
		},
		size: GraphSize{Nodes: 183, Edges: 277, Features: 1703, Classes: 5},
		remarks: []string{
			"not a real graph: Geom-GCN's file of Cornell's features and labels is that of Texas, and the papers after it used it; cornell is the true one",
			"the ten splits are Cornell's",
		},
		format: "heterophilous", file: cornellFile.Name, amend: describeAsTexas,
	})
}

// describeAsTexas gives the nodes the features and labels of Texas's.
func describeAsTexas(ctx context.Context, files fs.FS, cornell *GraphContent) error {
	texas, err := readHeterophilous(ctx, files, texasFile.Name)
	if err != nil {
		return err
	}
	if texas.Nodes != cornell.Nodes {
		return malformed(texasFile.Name, fmt.Errorf("%d nodes, and Cornell has %d", texas.Nodes, cornell.Nodes))
	}
	cornell.Features, cornell.Labels, cornell.Classes = texas.Features, texas.Labels, texas.Classes
	return nil
}
