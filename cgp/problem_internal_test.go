package cgp

import (
	"context"
	"strings"
	"testing"

	"espalier/data"
	"espalier/prune"
)

// methods are what takes a problem, with its own defaults.
var methods = map[string]func(context.Context, Problem) error{
	"co-sparsification": func(ctx context.Context, p Problem) error {
		_, err := CoSparsify(ctx, p, Options{})
		return err
	},
	"early bird": func(ctx context.Context, p Problem) error {
		_, err := FindEarlyBird(ctx, p, EarlyBirdOptions{})
		return err
	},
	"sparse training": func(ctx context.Context, p Problem) error {
		_, err := TrainSparse(ctx, p, SparseOptions{})
		return err
	},
	"train and prune": func(ctx context.Context, p Problem) error {
		_, err := TrainAndPrune(ctx, p, TrainPruneOptions{})
		return err
	},
	"tickets": func(ctx context.Context, p Problem) error {
		for _, err := range Tickets(ctx, p, TicketOptions{}) {
			return err
		}
		return nil
	},
}

// Methods that prune edges say so where there are none; the others do without.
func TestGraphsWithoutEdges(t *testing.T) {
	p := plantedProblem(t, "")
	var err error
	if p.Graph, err = p.Graph.KeepEdges(make([]bool, p.Graph.Counts().Entries)); err != nil {
		t.Fatal(err)
	}
	o := short(prune.Paper)
	if _, err := CoSparsify(t.Context(), p, o); err == nil || !strings.Contains(err.Error(), "there are no edges to prune") {
		t.Errorf("co-sparsification: error %v", err)
	}
	if _, err := FindEarlyBird(t.Context(), p, EarlyBirdOptions{}); err == nil || !strings.Contains(err.Error(), "it has no edges") {
		t.Errorf("early bird: error %v", err)
	}
	for _, err := range Tickets(t.Context(), p, TicketOptions{Rounds: 1, Epochs: 2}) {
		if err == nil || !strings.Contains(err.Error(), "it has no edges") {
			t.Errorf("tickets: error %v", err)
		}
		break
	}
	o.Densities.Edges = 0
	sparsified(t, p, o)
	if _, err := TrainSparse(t.Context(), p, SparseOptions{Epochs: 2}); err != nil {
		t.Error(err)
	}
}

// What a method cannot begin with is an error of every one of them, and nothing worse.
func TestProblemsThatCannotBe(t *testing.T) {
	whole := plantedProblem(t, "")
	bare, err := data.NewGraph(data.GraphContent{Name: "bare", Nodes: 2, Edges: []data.Edge{{From: 0, To: 1}, {From: 1, To: 0}}})
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*Problem){
		"nothing":                   func(p *Problem) { *p = Problem{} },
		"no graph":                  func(p *Problem) { p.Graph = nil },
		"no network":                func(p *Problem) { p.Network = nil },
		"no backend":                func(p *Problem) { p.Backend = nil },
		"no split":                  func(p *Problem) { p.Split = data.NodeSplit{} },
		"no validation":             func(p *Problem) { p.Split.Validation = nil },
		"no features and no labels": func(p *Problem) { p.Graph = bare },
	} {
		for method, run := range methods {
			p := whole
			change(&p)
			if err := run(t.Context(), p); err == nil {
				t.Errorf("%s: %s passes", method, what)
			}
		}
	}
	if _, _, err := LinkProblem(data.LinkSplit{}, 1, 1); err == nil {
		t.Error("links of no graph pass")
	}
	if _, err := (GraphTicket{}).Graph(whole.Graph); err == nil {
		t.Error("the ticket of no round passes")
	}
}
