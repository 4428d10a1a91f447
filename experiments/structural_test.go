package experiments_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"espalier/experiments"
	"espalier/lth"
)

// containsOneLine reports whether an error is one line that has a text.
func containsOneLine(err error, text string) bool {
	return strings.Contains(err.Error(), text) && !strings.Contains(err.Error(), "\n")
}

// tinyStructural is lth/structural at a size that takes a second or two.
func tinyStructural(t *testing.T, set map[string]string) *experiments.Plan {
	t.Helper()
	all := map[string]string{"width": "0.5", "length": "30it", "rewind": "10it", "evaluate-every": "30it", "validation": "100", "fewest-rows": "2", "clusters": "2"}
	for name, value := range set {
		all[name] = value
	}
	plan, err := experiments.NewPlan(experiments.Request{Experiment: "lth/structural", Seeds: 1, Set: all})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// Every method has what the question asks for: weights, multiply-accumulates, accuracy
// and time, of every level that it has.
func TestStructuralMeasuresEveryMethod(t *testing.T) {
	plan := tinyStructural(t, map[string]string{
		"methods": "tickets,refill,refill-plus,regroup,random-reinitialization,refill-reinitialized,refill-reference,one-shot,dense",
	})
	results, err := experiments.Runner{Store: experiments.OpenStore(t.TempDir())}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	levels := make(map[string][]int)
	at := make(map[string]experiments.Metrics)
	for _, row := range experiments.Rows(results) {
		levels[row.Method] = append(levels[row.Method], row.Level)
		for _, metric := range []string{
			experiments.Remaining, experiments.RemainingMACs, experiments.TestAccuracy, experiments.BestTestAccuracy,
			experiments.Milliseconds, experiments.Speedup, experiments.TheoreticalSpeedup, experiments.TimeSaving,
		} {
			if value, ok := row.Metrics[metric]; !ok || math.IsNaN(float64(value)) || math.IsInf(float64(value), 0) {
				t.Errorf("%s level %d: %s is %v, %t", row.Method, row.Level, metric, value, ok)
			}
		}
		if m := row.Metrics; math.Abs(float64(m[experiments.RemainingMACs]*m[experiments.TheoreticalSpeedup])-1) > 1e-9 {
			t.Errorf("%s level %d: %v of the MACs give a speed-up of %v", row.Method, row.Level, m[experiments.RemainingMACs], m[experiments.TheoreticalSpeedup])
		}
		if row.Level == 2 {
			at[row.Method] = row.Metrics
		}
	}
	for method, got := range levels {
		want := []int{1, 2}
		switch method {
		case lth.Tickets:
			want = []int{0, 1, 2}
		case experiments.Dense:
			want = []int{0}
		}
		if len(got) != len(want) || got[0] != want[0] {
			t.Errorf("%s has levels %v, want %v", method, got, want)
		}
	}
	if len(levels) != 9 {
		t.Errorf("%d methods were measured", len(levels))
	}
	// Refill keeps the ticket's density, by whole channels, and so loses the channels'
	// multiply-accumulates; Refill+ is denser.
	ticket, refill, plus := at[lth.Tickets], at[lth.Refill.Name], at[lth.RefillPlus.Name]
	if r := float64(refill[experiments.Remaining] / ticket[experiments.Remaining]); r < 1 || r > 1.4 {
		t.Errorf("Refill has %v times the ticket's weights", r)
	}
	if !(plus[experiments.Remaining] > refill[experiments.Remaining]) || !(plus[experiments.RemainingMACs] > refill[experiments.RemainingMACs]) {
		t.Errorf("Refill+ keeps %v of the weights, Refill %v", plus[experiments.Remaining], refill[experiments.Remaining])
	}
	if again := at["refill-reinitialized"]; again[experiments.RemainingMACs] != refill[experiments.RemainingMACs] {
		t.Error("re-initialised, Refill has another structure")
	}
}

// Controls are trained at the levels that are asked for alone.
func TestStructuralAtChosenLevels(t *testing.T) {
	plan := tinyStructural(t, map[string]string{"methods": "tickets,refill", "at": "2"})
	results, err := experiments.Runner{Store: experiments.OpenStore(t.TempDir())}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	if rows := results[1].Rows(); len(rows) != 1 || rows[0].Level != 2 {
		t.Errorf("Refill was trained at %d levels", len(rows))
	}
	for _, at := range []string{"3", "0", "1,x"} {
		_, err := experiments.NewPlan(experiments.Request{Experiment: "lth/structural", Set: map[string]string{"at": at}})
		var usage *experiments.UsageError
		if !errors.As(err, &usage) || !containsOneLine(err, "at=") {
			t.Errorf("at=%s: error %v", at, err)
		}
	}
}

// The paper scale is the published protocol.
func TestStructuralPaperScale(t *testing.T) {
	e, err := experiments.Find("lth/structural")
	if err != nil {
		t.Fatal(err)
	}
	setting, err := e.Setting(experiments.Paper, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := setting.Options.(*experiments.Structural)
	schedule, err := o.Schedule.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	if o.Length.String() != "160ep" || string(schedule) != "multistep(80ep,120ep;0.1)" || o.Batch != 128 || o.Optimizer != "sgd" ||
		o.LearningRate != 0.1 || o.Momentum != 0.9 || o.Nesterov || o.WeightDecay != 1e-4 || o.Crop != 4 || !o.Flip ||
		o.Validation != 5000 || o.Fraction != 0.2 || o.Levels != 9 || o.Rewind.String() != "8ep" || o.Variant != lth.StructureLTH ||
		o.Network != "resnet18" || o.Width != 1 || o.Clusters != 8 || o.BlockRows != 32 || o.FewestRows != 16 || setting.Seeds < 3 {
		t.Errorf("paper scale is %d seeds of %+v", setting.Seeds, o)
	}
}
