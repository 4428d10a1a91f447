package experiments_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"espalier/experiments"
	"espalier/train"
)

// The smoke scale, but for one control.
func TestConnectivityAtSmokeScale(t *testing.T) {
	if testing.Short() {
		t.Skip("not running lth/connectivity at smoke scale, which takes seconds, and minutes under the race detector: -short is set")
	}
	summaries := summariesOf(t, experiments.Request{
		Experiment: "lth/connectivity", Seeds: 1, Set: map[string]string{"methods": "random-mask"},
	})
	if len(summaries) != 3 {
		t.Errorf("%d methods were measured, want the random mask, the tickets and dense", len(summaries))
	}
	for method, levels := range summaries {
		if len(levels) != 3 {
			t.Errorf("%s has %d forks, want 3", method, len(levels))
		}
		for level, s := range levels {
			m := s.Metrics
			if got, want := m[experiments.ForkIteration].Mean, []experiments.Number{0, 20, 60}[level]; got != want {
				t.Errorf("%s level %d: forked at %v, want %v", method, level, got, want)
			}
			if instability := m[experiments.Instability].Mean; !(instability >= 0 && instability < 1) {
				t.Errorf("%s level %d: instability %v", method, level, instability)
			}
			if !(m[experiments.TestAccuracy].Mean > 0.3) {
				t.Errorf("%s level %d: accuracy %v", method, level, m[experiments.TestAccuracy].Mean)
			}
			if _, measured := m[experiments.StableFrom]; measured != (level == 0) {
				t.Errorf("%s level %d: it is told from where on it is stable: %t", method, level, measured)
			}
			if dense := method == experiments.Dense; dense != (m[experiments.Remaining].Mean == 1) {
				t.Errorf("%s level %d: %v of the weights", method, level, m[experiments.Remaining].Mean)
			}
		}
	}
	dense := summaries[experiments.Dense]
	if early, late := dense[0].Metrics[experiments.Instability].Mean, dense[2].Metrics[experiments.Instability].Mean; !(early > 2*late) {
		t.Errorf("the dense network's instability is %v at the beginning and %v near the end", early, late)
	}
}

func TestConnectivityPaperScale(t *testing.T) {
	e, err := experiments.Find("lth/connectivity")
	if err != nil {
		t.Fatal(err)
	}
	setting, err := e.Setting(experiments.Paper, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := setting.Options.(*experiments.Connectivity)
	if setting.Seeds != 3 || o.Network != "resnet20b" || o.Length != train.Epochs(160) || o.Batch != 128 || o.LearningRate != 0.1 || o.WeightDecay != 1e-4 ||
		o.Schedule.String() != "multistep(80ep,120ep;0.1)" || o.Levels != 8 || o.Fraction != 0.2 {
		t.Errorf("paper scale is %d seeds of %+v", setting.Seeds, o)
	}
	// The tickets' part of the weights, for which numbers were published.
	for _, p := range e.Published {
		if p.Of.Method != experiments.Dense && math.Abs(p.Of.Remaining-0.1678) > 1e-4 {
			t.Errorf("%s stands at %v", p.Statement, p.Of.Remaining)
		}
	}
}

func TestConnectivityRefusesForksAfterTheEnd(t *testing.T) {
	for _, forks := range []string{"0it,101it", "5", "0it,0it"} {
		_, err := experiments.NewPlan(experiments.Request{Experiment: "lth/connectivity", Set: map[string]string{"forks": forks}})
		if usage := (*experiments.UsageError)(nil); !errors.As(err, &usage) || strings.Contains(err.Error(), "\n") {
			t.Errorf("forks=%s: error %v", forks, err)
		}
	}
}
