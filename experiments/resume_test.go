package experiments_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"espalier/experiments"
)

// Cells that are interrupted again and again end in the same bytes, whatever the number
// of workers.
func TestInterruptedCellsEndInTheSameBytes(t *testing.T) {
	if testing.Short() {
		t.Skip("not running cells that are interrupted again and again, which takes seconds, and minutes under the race detector: -short is set")
	}
	small := map[string]string{"width": "0.25", "length": "40it", "evaluate-every": "20it", "validation": "2800"}
	for name, set := range map[string]map[string]string{
		"lth/soft":         {"methods": "soft-filters,hard-filters", "rates": "0.5", "evaluate-every": "1ep"},
		"lth/scratch":      {"methods": "slimming-scratch-b,l1-filters-fine-tune", "tuning-length": "20it"},
		"lth/connectivity": {"methods": "random-mask", "levels": "2", "forks": "30it"},
	} {
		for field, value := range small {
			if _, ok := set[field]; !ok {
				set[field] = value
			}
		}
		plan, err := experiments.NewPlan(experiments.Request{Experiment: name, Seeds: 1, Set: set})
		if err != nil {
			t.Fatal(err)
		}
		whole, broken := t.TempDir(), t.TempDir()
		if _, err := (experiments.Runner{Store: experiments.OpenStore(whole), Workers: 1}).Run(t.Context(), plan.Cells); err != nil {
			t.Fatal(err)
		}
		interrupts := 0
		for wait := 50 * time.Millisecond; ; wait += wait / 2 {
			ctx, cancel := context.WithTimeout(t.Context(), wait)
			_, err := experiments.Runner{Store: experiments.OpenStore(broken), Workers: 3}.Run(ctx, plan.Cells)
			cancel()
			if err == nil {
				break
			}
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			interrupts++
		}
		if interrupts == 0 {
			t.Errorf("%s was never interrupted", name)
		}
		want, got := finalFiles(t, whole), finalFiles(t, broken)
		if len(want) != len(got) || len(want) == 0 {
			t.Errorf("%s: %d files, after %d interrupts %d", name, len(want), interrupts, len(got))
		}
		for path, content := range want {
			if got[path] != content {
				t.Errorf("%s: %s differs after %d interrupts", name, path, interrupts)
			}
		}
	}
}
