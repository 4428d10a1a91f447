package lth_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/gomlx/compute"

	"espalier/backend"
	"espalier/data"
	"espalier/lth"
	"espalier/nn"
	"espalier/seed"
	"espalier/train"
)

var testBackend = sync.OnceValues(func() (compute.Backend, error) {
	chosen, err := backend.New("")
	if err != nil {
		return nil, err
	}
	return chosen.Backend, nil
})

// toyStudy prunes a small perceptron on some of the digits, three levels of 50
// iterations, ten to an epoch.
func toyStudy(t testing.TB) lth.Study {
	t.Helper()
	digits := must(data.Open(t.Context(), "digits", ""))(t)
	few := must(digits.Train.Balanced(70, seed.Seed(1)))(t)
	rest, validation, err := few.Split(100, seed.Seed(2))
	if err != nil {
		t.Fatal(err)
	}
	return lth.Study{
		Network: must(nn.New("lenet-digits", nn.ZooOptions{Width: 0.1}))(t),
		Train:   rest, Validation: validation,
		Test: must(digits.Test.Balanced(10, seed.Seed(3)))(t),
		Options: lth.Options{
			Levels: 3,
			Training: train.Options{
				Length: train.Iterations(50), BatchSize: 60,
				Optimizer:     train.SGD{LearningRate: 0.1, Momentum: 0.9},
				Schedule:      train.MultiStep{Milestones: []train.Length{train.Epochs(3)}, Gamma: 0.1},
				Normalisation: digits.Normalisation,
			},
		},
		Seed:    7,
		Backend: must(testBackend())(t),
	}
}

// must fails the test where there is an error.
func must[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func collect(t testing.TB, levels iter.Seq2[lth.Level, error]) []lth.Level {
	t.Helper()
	var all []lth.Level
	for level, err := range levels {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, level)
	}
	return all
}

// sequence gives levels that are there already to Study.Control.
func sequence(levels []lth.Level) iter.Seq2[lth.Level, error] {
	return func(yield func(lth.Level, error) bool) {
		for _, level := range levels {
			if !yield(level, nil) {
				return
			}
		}
	}
}

// fingerprints are a digest of each level's mask, weights and test accuracy.
func fingerprints(levels []lth.Level) []string {
	var all []string
	for _, level := range levels {
		all = append(all, level.Mask.Digest()+level.Initial.Digest()+level.Result.Weights.Digest()+level.Result.Best.Digest())
	}
	return all
}

func TestTickets(t *testing.T) {
	study := toyStudy(t)
	levels := collect(t, study.Tickets(t.Context()))
	if len(levels) != 4 {
		t.Fatalf("%d levels, want the dense one and 3", len(levels))
	}
	initial := must(nn.Initialize(study.Network, nn.GlorotNormal, study.Seed.Derive("initial weights")))(t)
	for i, level := range levels {
		if level.Index != i || level.Method != lth.Tickets || level.Remaining != level.Mask.Density() {
			t.Errorf("level %d is %s %d with %v remaining", i, level.Method, level.Index, level.Remaining)
		}
		if want := must(level.Mask.Apply(initial))(t); !level.Initial.Equal(want) {
			t.Errorf("level %d does not start from the masked initial weights", i)
		}
		if want := must(level.Mask.Apply(level.Result.Weights))(t); !level.Result.Weights.Equal(want) {
			t.Errorf("level %d has pruned weights that are not 0 after training", i)
		}
		if i > 0 && !level.Mask.Subset(levels[i-1].Mask) {
			t.Errorf("level %d is not inside the level before", i)
		}
		if got := level.Result.Final().Iteration; got != 50 {
			t.Errorf("level %d ends at iteration %d, want 50", i, got)
		}
	}
}

// lenet-digits of width 0.1 has weights 64·30, 30·10 and 10·10; hidden layers lose
// round(0.2·R), the output round(0.1·R).
func TestTicketsHaveExactCounts(t *testing.T) {
	want := map[string][]int{
		"fc1.weight": {1920, 1536, 1229, 983},
		"fc2.weight": {300, 240, 192, 154},
		"fc3.weight": {100, 90, 81, 73},
	}
	for i, level := range collect(t, toyStudy(t).Tickets(t.Context())) {
		for name, counts := range want {
			if got := level.Mask.CountOf(name); got != counts[i] {
				t.Errorf("level %d: %d weights of %s live, want %d", i, got, name, counts[i])
			}
		}
	}
}

func TestEqualStudiesGiveEqualTickets(t *testing.T) {
	study := toyStudy(t)
	first := fingerprints(collect(t, study.Tickets(t.Context())))
	study.Options.Training.Workers = 3
	if second := fingerprints(collect(t, study.Tickets(t.Context()))); !slices.Equal(first, second) {
		t.Error("a second run with other workers gave other tickets")
	}
	study.Seed++
	if other := fingerprints(collect(t, study.Tickets(t.Context()))); other[0] == first[0] {
		t.Error("another seed gave the same dense network")
	}
}

func TestStudyStopsEarlyWhenNobodyReadsOn(t *testing.T) {
	for level, err := range toyStudy(t).Tickets(t.Context()) {
		if err != nil || level.Index > 0 {
			t.Fatalf("level %d, error %v", level.Index, err)
		}
		break
	}
}

func TestStudyRefuses(t *testing.T) {
	for name, change := range map[string]func(*lth.Study){
		"unknown variant":  func(s *lth.Study) { s.Options.Variant = "nobody" },
		"nothing to prune": func(s *lth.Study) { s.Options.Variant = lth.StructureLTH },
		"fraction":         func(s *lth.Study) { s.Options.Fraction = 1 },
		"levels":           func(s *lth.Study) { s.Options.Levels = -1 },
		"nothing left":     func(s *lth.Study) { s.Options.Levels, s.Options.Fraction = 9, 0.9 },
		"no network":       func(s *lth.Study) { s.Network = nil },
		"no backend":       func(s *lth.Study) { s.Backend = nil },
		"start":            func(s *lth.Study) { s.Options.Training.Start = train.Iterations(1) },
		"late rewinding":   func(s *lth.Study) { s.Options.Rewind = train.Iterations(51) },
		"initializer":      func(s *lth.Study) { s.Initializer = "nothing" },
	} {
		study := toyStudy(t)
		change(&study)
		count := 0
		var last error
		for _, err := range study.Tickets(context.Background()) {
			last = err
			count++
		}
		if last == nil || count != 1 {
			t.Errorf("%s: %d levels, error %v; want the error alone", name, count, last)
		}
	}
}

// openOrSkip opens a data set in the folder that ESPALIER_DATA names.
func openOrSkip(t testing.TB, set string) *data.Dataset {
	t.Helper()
	dataset, err := data.Open(t.Context(), set, os.Getenv("ESPALIER_DATA"))
	if errors.As(err, new(*data.MissingError)) {
		t.Skipf("%s: set ESPALIER_DATA to a data folder that has %s", t.Name(), set)
	}
	return must(dataset, err)(t)
}

// firstError is the first error of a sequence.
func firstError(levels iter.Seq2[lth.Level, error]) error {
	for _, err := range levels {
		if err != nil {
			return err
		}
	}
	return nil
}
