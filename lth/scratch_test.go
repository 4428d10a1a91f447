package lth_test

import (
	"context"
	"iter"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"espalier/lth"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

func collectThinned(t testing.TB, thinned iter.Seq2[lth.Thinned, error]) []lth.Thinned {
	t.Helper()
	var all []lth.Thinned
	for one, err := range thinned {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// amounts are such that each thinning removes something of a ResNet-8.
var amounts = map[string][]string{
	lth.L1Filters.Name:      {"0.5", "0.6/0.3/0"},
	lth.RandomThinning.Name: {"0.5"},
	lth.Uniform.Name:        {"0.5", "0.25"},
	lth.ThiNet.Name:         {"0.5"},
	lth.Slimming.Name:       {"0.3", "0.5"},
}

func TestEveryThinningWithEveryRetraining(t *testing.T) {
	if testing.Short() {
		t.Skip("not running twenty retrainings, which takes seconds, and minutes under the race detector: -short is set")
	}
	plain, dense := softStudy(t)
	for _, name := range lth.ThinningNames() {
		thinning := must(lth.LookupThinning(name))(t)
		from := dense
		if thinning.Penalise != nil {
			from = collect(t, thinning.Study(plain).Tickets(t.Context()))[0]
			if from.Result.Weights.Equal(dense.Result.Weights) {
				t.Errorf("%s: its penalty changes nothing", name)
			}
		}
		for _, retraining := range lth.Retrainings() {
			o := lth.Thinnings{Thinning: thinning, Amounts: amounts[name], Retraining: retraining, FineTuning: train.Options{Length: train.Iterations(4)}}
			thinned := collectThinned(t, plain.Thin(t.Context(), from, o))
			if len(thinned) != len(o.Amounts) || len(thinned) == 0 {
				t.Fatalf("%s: %d networks for the amounts %v", o.Method(), len(thinned), o.Amounts)
			}
			for i, one := range thinned {
				checkThinned(t, plain, from, o, i, one)
			}
		}
	}
}

func checkThinned(t *testing.T, s lth.Study, dense lth.Level, o lth.Thinnings, i int, one lth.Thinned) {
	t.Helper()
	whole, small := nn.CostOf(s.Network, nil).MACs, nn.CostOf(one.Network, nil).MACs
	ratio := float64(whole) / float64(small)
	if one.Index != i+1 || one.Amount != o.Amounts[i] || !(one.Remaining < 1) || math.Abs(one.MACs*ratio-1) > 1e-12 {
		t.Errorf("%s, amount %s: index %d, %v of the weights, %v of the multiply-accumulates", one.Method, one.Amount, one.Index, one.Remaining, one.MACs)
	}
	want := map[lth.Retraining]int{lth.FineTune: 4, lth.ScratchE: 30, lth.ScratchB: int(30 * ratio), lth.Rewound: 30}[o.Retraining]
	if got := one.Result.Final().Iteration; got != want {
		t.Errorf("%s, amount %s: trained for %d iterations, want %d", one.Method, one.Amount, got, want)
	}
	kept := must(nn.KeepChannels(s.Network, one.Channels))(t)
	shrunk := must(nn.Shrink(s.Network, dense.Result.Weights, kept, nn.Silent))(t)
	if inherits := one.Initial.Equal(shrunk.Weights); inherits != (o.Retraining == lth.FineTune) {
		t.Errorf("%s, amount %s: begins from trained weights: %t", one.Method, one.Amount, inherits)
	}
	if o.Retraining == lth.Rewound && !slices.Equal(one.Initial["conv1.weight"], shrunk.Cut("conv1.weight", dense.Origin.Rewound["conv1.weight"])) {
		t.Errorf("%s: does not begin from the initial weights", one.Method)
	}
}

// A fine-tuned network begins where the large one without its silent channels is.
func TestFineTuningBeginsWithTheMaskedNetwork(t *testing.T) {
	study, dense := softStudy(t)
	o := lth.Thinnings{Thinning: lth.Uniform, Amounts: []string{"0.75"}, Retraining: lth.FineTune, FineTuning: train.Options{Length: train.Iterations(1)}}
	one := collectThinned(t, study.Thin(t.Context(), dense, o))[0]
	mask := must(one.Channels.Mask(study.Network))(t)
	silent := must(nn.Silence(study.Network, dense.Result.Weights, mask))(t)
	evaluate := func(n *nn.Network, w nn.Weights) float64 {
		loss, _, err := train.Evaluate(t.Context(), study.Backend, n, w, study.Test, study.Options.Training.Normalisation, 0)
		if err != nil {
			t.Fatal(err)
		}
		return loss
	}
	if small, masked := evaluate(one.Network, one.Initial), evaluate(study.Network, silent); math.Abs(small-masked) > 1e-4 {
		t.Errorf("the loss of the small network is %v, of the masked one %v", small, masked)
	}
	if got := one.Result.Final().LearningRate; got != 0.001 {
		t.Errorf("fine-tuned with the learning rate %v, want 0.001", got)
	}
}

// Filters of which a norm says nothing and those of the least norm are not the same,
// but as many.
func TestRandomThinningIsAsThinAsL1(t *testing.T) {
	study, dense := softStudy(t)
	choose := func(thinning lth.Thinning) prune.Channels {
		return must(thinning.Choose(t.Context(), study, dense.Result.Weights, "0.5"))(t)
	}
	l1, random := choose(lth.L1Filters), choose(lth.RandomThinning)
	same := 0
	for layer, channels := range l1 {
		if len(random[layer]) != len(channels) {
			t.Errorf("%s keeps %d filters by norm and %d at random", layer, len(channels), len(random[layer]))
		}
		if slices.Equal(channels, random[layer]) {
			same++
		}
	}
	if same == len(l1) {
		t.Error("the filters of the largest norm were drawn")
	}
}

func TestThinningResumes(t *testing.T) {
	study, dense := softStudy(t)
	o := lth.Thinnings{Thinning: lth.L1Filters, Amounts: []string{"0.5", "0.3"}, Retraining: lth.ScratchB}
	want := collectThinned(t, study.Thin(t.Context(), dense, o))
	study.Folder = filepath.Join(t.TempDir(), "study")
	interrupts := 0
	for ; ; interrupts++ {
		ctx, cancel := context.WithCancel(t.Context())
		steps := 0
		study.Progress = &recorder{act: func() {
			if steps++; steps == 13 {
				cancel()
			}
		}}
		var got []lth.Thinned
		var err error
		for one, failure := range study.Thin(ctx, dense, o) {
			if err = failure; err == nil {
				got = append(got, one)
			}
		}
		cancel()
		if err != nil {
			continue
		}
		for i := range want {
			if !got[i].Result.Weights.Equal(want[i].Result.Weights) {
				t.Errorf("amount %s: the resumed training ended elsewhere", want[i].Amount)
			}
		}
		break
	}
	if interrupts < 4 {
		t.Errorf("only %d interrupts", interrupts)
	}
}

func TestThinRefuses(t *testing.T) {
	study, dense := softStudy(t)
	for want, c := range map[string]struct {
		dense lth.Level
		o     lth.Thinnings
	}{
		"the large network has not been trained": {lth.Level{}, lth.Thinnings{Thinning: lth.Uniform, Amounts: []string{"0.5"}, Retraining: lth.ScratchE}},
		`no retraining is called ""`:             {dense, lth.Thinnings{Thinning: lth.Uniform, Amounts: []string{"0.5"}}},
		`the width "0" is not a number`:          {dense, lth.Thinnings{Thinning: lth.Uniform, Amounts: []string{"0"}, Retraining: lth.ScratchE}},
		"the fraction 1 of channels":             {dense, lth.Thinnings{Thinning: lth.Slimming, Amounts: []string{"1"}, Retraining: lth.ScratchE}},
		`"much" is not a number`:                 {dense, lth.Thinnings{Thinning: lth.Slimming, Amounts: []string{"much"}, Retraining: lth.ScratchE}},
		`fractions "C" for network`:              {dense, lth.Thinnings{Thinning: lth.L1Filters, Amounts: []string{"C"}, Retraining: lth.ScratchE}},
	} {
		var failure error
		for _, err := range study.Thin(t.Context(), c.dense, c.o) {
			failure = err
		}
		if failure == nil || !strings.Contains(failure.Error(), want) || strings.Contains(failure.Error(), "\n") {
			t.Errorf("error %v, want one line with %q", failure, want)
		}
	}
	for _, thinning := range []lth.Thinning{{}, {Name: "new"}, lth.Uniform} {
		if lth.RegisterThinning(thinning) == nil {
			t.Errorf("a thinning %q was registered", thinning.Name)
		}
	}
	if _, err := lth.LookupThinning("nobody"); err == nil {
		t.Error("a thinning that does not exist was found")
	}
}
