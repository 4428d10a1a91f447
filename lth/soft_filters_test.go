package lth_test

import (
	"context"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"espalier/lth"
	"espalier/nn"
	"espalier/train"
)

// softStudy is residualStudy without levels, 30 iterations, ten to an epoch.
func softStudy(t testing.TB) (lth.Study, lth.Level) {
	t.Helper()
	study := residualStudy(t)
	study.Options.Levels = 0
	study.Options.Training.Length = train.Iterations(30)
	return study, collect(t, study.Tickets(t.Context()))[0]
}

// zeroChannels counts the output channels of a weight that are zero.
func zeroChannels(values []float32, channels int) int {
	alive := make(map[int]bool)
	for i, w := range values {
		if w != 0 {
			alive[i%channels] = true
		}
	}
	return channels - len(alive)
}

func TestSoftFiltersEndWithZeroFilters(t *testing.T) {
	study, dense := softStudy(t)
	for _, pretrained := range []bool{false, true} {
		o := lth.SoftFilters{Rates: []float64{0.25, 0.5}, Spare: []string{"layer2.0.conv2"}, Pretrained: pretrained}
		levels := collect(t, study.SoftFilters(t.Context(), dense, o))
		if len(levels) != 2 {
			t.Fatalf("%d levels, want 2", len(levels))
		}
		for i, level := range levels {
			if level.Index != i+1 || level.Method != o.Method() || level.Remaining != level.Mask.Density() {
				t.Errorf("level %d is %s %d with %v remaining", i+1, level.Method, level.Index, level.Remaining)
			}
			for _, p := range study.Network.Prunable() {
				channels := p.Shape[len(p.Shape)-1]
				want := int(o.Rates[i] * float64(channels))
				if p.Kind != nn.KindConvolution || p.Layer == "layer2.0.conv2" {
					want = 0
				}
				whole, live := wholeChannels(level.Mask, p.Name)
				if got := zeroChannels(level.Result.Weights[p.Name], channels); got != want || !whole || live != channels-want {
					t.Errorf("%s, rate %v: %d of %d filters of %s are zero and %d live, want %d zero",
						level.Method, o.Rates[i], got, channels, p.Name, live, want)
				}
			}
			start := dense.Origin.Rewound
			if pretrained {
				start = dense.Origin.Trained
			}
			if !level.Initial.Equal(start) {
				t.Errorf("%s does not begin where it should", level.Method)
			}
			rate := dense.Result.Final().LearningRate
			if pretrained {
				rate /= 10
			}
			if got := level.Result.Final().LearningRate; math.Abs(got/rate-1) > 1e-12 {
				t.Errorf("%s ends with the learning rate %v, want %v", level.Method, got, rate)
			}
		}
	}
}

// Shrunk with what zeroed filters go on emitting, a softly pruned network is as
// accurate as it was measured.
func TestSoftFiltersShrinkExactly(t *testing.T) {
	study, dense := softStudy(t)
	level := collect(t, study.SoftFilters(t.Context(), dense, lth.SoftFilters{Rates: []float64{0.4}}))[0]
	shrunk := must(nn.Shrink(study.Network, level.Result.Weights, level.Mask, nn.Constant))(t)
	if whole, small := nn.CostOf(study.Network, nil).MACs, nn.CostOf(shrunk.Network, nil).MACs; small > 2*whole/3 {
		t.Errorf("%d of %d multiply-accumulates are left", small, whole)
	}
	loss, accuracy, err := train.Evaluate(t.Context(), study.Backend, shrunk.Network, shrunk.Weights, study.Test, study.Options.Training.Normalisation, 0)
	if err != nil {
		t.Fatal(err)
	}
	if final := level.Result.Final(); final.TestAccuracy != accuracy || math.Abs(final.TestLoss-loss) > 1e-4 {
		t.Errorf("accuracy %v and loss %v, before shrinking %v and %v", accuracy, loss, final.TestAccuracy, final.TestLoss)
	}
}

