package cgp

import (
	"slices"
	"testing"

	"espalier/gnn"
	"espalier/nn"
	"espalier/progress"
	"espalier/prune"
)

func ticketsOf(t *testing.T, p Problem, o TicketOptions) []GraphTicket {
	t.Helper()
	var rounds []GraphTicket
	for round, err := range Tickets(t.Context(), p, o) {
		if err != nil {
			t.Fatal(err)
		}
		rounds = append(rounds, round)
	}
	return rounds
}

func TestTicketsClimbTheLadder(t *testing.T) {
	o := TicketOptions{Rounds: 3, Epochs: 20, Ladder: Ladder{Edges: .2, Weights: .4}}
	for name, change := range map[string]func(*TicketOptions){
		"learned":         func(*TicketOptions) {},
		"random":          func(o *TicketOptions) { o.Ratings = Ratings{Edges: RandomRating, Weights: RandomRating} },
		"edges by degree": func(o *TicketOptions) { o.Ratings = Ratings{Edges: Degree} },
		"new weights":     func(o *TicketOptions) { o.Reinitialize = true },
	} {
		changed := o
		change(&changed)
		rounds := ticketsOf(t, plantedProblem(t, ""), changed)
		if len(rounds) != 4 {
			t.Fatalf("%s: %d rounds", name, len(rounds))
		}
		for i, round := range rounds {
			want := o.Ladder.Left(i)
			if !within(round.Left.Edges, want.Edges, .01) || !within(round.Left.Weights, want.Weights, .01) {
				t.Errorf("%s: round %d has left %v, want %v", name, i, round.Left, want)
			}
			if i > 0 && !round.Mask.Subset(rounds[i-1].Mask) {
				t.Errorf("%s: round %d brings something back", name, i)
			}
			for _, weight := range []string{"convolution1.weight", "convolution2.weight"} {
				for j, x := range round.Weights[weight] {
					if x != 0 && !round.Mask.Lives(weight, j) {
						t.Fatalf("%s: round %d: %s[%d] is pruned and %v", name, i, weight, j, x)
					}
				}
			}
		}
	}
}

// steps records how many steps a task announces and takes.
type steps struct{ announced, taken int }

func (s *steps) Start(_ string, count int) progress.Task {
	s.announced = count
	return s
}

func (s *steps) Step(done int) { s.taken = done }
func (s *steps) End()          {}

// A control that trains no soft masks announces no steps for them.
func TestTicketsTakeTheStepsTheyAnnounce(t *testing.T) {
	for name, ratings := range map[string]Ratings{"learned": {}, "random": {Edges: RandomRating, Weights: RandomRating}} {
		p, seen := plantedProblem(t, ""), new(steps)
		p.Progress = seen
		ticketsOf(t, p, TicketOptions{Rounds: 2, Epochs: 3, Ratings: ratings})
		if seen.taken != seen.announced {
			t.Errorf("%s: %d steps of %d", name, seen.taken, seen.announced)
		}
	}
}

func within(got, want, by float64) bool { return got-want < by && want-got < by }

// The search is the same whenever it is run, and goes on from the initial weights in
// every round.
func TestTicketsRepeat(t *testing.T) {
	o := TicketOptions{Rounds: 2, Epochs: 15}
	first := ticketsOf(t, plantedProblem(t, ""), o)
	again := ticketsOf(t, plantedProblem(t, ""), o)
	for i := range first {
		if !first[i].Mask.Equal(again[i].Mask) || first[i].Weights.Digest() != again[i].Weights.Digest() {
			t.Errorf("round %d differs", i)
		}
	}
}

// The penalty pulls all masks down; what the loss needs resists.
func TestSoftMasksArePenalised(t *testing.T) {
	p := plantedProblem(t, "")
	soft := func(penalty float64) nn.Weights {
		s, err := newTicketSearch(p, TicketOptions{Epochs: 30, EdgePenalty: penalty, WeightPenalty: penalty})
		if err != nil {
			t.Fatal(err)
		}
		masks, err := s.softMasks(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		return masks
	}
	sum := func(values []float32) (total float64) {
		for _, x := range prune.Absolute(values) {
			total += float64(x)
		}
		return total
	}
	little, much := soft(gnn.None), soft(1)
	for _, name := range []string{Edges, "convolution1.weight", "convolution2.weight"} {
		if !(sum(much[name]) < sum(little[name])) {
			t.Errorf("%s: masks sum to %v with a penalty, to %v without", name, sum(much[name]), sum(little[name]))
		}
	}
}

func TestTicketsRefuse(t *testing.T) {
	p := plantedProblem(t, "")
	for _, o := range []TicketOptions{{Rounds: -1}, {Ladder: Ladder{Edges: 2}}, {Ratings: Ratings{Weights: Degree}}, {LearningRate: -1},
		{Ratings: Ratings{Edges: Sigmoid}}, {Ratings: Ratings{Weights: Sigmoid}}, {Ratings: Ratings{Features: RandomRating}}} {
		for _, err := range Tickets(t.Context(), p, o) {
			if err == nil {
				t.Errorf("%+v passes", o)
			}
			break
		}
	}
}

func TestTicketIsTheGraphThatIsLeft(t *testing.T) {
	p := plantedProblem(t, "")
	rounds := ticketsOf(t, p, TicketOptions{Rounds: 1, Epochs: 5})
	g, err := rounds[1].Graph(p.Graph)
	if err != nil {
		t.Fatal(err)
	}
	var want []int
	for i := range rounds[1].Mask.Live(Edges) {
		want = append(want, i)
	}
	edges := p.Graph.Edges()
	for i, e := range g.Edges() {
		if edges[want[i]] != e {
			t.Errorf("edge %d is %v, want %v", i, e, edges[want[i]])
		}
	}
	if slices.Equal(g.Edges(), edges) {
		t.Error("nothing is pruned")
	}
}
