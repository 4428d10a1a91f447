package experiments_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"espalier/experiments"
)

func TestSummariseTakesMeanAndSampleDeviation(t *testing.T) {
	var rows []experiments.Row
	for seed, accuracy := range []float64{0.90, 0.94, 0.95} {
		rows = append(rows, row("tickets", seed+1, 0, experiments.Metrics{
			experiments.Remaining: 1, experiments.TestAccuracy: experiments.Number(accuracy),
		}))
	}
	rows = append(rows, row("dense", 1, 0, experiments.Metrics{experiments.Remaining: 1, experiments.TestAccuracy: 0.97}))
	slices.Reverse(rows)
	summaries := experiments.Summarise(rows)
	if len(summaries) != 2 || summaries[0].Method != "tickets" || summaries[1].Method != "dense" {
		t.Fatalf("summaries %+v", summaries)
	}
	accuracy := summaries[0].Metrics[experiments.TestAccuracy]
	if math.Abs(float64(accuracy.Mean)-0.93) > 1e-12 || math.Abs(float64(accuracy.Deviation)-0.026457513110645906) > 1e-12 || accuracy.Runs != 3 {
		t.Errorf("accuracy %+v, want 0.93 ± 0.02646 over 3 runs", accuracy)
	}
	if got := summaries[0].Seeds; !slices.IsSorted(got) || len(got) != 3 {
		t.Errorf("seeds %v", got)
	}
	if one := summaries[1].Metrics[experiments.TestAccuracy]; !math.IsNaN(float64(one.Deviation)) || one.Runs != 1 {
		t.Errorf("a single run has deviation %v", one.Deviation)
	}
}

// What differs in a hyper-parameter is not put together.
func TestSummariseKeepsSettingsApart(t *testing.T) {
	first := row("tickets", 1, 0, experiments.Metrics{experiments.Remaining: 1})
	second := row("tickets", 2, 0, experiments.Metrics{experiments.Remaining: 1})
	second.Options = map[string]string{"width": "2"}
	summaries := experiments.Summarise([]experiments.Row{first, second})
	if groups := experiments.BySetting(summaries); len(groups) != 2 {
		t.Errorf("%d settings, want 2", len(groups))
	}
	if width := summaries[1].Option("width"); width != "2" && summaries[0].Option("width") != "2" {
		t.Errorf("width is %s", width)
	}
	if variant := summaries[0].Option("variant"); variant != "paper" {
		t.Errorf("variant is %q by default, want paper", variant)
	}
}

func TestSummaryAsJSON(t *testing.T) {
	summaries := experiments.Summarise([]experiments.Row{
		row("tickets", 1, 2, experiments.Metrics{experiments.Remaining: 0.36, experiments.TestAccuracy: 0.95, experiments.TestLoss: 0.25}),
	})
	text, err := json.Marshal(summaries[0])
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "summary.json.golden", string(text)+"\n")
	var members map[string]any
	if err := json.Unmarshal(text, &members); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"method", "level", "remaining", "seeds", "test_accuracy", "test_accuracy_std", "variant"} {
		if _, ok := members[name]; !ok {
			t.Errorf("the object lacks %s", name)
		}
	}
}