func TestControlsOfSoftFilters(t *testing.T) {
	study, dense := softStudy(t)
	levels := collect(t, study.SoftFilters(t.Context(), dense, lth.SoftFilters{Rates: []float64{0.3}}))
	want := levels[0].Mask.RemovedFilters(study.Network)
	for _, c := range []struct {
		control lth.Control
		start   nn.Weights // nil: new ones
	}{
		{lth.HardFilters, dense.Origin.Trained},
		{lth.RandomFilters, dense.Origin.Rewound},
		{lth.SoftReinitialized, nil},
	} {
		level := collect(t, study.Control(t.Context(), c.control, sequence(levels)))[0]
		if got := level.Mask.RemovedFilters(study.Network); !maps.Equal(got, want) {
			t.Errorf("%s removes %v, want %v", level.Method, got, want)
		}
		if small := level.Shrunk; small == nil || nn.CostOf(small.Network, nil).MACs >= nn.CostOf(study.Network, nil).MACs {
			t.Errorf("%s does not train a smaller network", level.Method)
		}
		switch {
		case c.start != nil:
			if !level.Initial.Equal(must(nn.Silence(study.Network, c.start, level.Mask))(t)) {
				t.Errorf("%s does not begin where it should", level.Method)
			}
		case !level.Mask.Equal(levels[0].Mask):
			t.Errorf("%s has another mask", level.Method)
		}
	}
}

// A control of a pretrained network is trained at the study's rate, even where neither
// removes any filter.
func TestControlOfAPretrainedNetworkIsTrained(t *testing.T) {
	study, dense := softStudy(t)
	levels := collect(t, study.SoftFilters(t.Context(), dense, lth.SoftFilters{Rates: []float64{0}, Pretrained: true}))
	hard := collect(t, study.Control(t.Context(), lth.HardFilters, sequence(levels)))[0]
	if got, want := hard.Result.Final().LearningRate, dense.Result.Final().LearningRate; got != want {
		t.Errorf("hard filters end with the learning rate %v, want %v", got, want)
	}
}

func TestSoftFiltersResume(t *testing.T) {
	study, dense := softStudy(t)
	o := lth.SoftFilters{Rates: []float64{0.3, 0.5}}
	want := fingerprints(collect(t, study.SoftFilters(t.Context(), dense, o)))
	study.Folder = filepath.Join(t.TempDir(), "study")
	runs := 0
	for ; ; runs++ {
		ctx, cancel := context.WithCancel(t.Context())
		steps := 0
		study.Progress = &recorder{act: func() {
			if steps++; steps == 11 {
				cancel()
			}
		}}
		var levels []lth.Level
		var err error
		for level, failure := range study.SoftFilters(ctx, dense, o) {
			if err = failure; err == nil {
				levels = append(levels, level)
			}
		}
		cancel()
		if err == nil {
			if !slices.Equal(fingerprints(levels), want) {
				t.Error("the resumed study gave other networks")
			}
			break
		}
	}
	if runs < 5 {
		t.Errorf("the study was interrupted only %d times", runs)
	}
	if mask := must(lth.ReadMask(filepath.Join(study.Folder, lth.SoftFilterPruning, "rate-0.3")))(t); mask.Density() == 1 {
		t.Error("the mask kept in the folder removes nothing")
	}
}

func TestSoftFiltersRefuse(t *testing.T) {
	study, dense := softStudy(t)
	for name, levels := range map[string]func() error{
		"no dense network": func() error {
			return firstError(study.SoftFilters(t.Context(), lth.Level{}, lth.SoftFilters{Rates: []float64{.1}}))
		},
		"rate": func() error {
			return firstError(study.SoftFilters(t.Context(), dense, lth.SoftFilters{Rates: []float64{1}}))
		},
	} {
		if levels() == nil {
			t.Errorf("%s passes", name)
		}
	}
}
