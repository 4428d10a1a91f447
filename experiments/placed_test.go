package experiments_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"espalier/experiments"
)

// Networks and methods with a place are of that place alone, the others of all.
func TestPlacedNames(t *testing.T) {
	plan, err := experiments.NewPlan(experiments.Request{Experiment: "cgp/cosparsify", Set: map[string]string{
		"data": "cora,texas", "networks": "sgc, gcn@texas,sgc@cora", "methods": "edges,weights@gcn",
	}})
	if err != nil {
		t.Fatal(err)
	}
	var cells []string
	for _, cell := range plan.Cells {
		cells = append(cells, fmt.Sprintf("%s of %s on %s", cell.Desc.Method, cell.Desc.Network, cell.Desc.Data))
	}
	want := []string{"edges of sgc on cora", "edges of sgc on texas", "edges of gcn on texas", "weights of gcn on texas"}
	if !slices.Equal(cells, want) {
		t.Errorf("cells %q, want %q", cells, want)
	}
	cost, err := plan.Experiment.Cost(plan.Setting)
	if err != nil || cost.Cells != len(want) {
		t.Errorf("cost of %d cells, error %v", cost.Cells, err)
	}
}

func TestPlacedNamesUsageErrors(t *testing.T) {
	for _, set := range []map[string]string{
		{"networks": "gcn@nowhere"}, {"networks": "gcn@"}, {"networks": "gcn,gcn"}, {"networks": "@cora"},
		{"methods": "edges@cora"}, {"methods": "edges@gcn@cora"}, {"methods": ""},
	} {
		_, err := experiments.NewPlan(experiments.Request{Experiment: "cgp/cosparsify", Set: set})
		var usage *experiments.UsageError
		if !errors.As(err, &usage) {
			t.Errorf("%v: error %v", set, err)
		}
	}
}

// The scale that is meant for an afternoon on two cores is one.
func TestGraphExperimentsFitAnAfternoon(t *testing.T) {
	for name, hours := range map[string]float64{"cgp/cosparsify": 3, "cgp/tickets": 4, "cgp/earlybird": .5, "cgp/sparsetraining": .5} {
		plan, err := experiments.NewPlan(experiments.Request{Experiment: name, Scale: experiments.Bench})
		if err != nil {
			t.Fatal(err)
		}
		cost, err := plan.Experiment.Cost(plan.Setting)
		if err != nil || cost.Minutes > 60*hours || cost.Cells != len(plan.Cells) {
			t.Errorf("%s takes %.0f minutes for %d cells and lists %d, error %v", name, cost.Minutes, cost.Cells, len(plan.Cells), err)
		}
	}
}
