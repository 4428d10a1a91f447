package lth_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"espalier/lth"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// residualStudy prunes a narrow ResNet-8 on some of the digits, two levels.
func residualStudy(t testing.TB) lth.Study {
	t.Helper()
	study := toyStudy(t)
	study.Network = must(nn.New("resnet-digits", nn.ZooOptions{Width: 0.5}))(t)
	study.Initializer = nn.KaimingNormal
	study.Options.Variant, study.Options.Levels, study.Options.Fraction = lth.StructureLTH, 2, 0.4
	study.Options.Training.Length, study.Options.Training.Schedule = train.Iterations(15), nil
	return study
}

// wholeChannels reports whether every channel of a parameter lives wholly or not at
// all, and how many live.
func wholeChannels(m *prune.Mask, name string) (whole bool, live int) {
	shape := m.Shape(name)
	counts := make([]int, shape[len(shape)-1])
	for i := range m.Live(name) {
		counts[i%len(counts)]++
	}
	whole = true
	for _, count := range counts {
		if count > 0 {
			live++
			whole = whole && count == m.SizeOf(name)/len(counts)
		}
	}
	return whole, live
}

func spared(name string) bool { return name == "conv1.weight" || strings.HasPrefix(name, "linear") }

func TestRefilledTickets(t *testing.T) {
	study := residualStudy(t)
	tickets := collect(t, study.Tickets(t.Context()))
	for _, c := range []struct {
		control lth.Control
		extra   float64
	}{{lth.Refill, 0}, {lth.RefillPlus, 0.2}} {
		for i, level := range collect(t, study.Control(t.Context(), c.control, sequence(tickets))) {
			for _, name := range level.Mask.Names() {
				if spared(name) {
					if level.Mask.DensityOf(name) != 1 {
						t.Errorf("%s, level %d: %s is not spared", level.Method, i, name)
					}
					continue
				}
				shape := level.Mask.Shape(name)
				channels := float64(shape[len(shape)-1])
				dense := tickets[i].Mask.DensityOf(name) * channels
				want := int(math.Ceil(dense + c.extra*(channels-dense) - 1e-9))
				if whole, live := wholeChannels(level.Mask, name); !whole || live != want {
					t.Errorf("%s, level %d: %d channels of %s live, want %d, none in part", level.Method, i, live, name, want)
				}
			}
			if want := must(nn.Silence(study.Network, level.Origin.Rewound, level.Mask))(t); !level.Initial.Equal(want) {
				t.Errorf("%s, level %d does not start from the rewound weights", level.Method, i)
			}
		}
	}
}

// The reference keeps a channel more, and rewinds the weights it refills alone.
func TestReferenceRefillBeginsHalfRewound(t *testing.T) {
	study := residualStudy(t)
	tickets := collect(t, study.Tickets(t.Context()))
	first := tickets[1].Result.Weights
	for i, level := range collect(t, study.Control(t.Context(), lth.ReferenceRefill, sequence(tickets)))[1:] {
		for _, p := range study.Network.Parameters() {
			got := level.Initial[p.Name]
			switch {
			case p.Prunable() && !spared(p.Name):
				shape := level.Mask.Shape(p.Name)
				channels := shape[len(shape)-1]
				want := int(tickets[i+1].Mask.DensityOf(p.Name)*float64(channels)) + 1
				if _, live := wholeChannels(level.Mask, p.Name); live != want {
					t.Errorf("level %d: %d channels of %s live, want %d", i+1, live, p.Name, want)
				}
				for j := range level.Mask.Live(p.Name) {
					if got[j] != level.Origin.Rewound[p.Name][j] {
						t.Fatalf("level %d: %s is not rewound", i+1, p.Name)
					}
				}
			case p.Trainable():
				if !slices.Equal(got, first[p.Name]) {
					t.Errorf("level %d: %s is not as level 1's training left it", i+1, p.Name)
				}
			default:
				if slices.Equal(got, first[p.Name]) {
					t.Errorf("level %d: the running statistics %s have seen no batch more", i+1, p.Name)
				}
			}
		}
	}
}

// Tickets give the same, whether a control reads them one by one, as they are trained, or
// when all of them are there.
func TestReferenceRefillDoesNotDependOnWhenTicketsAreRead(t *testing.T) {
	study := residualStudy(t)
	study.Options.Levels = 1
	late := collect(t, study.Control(t.Context(), lth.ReferenceRefill, sequence(collect(t, study.Tickets(t.Context())))))
	for i, level := range collect(t, study.Control(t.Context(), lth.ReferenceRefill, study.Tickets(t.Context()))) {
		if !level.Mask.Equal(late[i].Mask) || !level.Initial.Equal(late[i].Initial) {
			t.Errorf("level %d begins elsewhere", i)
		}
	}
}

