package experiments

import (
	"slices"
	"strings"

	"espalier/cgp"
	"espalier/data"
)

// placed are names, each for every place or, as in gat@cora, for one alone, so that a
// grid can be wide where it is cheap.
type placed []string

// at are the names that are for one of some places, in their order.
func (p placed) at(places ...string) []string {
	var names []string
	for _, entry := range p {
		name, place, limited := strings.Cut(entry, "@")
		if (!limited || slices.Contains(places, place)) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// MarshalText writes the names with commas between.
func (p placed) MarshalText() ([]byte, error) { return []byte(strings.Join(p, ",")), nil }

// readPlaced reads names of a kind and the places of some.
func readPlaced(text []byte, kind string, names []string, kindOfPlace string, places []string) (placed, error) {
	var list placed
	err := readList(&list, text, func(entry string) (string, error) {
		name, place, limited := strings.Cut(entry, "@")
		if err := named(kind, name, names); err != nil {
			return "", err
		}
		if limited {
			return entry, named(kindOfPlace, place, places)
		}
		return entry, nil
	})
	return list, err
}

// placedNetworks are networks that CGP prunes, some on one graph alone.
type placedNetworks struct{ placed }

// UnmarshalText reads networks, each once for a graph.
func (n *placedNetworks) UnmarshalText(text []byte) (err error) {
	n.placed, err = readPlaced(text, "network", cgp.BackboneNames(), "graph", data.GraphNames())
	return err
}

// placedMethods are methods of cgp/cosparsify, some for one network alone.
type placedMethods struct{ placed }

// UnmarshalText reads methods, each once for a network.
func (m *placedMethods) UnmarshalText(text []byte) (err error) {
	names := make([]string, len(cosparsifyMethods))
	for i, method := range cosparsifyMethods {
		names[i] = method.Name
	}
	m.placed, err = readPlaced(text, "method", names, "network", cgp.BackboneNames())
	return err
}
