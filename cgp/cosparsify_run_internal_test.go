package cgp

import (
	"context"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"espalier/backend"
	"espalier/prune"
)

func sparsified(t testing.TB, p Problem, o Options) *Result {
	t.Helper()
	r, err := CoSparsify(t.Context(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The densities that were wanted are reached, what is pruned is +0, and the result is
// of the best epoch after the schedule's end.
func TestCoSparsifyReachesItsDensities(t *testing.T) {
	for _, growth := range []Growth{Momentum, Gradient, RandomGrowth, NoGrowth} {
		o := short(prune.Paper)
		o.Regrowth.Growth = growth
		p := plantedProblem(t, "")
		r := sparsified(t, p, o)
		for name, want := range map[string]float64{Edges: .5, Features: .4} {
			if got := r.Mask.CountOf(name); got != int(want*float64(r.Mask.SizeOf(name))) {
				t.Errorf("%s: %d of %d %s left", growth, got, r.Mask.SizeOf(name), name)
			}
		}
		if left := Left(r.Mask); math.Abs(left.Weights-.1) > .002 || len(r.Prunings) != 4 || r.Prunings[3].Reached != left {
			t.Errorf("%s: left %v after %d prunings", growth, left, len(r.Prunings))
		}
		for _, name := range r.Mask.Names() {
			for i, x := range r.Weights[name] {
				if !r.Mask.Lives(name, i) && math.Float32bits(x) != 0 {
					t.Fatalf("%s: %s[%d] is pruned and %v", growth, name, i, x)
				}
			}
		}
		if len(r.History) != 30 || r.Epoch.Epoch <= 20 {
			t.Errorf("%s: epoch %d of %d", growth, r.Epoch.Epoch, len(r.History))
		}
		for _, e := range r.History[20:] {
			if e.Validation.Accuracy > r.Validation.Accuracy || e.Validation.Accuracy == r.Validation.Accuracy && e.Epoch < r.Epoch.Epoch {
				t.Errorf("%s: epoch %d is better than %d", growth, e.Epoch, r.Epoch.Epoch)
			}
		}
	}
}

// Dynamic sparse training begins at its densities, keeps them, and moves what lives.
func TestCoSparsifyFromTheBeginning(t *testing.T) {
	for _, variant := range []prune.Variant{prune.Paper, prune.Reference} {
		for _, uniform := range []bool{false, true} {
			o := short(variant)
			o.Initial, o.Uniform, o.Regrowth.Growth = o.Densities, uniform, Gradient
			c, err := newCoSparsification(plantedProblem(t, ""), o.withDefaults())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { c.part.program.Close() }()
			first := c.mask
			weights, err := values(c.part.program, first.Names())
			if err != nil {
				t.Fatal(err)
			}
			for _, name := range first.Names() {
				for i, x := range weights[name] {
					if !first.Lives(name, i) && x != 0 {
						t.Fatalf("%s: %s[%d] is not there and begins at %v", variant, name, i, x)
					}
				}
			}
			r, err := c.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, left := range []Densities{Left(first), Left(r.Mask)} {
				if !within(left.Edges, .5, .01) || !within(left.Features, .4, .06) || !within(left.Weights, .1, .01) {
					t.Errorf("%s, uniform %t: left %v", variant, uniform, left)
				}
			}
			const matrix = "convolution1.weight"
			if even := within(first.DensityOf(matrix), .1, .005); even != uniform {
				t.Errorf("uniform %t: the first matrix begins at a density of %v", uniform, first.DensityOf(matrix))
			}
			if slices.Equal(bools(first, matrix), bools(r.Mask, matrix)) {
				t.Errorf("%s, uniform %t: weights do not move", variant, uniform)
			}
			if wanted := r.Prunings[0].Wanted; wanted != o.Densities {
				t.Errorf("%s: %v are wanted at first", variant, wanted)
			}
		}
	}
}

// Nothing is learned in front of edges and features that are not to be pruned.
func TestCoSparsifyNothing(t *testing.T) {
	r := sparsified(t, plantedProblem(t, ""), Options{Epochs: 30, Schedule: Schedule{End: 20}})
	if len(r.Mask.Names()) != 0 || r.Weights[Edges] != nil || r.Weights[Features] != nil || len(r.Prunings) != 0 {
		t.Errorf("masks of %v", r.Mask.Names())
	}
	if left := Left(r.Mask); left != (Densities{1, 1, 1}) {
		t.Errorf("left %v", left)
	}
}

// What a rating that does not change has removed never comes back without growth, and
// runs of different methods remove the same.
func TestControlsRemoveTheSameEverywhere(t *testing.T) {
	for _, rating := range []Rating{RandomRating, Degree} {
		o := short(prune.Paper)
		o.Ratings.Edges, o.Regrowth.Growth = rating, NoGrowth
		o.Densities = Densities{Edges: .5}
		half := sparsified(t, plantedProblem(t, ""), o)
		o.Densities.Edges = .3
		o.EdgeStart = 2
		if less := sparsified(t, plantedProblem(t, ""), o); !less.Mask.Subset(half.Mask) {
			t.Errorf("%s: the edges of .3 are not among those of .5", rating)
		}
	}
}

func TestCoSparsifyRepeats(t *testing.T) {
	if os.Getenv(backend.Variable) != "" {
		t.Skip("of the default backend")
	}
	want := sparsified(t, plantedProblem(t, "cpu:workers=1"), short(prune.Paper))
	for _, workers := range []string{"cpu:workers=1", "cpu:workers=3"} {
		got := sparsified(t, plantedProblem(t, workers), short(prune.Paper))
		if got.Weights.Digest() != want.Weights.Digest() || !got.Mask.Equal(want.Mask) {
			t.Errorf("%s: another result", workers)
		}
	}
	p := plantedProblem(t, "")
	p.Seed++
	if got := sparsified(t, p, short(prune.Paper)); got.Weights.Digest() == want.Weights.Digest() {
		t.Error("another seed gives the same result")
	}
}

func TestCoSparsifyRefuses(t *testing.T) {
	p := plantedProblem(t, "")
	for name, change := range map[string]func(*Problem, *Options){
		"a density above 1":      func(_ *Problem, o *Options) { o.Densities.Edges = 1.5 },
		"weights by degree":      func(_ *Problem, o *Options) { o.Ratings.Weights = Degree },
		"an unknown rating":      func(_ *Problem, o *Options) { o.Ratings.Edges = "luck" },
		"pruning until the end":  func(_ *Problem, o *Options) { o.Schedule.End = o.Epochs },
		"fewer at the beginning": func(_ *Problem, o *Options) { o.Initial.Edges = o.Densities.Edges / 2 },
		"no network":             func(p *Problem, _ *Options) { p.Network = nil },
		"an unknown growth":      func(_ *Problem, o *Options) { o.Regrowth.Growth = "fast" },
	} {
		problem, o := p, short(prune.Paper)
		change(&problem, &o)
		if _, err := CoSparsify(t.Context(), problem, o); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	for range 20 {
		if err := (Options{Densities: Densities{2, 2, 2}}).Check(); err == nil || !strings.Contains(err.Error(), Edges) {
			t.Fatalf("of three densities that cannot be the edges' is not the one that is reported: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := CoSparsify(ctx, p, short(prune.Paper)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