func TestRefillByEveryCriterion(t *testing.T) {
	study := residualStudy(t)
	study.Options.Levels = 1
	tickets := collect(t, study.Tickets(t.Context()))
	seen := make(map[string]bool)
	for _, criterion := range prune.Criteria() {
		control := lth.NewRefill(string(criterion), prune.RefillOptions{Criterion: criterion})
		level := collect(t, study.Control(t.Context(), control, sequence(tickets)))[1]
		seen[level.Mask.Digest()] = true
		if level.Remaining >= 1 {
			t.Errorf("%s keeps everything", criterion)
		}
	}
	if len(seen) < 3 {
		t.Errorf("%d criteria gave %d masks", len(prune.Criteria()), len(seen))
	}
}

// smallBlocks are found in layers of 8 channels.
var smallBlocks = prune.RegroupOptions{Clusters: 2, BlockRows: 4, FewestRows: 2}

func TestRegroupedTickets(t *testing.T) {
	study := residualStudy(t)
	tickets := collect(t, study.Tickets(t.Context()))
	levels := collect(t, study.Control(t.Context(), lth.NewRegroup("small", smallBlocks), sequence(tickets)))
	if levels[2].Mask.Equal(tickets[2].Mask) {
		t.Error("no block was found")
	}
	for i, level := range levels {
		if want := must(nn.Silence(study.Network, level.Origin.Rewound, level.Mask))(t); !level.Initial.Equal(want) {
			t.Errorf("level %d does not start from the rewound weights", i)
		}
	}
	// No layer has clusters of more than 16 rows, so the code's numbers change nothing.
	for i, level := range collect(t, study.Control(t.Context(), lth.Regroup, sequence(tickets))) {
		if !level.Mask.Equal(tickets[i].Mask) || level.Result != tickets[i].Result {
			t.Errorf("level %d: layers of 32 channels were regrouped, or the same was trained twice", i)
		}
	}
}

func TestReinitializedStructureHasNewWeights(t *testing.T) {
	study := residualStudy(t)
	tickets := collect(t, study.Tickets(t.Context()))
	refilled := collect(t, study.Control(t.Context(), lth.Refill, sequence(tickets)))
	fresh := collect(t, study.Control(t.Context(), lth.Reinitialized(lth.Refill), sequence(tickets)))
	for i, level := range fresh {
		if !level.Mask.Equal(refilled[i].Mask) || level.Initial.Equal(refilled[i].Initial) {
			t.Errorf("level %d has another mask, or the same weights", i)
		}
	}
}

func TestGroupAwareTickets(t *testing.T) {
	study := residualStudy(t)
	plain := collect(t, study.Tickets(t.Context()))
	study.Options.Reshape = lth.GroupAware(smallBlocks)
	levels := collect(t, study.Tickets(t.Context()))
	if levels[1].Mask.Equal(plain[1].Mask) {
		t.Error("level 1 was not regrouped")
	}
	for i, level := range levels {
		for _, name := range level.Mask.Names() {
			if spared(name) && level.Mask.DensityOf(name) != 1 {
				t.Errorf("level %d: %s is not spared", i, name)
			}
		}
	}
	again := collect(t, study.Tickets(t.Context()))
	if !slices.Equal(fingerprints(again), fingerprints(levels)) {
		t.Error("a second run gave other tickets")
	}
}

// Masks found before training have the ticket's number of weights, and differ.
func TestForesightOnAResidualNetwork(t *testing.T) {
	if testing.Short() {
		t.Skip("not running scores of a residual network, which takes seconds, and minutes under the race detector: -short is set")
	}
	study := residualStudy(t)
	study.Options.Levels = 1
	tickets := collect(t, study.Tickets(t.Context()))
	seen := make(map[string]string)
	for _, control := range []lth.Control{
		lth.SNIP, lth.GraSP, lth.ReferenceGraSP, lth.SynFlow, lth.ReferenceSynFlow,
		lth.NewForesight("synflow at once", prune.SynFlow, 1, nil), lth.ADMM, lth.ReferenceADMM,
	} {
		level := collect(t, study.Control(t.Context(), control, sequence(tickets)))[1]
		if level.Mask.Count() != tickets[1].Mask.Count() {
			t.Errorf("%s: %d weights live, in the ticket %d", control.Name, level.Mask.Count(), tickets[1].Mask.Count())
		}
		if other, ok := seen[level.Mask.Digest()]; ok {
			t.Errorf("%s and %s have the same mask", control.Name, other)
		}
		seen[level.Mask.Digest()] = control.Name
	}
}
