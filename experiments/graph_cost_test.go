package experiments_test

import (
	"testing"

	"espalier/data"
	"espalier/experiments"
	"espalier/gnn"
)

// Every graph whose nodes are classified is counted with its own size: the larger takes
// the longer.
func TestCostsOfGraphs(t *testing.T) {
	e, err := experiments.Find("cgp/cosparsify")
	if err != nil {
		t.Fatal(err)
	}
	minutes := make(map[string]float64)
	for _, set := range data.GraphNames() {
		if _, err := gnn.ProtocolOf(set); err != nil {
			continue
		}
		setting, err := e.Setting(experiments.Paper, 0, map[string]string{"data": set})
		if err != nil {
			t.Fatal(err)
		}
		cost, err := e.Cost(setting)
		if err != nil {
			t.Fatalf("%s: %v", set, err)
		}
		minutes[set] = cost.Minutes
	}
	order := []string{"texas", "wisconsin", "cora", "wiki-cs", "coauthor-physics", "ogbn-arxiv"}
	for i, set := range order[1:] {
		if !(minutes[set] > minutes[order[i]]) {
			t.Errorf("%s takes %v minutes, and %s %v", set, minutes[set], order[i], minutes[order[i]])
		}
	}
}
