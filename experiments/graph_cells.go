package experiments

import (
	"context"

	"espalier/gnn"
	"espalier/seed"
)

// graphCells lists a cell for each seed, graph and method, seed by seed, so that many
// graphs are half done rather than few whole. The network of a graph is named by
// network.
func graphCells(s Setting, sets, methods []string, options any, network func(set string) string,
	run func(context.Context, Work, Desc) (Outcome, error)) ([]Cell, error) {
	var cells []Cell
	for i := range s.Seeds {
		for _, set := range sets {
			for _, method := range methods {
				desc, err := Desc{
					Experiment: s.Experiment.Name, Scale: s.Scale, Data: set, Network: network(set),
					Method: method, Seed: seed.Seed(i + 1),
				}.withOptions(options)
				if err != nil {
					return nil, err
				}
				cells = append(cells, cellOf(desc, run))
			}
		}
	}
	return cells, nil
}

// onGCN names graph convolutions for every graph.
func onGCN(string) string { return string(gnn.KindGCN) }

// orNone is what a method of cgp takes for a hyper-parameter that may be 0, where 0 means
// the paper's value to the method.
func orNone(value float64) float64 {
	if value == 0 {
		return gnn.None
	}
	return value
}
