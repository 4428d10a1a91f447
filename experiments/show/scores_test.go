package show_test

import (
	"strings"
	"testing"

	"espalier/experiments"
	"espalier/experiments/show"
	"espalier/prune"
)

// A score of one's own that does what a known one does comes to the same numbers.
func TestCompareScoresIsOnEqualTerms(t *testing.T) {
	t.Setenv("ESPALIER_RUNS", t.TempDir())
	again := prune.Elementwise(func(weight, _ float32) float32 { return max(weight, -weight) })
	comparison, err := show.CompareScores(experiments.Request{
		Experiment: "lth/tickets", Seeds: 1,
		Set: map[string]string{"methods": "tickets", "levels": "2", "length": "20it"},
	}, show.Own("again", again), show.Known("magnitude"))
	if err != nil {
		t.Fatal(err)
	}
	if len(comparison.Sweeps) != 2 || !strings.HasPrefix(comparison.Values[0], "again#") {
		t.Fatalf("compared %v", comparison.Values)
	}
	for level := range comparison.Sweeps[0] {
		a, b := comparison.Sweeps[0][level].Metrics[experiments.TestAccuracy], comparison.Sweeps[1][level].Metrics[experiments.TestAccuracy]
		if a.Mean != b.Mean {
			t.Errorf("level %d: %v and %v", level, a.Mean, b.Mean)
		}
	}
}
