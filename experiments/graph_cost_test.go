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
	minutesOf := func(set map[string]string) float64 {
		setting, err := e.Setting(experiments.Paper, 0, set)
		if err != nil {
			t.Fatal(err)
		}
		cost, err := e.Cost(setting)
		if err != nil {
			t.Fatalf("%v: %v", set, err)
		}
		return cost.Minutes
	}
	minutes := make(map[string]float64)
	for _, set := range data.GraphNames() {
		if _, err := gnn.ProtocolOf(set); err != nil {
			continue
		}
		minutes[set] = minutesOf(map[string]string{"data": set})
	}
	if untimed := minutesOf(map[string]string{"data": "cora", "timed": "false"}); !(untimed < minutes["cora"]) {
		t.Errorf("Cora takes %v minutes with times, and %v without", minutes["cora"], untimed)
	}
	order := []string{"texas", "wisconsin", "cora", "wiki-cs", "coauthor-physics", "ogbn-arxiv"}
	for i, set := range order[1:] {
		if !(minutes[set] > minutes[order[i]]) {
			t.Errorf("%s takes %v minutes, and %s %v", set, minutes[set], order[i], minutes[order[i]])
		}
	}
}
