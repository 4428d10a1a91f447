package experiments

import (
	"slices"

	"espalier/seed"
)

// methodCells are an experiment's cells: for each data set and seed one for each
// method and for what it needs, each after those.
func methodCells(s Setting, sets []string, network string, methods []string, needs func(method string) []string, cell func(d Desc, needs ...Desc) Cell) ([]Cell, error) {
	var cells []Cell
	for _, set := range sets {
		for i := range s.Seeds {
			desc, err := Desc{
				Experiment: s.Experiment.Name, Scale: s.Scale, Data: set, Network: network, Seed: seed.Seed(i + 1),
			}.withOptions(s.Options)
			if err != nil {
				return nil, err
			}
			of := func(method string) Desc {
				d := desc
				d.Method = method
				return d
			}
			for _, method := range withNeeds(methods, needs) {
				var needed []Desc
				for _, need := range needs(method) {
					needed = append(needed, of(need))
				}
				cells = append(cells, cell(of(method), needed...))
			}
		}
	}
	return cells, nil
}

// withNeeds lists methods and what they need, each once and after what it needs.
func withNeeds(methods []string, needs func(method string) []string) []string {
	var all []string
	for _, method := range methods {
		for _, need := range append(withNeeds(needs(method), needs), method) {
			if !slices.Contains(all, need) {
				all = append(all, need)
			}
		}
	}
	return all
}
