package experiments_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"espalier/experiments"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// The smoke scale, whole: every method, and those that train the large networks.
func TestScratchAtSmokeScale(t *testing.T) {
	if testing.Short() {
		t.Skip("not running lth/scratch at smoke scale, which takes seconds, and minutes under the race detector: -short is set")
	}
	summaries := summariesOf(t, experiments.Request{Experiment: "lth/scratch", Seeds: 1})
	if len(summaries) != 10 {
		t.Errorf("%d methods were measured, want 10", len(summaries))
	}
	for method, levels := range summaries {
		if len(levels) != 1 {
			t.Errorf("%s has %d levels, want 1", method, len(levels))
		}
		for level, s := range levels {
			m := s.Metrics
			large := strings.HasSuffix(method, "dense")
			if large != (level == 0) || m[experiments.TestAccuracy].Runs != 1 || !(m[experiments.TestAccuracy].Mean > 0.3) {
				t.Errorf("%s level %d: accuracy %+v", method, level, m[experiments.TestAccuracy])
			}
			macs, epochs := float64(m[experiments.RemainingMACs].Mean), float64(m[experiments.TrainedEpochs].Mean)
			if large != (macs == 1) || large != (m[experiments.Remaining].Mean == 1) {
				t.Errorf("%s level %d: %v of the multiply-accumulates, %v of the weights", method, level, macs, m[experiments.Remaining].Mean)
			}
			want := 3.0
			switch {
			case strings.HasSuffix(method, "fine-tune"):
				want = 1
			case strings.HasSuffix(method, "scratch-b"):
				want = math.Floor(3 / macs) // of one seed: slimming makes another network of each
			}
			if epochs != want {
				t.Errorf("%s level %d: %v epochs, want %v", method, level, epochs, want)
			}
		}
	}
}

func TestScratchPaperScale(t *testing.T) {
	e, err := experiments.Find("lth/scratch")
	if err != nil {
		t.Fatal(err)
	}
	setting, err := e.Setting(experiments.Paper, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := setting.Options.(*experiments.Scratch)
	if setting.Seeds != 5 || o.Length != train.Epochs(160) || o.Batch != 64 || o.Optimizer != "sgd" || o.LearningRate != 0.1 || o.Momentum != 0.9 ||
		o.Nesterov || o.WeightDecay != 1e-4 || o.Validation != 0 || o.Crop != 4 || !o.Flip || o.Schedule.String() != "multistep(80ep,120ep;0.1)" ||
		o.TuningLength != train.Epochs(40) || o.TuningRate != 0.001 || o.TuningSchedule.String() != "constant" || o.SlimmingStrength != 1e-5 {
		t.Errorf("paper scale is %d seeds of %+v", setting.Seeds, o)
	}
}

// Published numbers stand at the part of the weights that their configuration leaves.
func TestScratchPublishedPoints(t *testing.T) {
	e, err := experiments.Find("lth/scratch")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range e.Published {
		n, err := nn.New(p.Network, nn.ZooOptions{})
		if err != nil {
			t.Fatal(err)
		}
		want := 1.0
		if _, configuration, ok := strings.Cut(p.Statement, "configuration "); ok {
			fractions, err := prune.ParseStageFractions(n, configuration)
			if err != nil {
				t.Fatal(err)
			}
			removals, err := fractions.Removals(n)
			if err != nil {
				t.Fatal(err)
			}
			want = thinnedWeights(t, n, removals)
		}
		if math.Abs(p.Of.Remaining-want) > 1e-4 {
			t.Errorf("%s of %s stands at %v of the weights, want %v", p.Statement, p.Network, p.Of.Remaining, want)
		}
	}
}

// thinnedWeights is the part of the weights that is left without some filters.
func thinnedWeights(t *testing.T, n *nn.Network, removals prune.Removals) float64 {
	t.Helper()
	kept := make(map[string][]int)
	for _, p := range n.Prunable() {
		for c := range p.Shape[len(p.Shape)-1] - removals[p.Layer] {
			kept[p.Layer] = append(kept[p.Layer], c)
		}
	}
	mask, err := nn.KeepChannels(n, kept)
	if err != nil {
		t.Fatal(err)
	}
	shrunk, err := nn.Shrink(n, nil, mask, nn.Silent)
	if err != nil {
		t.Fatal(err)
	}
	return float64(prune.Ones(shrunk.Network).Size()) / float64(prune.Ones(n).Size())
}

func TestScratchRefusesWhatDoesNotFit(t *testing.T) {
	for name, value := range map[string]string{
		"filters": "A", "slimming": "1", "uniform": "0.5,0.5", "tuning-rate": "0", "methods": "l1-filters-magic",
	} {
		_, err := experiments.NewPlan(experiments.Request{Experiment: "lth/scratch", Set: map[string]string{name: value}})
		if usage := (*experiments.UsageError)(nil); !errors.As(err, &usage) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s=%s: error %v", name, value, err)
		}
	}
}
