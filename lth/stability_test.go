package lth_test

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"espalier/lth"
	"espalier/train"
)

// forkStudy is toyStudy of one level, rewound to a moment; training has 50 iterations.
func forkStudy(t testing.TB, at int) (lth.Study, []lth.Level) {
	t.Helper()
	study := toyStudy(t)
	study.Options.Levels, study.Options.Rewind = 1, train.Iterations(at)
	return study, collect(t, study.Tickets(t.Context()))
}

func TestForkedChildrenDiffer(t *testing.T) {
	study, tickets := forkStudy(t, 10)
	for _, c := range []struct {
		control lth.Control
		ticket  lth.Level
	}{{lth.UnchangedTicket, tickets[0]}, {lth.UnchangedTicket, tickets[1]}, {lth.RandomMask, tickets[1]}} {
		fork := must(study.Fork(t.Context(), c.control, c.ticket))(t)
		first, second := fork.Children[0], fork.Children[1]
		if first.Weights.Equal(second.Weights) {
			t.Errorf("%s, level %d: the children are the same", fork.Method, fork.Index)
		}
		if len(fork.Errors) != 30 {
			t.Fatalf("%d points on the line, want 30", len(fork.Errors))
		}
		for i, child := range fork.Children {
			if end, want := fork.Errors[29*i], 1-child.Final().TestAccuracy; math.Abs(end-want) > 1e-12 {
				t.Errorf("%s: the line ends with the error %v, child %d has %v", fork.Method, end, i+1, want)
			}
			if !child.Weights.Equal(must(fork.Mask.Apply(child.Weights))(t)) {
				t.Errorf("%s: child %d has pruned weights that are not 0", fork.Method, i+1)
			}
			if got := child.History[0].Iteration; got <= 10 {
				t.Errorf("%s: child %d has a point at iteration %d, before the fork", fork.Method, i+1, got)
			}
		}
		if !fork.Initial.Equal(must(fork.Mask.Apply(tickets[0].Origin.Rewound))(t)) {
			t.Errorf("%s does not begin with the weights at the fork", fork.Method)
		}
		worst := slices.Max(fork.Errors)
		if want := worst - (fork.Errors[0]+fork.Errors[29])/2; fork.Instability() != want || want < 0 {
			t.Errorf("%s: instability %v, want %v", fork.Method, fork.Instability(), want)
		}
	}
}

func TestForkNeedsTestImages(t *testing.T) {
	study, tickets := forkStudy(t, 10)
	recorder := new(recorder)
	study.Test, study.Progress = nil, recorder
	if _, err := study.Fork(t.Context(), lth.UnchangedTicket, tickets[0]); err == nil || !strings.Contains(err.Error(), "no test images") {
		t.Errorf("error %v", err)
	}
	if len(recorder.tasks) != 0 {
		t.Errorf("trained before that: %v", recorder.tasks)
	}
}

// Forked at the very end, the children are their parent and the line is a point.
func TestForkAtTheEndIsStable(t *testing.T) {
	study, tickets := forkStudy(t, 50)
	fork := must(study.Fork(t.Context(), lth.UnchangedTicket, tickets[0]))(t)
	if fork.Instability() != 0 || !fork.Children[0].Weights.Equal(tickets[0].Result.Weights) {
		t.Errorf("instability %v", fork.Instability())
	}
}

// The whole training lies after a fork at the beginning, and most of it before one
// near the end: the later the fork, the nearer the children.
func TestLaterForksAreMoreStable(t *testing.T) {
	early, tickets := forkStudy(t, 0)
	first := must(early.Fork(t.Context(), lth.UnchangedTicket, tickets[0]))(t)
	late, tickets := forkStudy(t, 45)
	last := must(late.Fork(t.Context(), lth.UnchangedTicket, tickets[0]))(t)
	if !(distance(first) > 2*distance(last)) {
		t.Errorf("children forked at the beginning are %v apart, at the end %v", distance(first), distance(last))
	}
}

func distance(f lth.Fork) float64 {
	sum := 0.0
	for name, values := range f.Children[0].Weights {
		for i, w := range values {
			d := float64(w - f.Children[1].Weights[name][i])
			sum += d * d
		}
	}
	return math.Sqrt(sum)
}

func TestForksAreKeptAndReproducible(t *testing.T) {
	study, tickets := forkStudy(t, 10)
	want := must(study.Fork(t.Context(), lth.UnchangedTicket, tickets[1]))(t)
	study.Folder = filepath.Join(t.TempDir(), "study")
	study.Options.Training.Workers = 3
	for run := range 2 {
		recorder := new(recorder)
		study.Progress = recorder
		fork := must(study.Fork(t.Context(), lth.UnchangedTicket, tickets[1]))(t)
		if !slices.Equal(fork.Errors, want.Errors) || !fork.Children[1].Weights.Equal(want.Children[1].Weights) {
			t.Error("the fork is another one")
		}
		if trained := len(recorder.tasks); trained != 2*(1-run) {
			t.Errorf("run %d trained %d children", run+1, trained)
		}
	}
	if files := listing(t, study.Folder); len(files) != 2 {
		t.Errorf("the folder has %v, want the results of two children", files)
	}
}

// A study that goes on from a dense network with snapshots is that which rewinds to
// one of them.
func TestTicketsFromASnapshot(t *testing.T) {
	plain := toyStudy(t)
	plain.Options.Rewind = train.Iterations(20)
	want := fingerprints(collect(t, plain.Tickets(t.Context())))

	study := toyStudy(t)
	study.Options.Snapshots = []train.Length{train.Iterations(10), train.Iterations(20)}
	var dense lth.Level
	for level, err := range study.Tickets(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		dense = level
		break
	}
	study.Options.Rewind = train.Iterations(20)
	from := must(dense.RewoundTo(study.Options.Rewind))(t)
	if got := fingerprints(collect(t, study.TicketsFrom(t.Context(), from))); !slices.Equal(got, want) {
		t.Error("the tickets are not those of a study that rewinds there")
	}
	if _, err := dense.RewoundTo(train.Iterations(11)); err == nil {
		t.Error("a level is rewound to a moment that was not kept")
	}
}
