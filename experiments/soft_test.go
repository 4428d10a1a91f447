package experiments_test

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"espalier/experiments"
	"espalier/lth"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// summariesOf runs an experiment and puts its seeds together, by method and level.
func summariesOf(t *testing.T, request experiments.Request) map[string]map[int]experiments.Summary {
	t.Helper()
	plan, err := experiments.NewPlan(request)
	if err != nil {
		t.Fatal(err)
	}
	results, err := experiments.Runner{Store: experiments.OpenStore(t.TempDir())}.Run(t.Context(), plan.Cells)
	if err != nil {
		t.Fatal(err)
	}
	summaries := make(map[string]map[int]experiments.Summary)
	for _, s := range experiments.Summarise(experiments.Rows(results)) {
		if summaries[s.Method] == nil {
			summaries[s.Method] = make(map[int]experiments.Summary)
		}
		summaries[s.Method][s.Level] = s
	}
	return summaries
}

// The smoke scale, whole: every method at every rate.
func TestSoftAtSmokeScale(t *testing.T) {
	if testing.Short() {
		t.Skip("not running lth/soft at smoke scale, which takes seconds, and minutes under the race detector: -short is set")
	}
	summaries := summariesOf(t, experiments.Request{Experiment: "lth/soft", Seeds: 1})
	if len(summaries) != 6 {
		t.Errorf("%d methods were measured, want 6", len(summaries))
	}
	for method, levels := range summaries {
		want := 2
		if method == experiments.Dense {
			want = 1
		}
		if len(levels) != want {
			t.Errorf("%s has %d levels, want %d", method, len(levels), want)
		}
		for level, s := range levels {
			m := s.Metrics
			if s.Metrics[experiments.TestAccuracy].Runs != 1 || !(m[experiments.TestAccuracy].Mean > 0.2) {
				t.Errorf("%s level %d: accuracy %+v", method, level, m[experiments.TestAccuracy])
			}
			if got, want := m[experiments.ShrunkAccuracy].Mean, m[experiments.TestAccuracy].Mean; math.Abs(float64(got-want)) > 1e-3 {
				t.Errorf("%s level %d: accuracy %v, shrunk %v", method, level, want, got)
			}
			if best := m[experiments.BestEpochAccuracy].Mean; best < m[experiments.TestAccuracy].Mean {
				t.Errorf("%s level %d: the best epoch has %v, the last %v", method, level, best, m[experiments.TestAccuracy].Mean)
			}
			rate := map[int]float64{0: 0, 1: 0.1, 2: 0.3}[level]
			// Of eight filters a tenth is none.
			if left := float64(m[experiments.RemainingMACs].Mean); (left < 1) != (level > 0) || left < (1-rate)*(1-rate) {
				t.Errorf("%s level %d: %v of the multiply-accumulates are left", method, level, left)
			}
		}
	}
}

func TestSoftPaperScale(t *testing.T) {
	e, err := experiments.Find("lth/soft")
	if err != nil {
		t.Fatal(err)
	}
	setting, err := e.Setting(experiments.Paper, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	o := setting.Options.(*experiments.Soft)
	if setting.Seeds != 3 || o.Length != train.Epochs(200) || o.Batch != 128 || o.Optimizer != "sgd" || o.Momentum != 0.9 || !o.Nesterov ||
		o.WeightDecay != 5e-4 || o.Validation != 0 || o.Crop != 4 || !o.Flip || o.Initializer != "kaiming-normal-fan-out" {
		t.Errorf("paper scale is %d seeds of %+v", setting.Seeds, o)
	}
	clock := train.Clock{PerEpoch: 391, Total: 200 * 391}
	for epoch, want := range map[int]float64{0: .01, 1: .1, 59: .1, 60: .02, 119: .02, 120: .004, 160: .0008, 199: .0008} {
		if got := o.LearningRate * o.Schedule.Factor(391*epoch, clock); math.Abs(got/want-1) > 1e-9 {
			t.Errorf("the learning rate of epoch %d is %v, want %v", epoch, got, want)
		}
	}
}

// Published numbers stand at the part of the weights that their rate leaves in their
// network, and at that of no other rate.
func TestSoftPublishedPoints(t *testing.T) {
	if testing.Short() {
		t.Skip("not pruning every network of SFP at every rate, which takes seconds, and minutes under the race detector: -short is set")
	}
	e, err := experiments.Find("lth/soft")
	if err != nil {
		t.Fatal(err)
	}
	left := make(map[string]map[float64]float64)
	for _, p := range e.Published {
		if left[p.Network] == nil {
			left[p.Network] = softDensities(t, p.Network, 0, 0.1, 0.2, 0.3, 0.4)
		}
		_, text, ok := strings.Cut(p.Statement, "at a rate of ")
		text, _, _ = strings.Cut(text, ",")
		rate, err := strconv.ParseFloat(text, 64)
		if !ok || err != nil {
			t.Errorf("%q names no rate: %v", p.Statement, err)
		}
		want := left[p.Network][rate]
		if math.Abs(p.Of.Remaining/want-1) > 0.01 || (p.Of.Method == experiments.Dense) != (rate == 0) {
			t.Errorf("%s of %s stands at %v of the weights, want %v", p.Statement, p.Network, p.Of.Remaining, want)
		}
	}
}

// softDensities are what soft pruning leaves of a network's weights, by rate.
func softDensities(t *testing.T, network string, rates ...float64) map[float64]float64 {
	t.Helper()
	n, err := nn.New(network, nn.ZooOptions{})
	if err != nil {
		t.Fatal(err)
	}
	weights, err := nn.Initialize(n, nn.KaimingNormal, 1)
	if err != nil {
		t.Fatal(err)
	}
	densities := make(map[float64]float64)
	for _, rate := range rates {
		mask, err := prune.SoftFilters{Rate: rate}.Mask(n, weights)
		if err != nil {
			t.Fatal(err)
		}
		densities[rate] = mask.Density()
	}
	return densities
}

// Controls need soft pruning and the dense network, which are run with them.
func TestSoftPlansWhatIsNeeded(t *testing.T) {
	plan, err := experiments.NewPlan(experiments.Request{Experiment: "lth/soft", Seeds: 1, Set: map[string]string{"methods": "random-filters"}})
	if err != nil {
		t.Fatal(err)
	}
	var methods []string
	for _, cell := range plan.Cells {
		methods = append(methods, cell.Desc.Method)
	}
	if len(methods) != 3 || methods[0] != experiments.Dense || methods[1] != lth.SoftFilterPruning || methods[2] != lth.RandomFilters.Name {
		t.Errorf("planned %v", methods)
	}
}
