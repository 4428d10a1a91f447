package lth_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"espalier/lth"
	"espalier/prune"
)

func counts(m *prune.Mask) map[string]int {
	all := make(map[string]int)
	for _, name := range m.Names() {
		all[name] = m.CountOf(name)
	}
	return all
}

// Every registered control but the dense one has the ticket's number of weights in
// each layer, trains as long as the ticket, and is reproducible.
func TestControlsAreFair(t *testing.T) {
	study := toyStudy(t)
	tickets := collect(t, study.Tickets(t.Context()))
	for _, name := range lth.ControlNames() {
		control := must(lth.LookupControl(name))(t)
		levels := collect(t, study.Control(t.Context(), control, sequence(tickets)))
		if len(levels) != len(tickets) {
			t.Fatalf("%s: %d levels for %d tickets", name, len(levels), len(tickets))
		}
		for i, level := range levels {
			if level.Method != name || level.Index != i || level.Origin != tickets[i].Origin {
				t.Errorf("%s: level %d is %s %d", name, i, level.Method, level.Index)
			}
			if control.Name != lth.Dense.Name && !control.Reshapes && !maps.Equal(counts(level.Mask), counts(tickets[i].Mask)) {
				t.Errorf("%s: level %d has %v weights, the ticket %v", name, i, counts(level.Mask), counts(tickets[i].Mask))
			}
			if want := must(level.Mask.Apply(level.Initial))(t); !level.Initial.Equal(want) {
				t.Errorf("%s: level %d starts from pruned weights that are not 0", name, i)
			}
			if level.Result.Final().Iteration != tickets[i].Result.Final().Iteration {
				t.Errorf("%s: level %d trains to another iteration than the ticket", name, i)
			}
		}
		if again := collect(t, study.Control(t.Context(), control, sequence(tickets))); !slices.Equal(fingerprints(again), fingerprints(levels)) {
			t.Errorf("%s: a second run gave other networks", name)
		}
	}
}

func TestDenseIsLevel0(t *testing.T) {
	study := toyStudy(t)
	tickets := collect(t, study.Tickets(t.Context()))
	recorder := new(recorder)
	study.Progress = recorder
	for i, level := range collect(t, study.Control(t.Context(), lth.Dense, sequence(tickets))) {
		if level.Remaining != 1 || level.Result != tickets[0].Result {
			t.Errorf("level %d: the dense network is not level 0", i)
		}
	}
	if len(recorder.tasks) != 0 {
		t.Errorf("the dense network was trained again: %v", recorder.tasks)
	}
}

// Pruned once, one-shot pruning and the iterative kind are the same.
func TestOneShotBeginsLikeTheTickets(t *testing.T) {
	study := toyStudy(t)
	study.Options.Variant = lth.OpenLTH
	tickets := collect(t, study.Tickets(t.Context()))
	levels := collect(t, study.Control(t.Context(), lth.OneShot, sequence(tickets)))
	for i, level := range levels {
		if same := level.Mask.Equal(tickets[i].Mask); same != (i < 2) {
			t.Errorf("level %d: one-shot and ticket have the same mask: %t", i, same)
		}
		if level.Mask.Count() != tickets[i].Mask.Count() {
			t.Errorf("level %d: %d weights live, in the ticket %d", i, level.Mask.Count(), tickets[i].Mask.Count())
		}
	}
	if levels[1].Result != tickets[1].Result {
		t.Error("level 1 was trained twice")
	}
}

func TestRandomMasksLieInsideEachOther(t *testing.T) {
	study := toyStudy(t)
	tickets := collect(t, study.Tickets(t.Context()))
	random := collect(t, study.Control(t.Context(), lth.RandomMask, sequence(tickets)))
	shuffled := collect(t, study.Control(t.Context(), lth.ShuffledMask, sequence(tickets)))
	for i := 1; i < len(tickets); i++ {
		if random[i].Mask.Equal(tickets[i].Mask) || shuffled[i].Mask.Equal(tickets[i].Mask) {
			t.Errorf("level %d: a control has the ticket's mask", i)
		}
		if !random[i].Mask.Subset(random[i-1].Mask) {
			t.Errorf("level %d: the random mask is not inside the one before", i)
		}
		if i > 1 && shuffled[i].Mask.Subset(shuffled[i-1].Mask) {
			t.Errorf("level %d: the shuffled mask is inside the one before, though it is drawn anew", i)
		}
		for _, level := range []lth.Level{random[i], shuffled[i]} {
			if want := must(level.Mask.Apply(level.Origin.Rewound))(t); !level.Initial.Equal(want) {
				t.Errorf("%s, level %d, does not start from the rewound weights", level.Method, i)
			}
		}
	}
}

func TestReinitializationKeepsTheMaskAlone(t *testing.T) {
	study := toyStudy(t)
	tickets := collect(t, study.Tickets(t.Context()))
	seen := make(map[string]bool)
	for i, level := range collect(t, study.Control(t.Context(), lth.RandomReinitialization, sequence(tickets))) {
		if !level.Mask.Equal(tickets[i].Mask) {
			t.Errorf("level %d has another mask than the ticket", i)
		}
		digest := level.Initial.Digest()
		if seen[digest] || level.Initial.Equal(tickets[i].Initial) {
			t.Errorf("level %d starts from weights that were there before", i)
		}
		seen[digest] = true
	}
}

func TestRegisterControl(t *testing.T) {
	start := func(context.Context, lth.Study, lth.Level) (lth.Start, error) { return lth.Start{}, nil }
	for _, control := range []lth.Control{{Name: "dense", Start: start}, {Name: lth.Tickets, Start: start}, {Start: start}, {Name: "new"}} {
		if err := lth.RegisterControl(control); err == nil {
			t.Errorf("a control %q was registered", control.Name)
		}
	}
	if _, err := lth.LookupControl("nobody"); err == nil {
		t.Error("a control that does not exist was found")
	}
}

// A failing ticket ends the controls with its error.
func TestControlHandsOnErrors(t *testing.T) {
	study := toyStudy(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var errs []error
	for _, err := range study.Control(ctx, lth.RandomMask, study.Tickets(ctx)) {
		errs = append(errs, err)
	}
	if len(errs) != 1 || errs[0] == nil {
		t.Errorf("errors %v, want one", errs)
	}
}
