package experiments

import (
	"context"
	"strings"
	"testing"

	"espalier/prune"
	"espalier/seed"
)

// sweepResults are two seeds of tickets by a score, whose accuracies are shifted.
func sweepResults(score string, shift Number) []*Result {
	var results []*Result
	for s := range 2 {
		desc := Desc{Experiment: "lth/tickets", Scale: Smoke, Data: "digits", Network: "lenet-digits", Method: "tickets", Seed: seed.Seed(s + 1)}
		if score != "magnitude" {
			desc.Options = map[string]string{"score": score}
		}
		results = append(results, &Result{Desc: desc, Measurements: []Measurement{
			{Level: 0, Metrics: Metrics{Remaining: 1, TestAccuracy: .9 + shift}},
			{Level: 1, Metrics: Metrics{Remaining: .5, TestAccuracy: .8 + shift + .02*Number(s)}},
		}})
	}
	return results
}

func TestCompareSetsScoresSideBySide(t *testing.T) {
	results := append(sweepResults("movement#12ab34cd", .05), sweepResults("magnitude", 0)...)
	comparison, err := Compare(results, "score", TestAccuracy, "test accuracy (%)")
	if err != nil {
		t.Fatal(err)
	}
	var table strings.Builder
	if err := comparison.WriteMarkdown(&table); err != nil {
		t.Fatal(err)
	}
	want := `| level | remaining | movement | magnitude |
|---:|---:|---:|---:|
| 0 | 100.0 % | 95.00 ± 0.00 | 90.00 ± 0.00 |
| 1 | 50.0 % | 86.00 ± 1.41 | 81.00 ± 1.41 |
`
	if table.String() != want {
		t.Errorf("table\n%s\nwant\n%s", table.String(), want)
	}
	lines := comparison.Figure().Panels[0].Lines
	if len(lines) != 2 || lines[0].Name != "movement" || lines[1].Name != "magnitude" || lines[0].Color == lines[1].Color {
		t.Errorf("lines %+v", lines)
	}
}

func TestCompareRefusesWhatCannotBeToldApart(t *testing.T) {
	mixed := sweepResults("magnitude", 0)
	other := sweepResults("magnitude", 0)
	for _, r := range other {
		r.Desc.Options = map[string]string{"length": "7it"}
	}
	if _, err := Compare(append(mixed, other...), "score", TestAccuracy, "test accuracy (%)"); err == nil || !strings.Contains(err.Error(), "differ in more") {
		t.Errorf("two lengths: %v", err)
	}
	if _, err := Compare(nil, "score", TestAccuracy, "test accuracy (%)"); err == nil {
		t.Error("no results, but no error")
	}
}

// The fingerprint changes with what the function does, and only with that.
func TestOwnScoreIsNamedByWhatItDoes(t *testing.T) {
	ctx := context.Background()
	square := func(w, _ float32) float32 { return w * w }
	first, err := OwnScore(ctx, "own", prune.Elementwise(square))
	if err != nil {
		t.Fatal(err)
	}
	again, err := OwnScore(ctx, "own", prune.Elementwise(func(w, _ float32) float32 { return square(w, 0) }))
	if err != nil || again != first {
		t.Errorf("the same function again is %q, %v; want %q", again, err, first)
	}
	other, err := OwnScore(ctx, "own", prune.Elementwise(func(w, initial float32) float32 { return w * initial }))
	if err != nil || other == first {
		t.Errorf("another function is %q, %v", other, err)
	}
	for _, name := range []string{"", "a b", "a#b", "a,b"} {
		if _, err := OwnScore(ctx, name, prune.Elementwise(square)); err == nil {
			t.Errorf("name %q was taken", name)
		}
	}
	plan, err := NewPlan(Request{Experiment: "lth/tickets", Set: map[string]string{"score": first}})
	if err != nil || len(plan.Cells) == 0 {
		t.Errorf("a plan with %s: %v", first, err)
	}
}
