package cgp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// EarlyBirdOptions are the options of FindEarlyBird. The zero value is GEBT's search
// for a ticket with half of the edges and all weights; with a density of weights below
// 1 it is the joint search.
type EarlyBirdOptions struct {
	Rule EarlyBird
	// Edges and Weights are the densities of the ticket; 0 means .5 of the edges and
	// all weights.
	Edges, Weights float64
	Epochs         int     // at most of the search, and of the ticket's training; 0 means 100
	LearningRate   float64 // of Adam, of weights; 0 means .01
	EdgeRate       float64 // of the values of edges; 0 means .001
	WeightDecay    float64 // of the first layer; 0 means 5e-4, below 0 none
	Penalty        float64 // ρ; 0 means .001, below 0 none
	// WholeSearch searches to the last epoch, even if the masks stop changing: a
	// control.
	WholeSearch bool
	Initializer nn.Initializer
}

func (o EarlyBirdOptions) withDefaults() EarlyBirdOptions {
	o.Edges, o.Weights = cmp.Or(o.Edges, .5), cmp.Or(o.Weights, 1)
	o.Epochs, o.LearningRate, o.EdgeRate = cmp.Or(o.Epochs, 100), cmp.Or(o.LearningRate, .01), cmp.Or(o.EdgeRate, .001)
	o.WeightDecay, o.Penalty = or(o.WeightDecay, 5e-4), or(o.Penalty, .001)
	return o
}

// Check reports invalid options.
func (o EarlyBirdOptions) Check() error {
	o = o.withDefaults()
	if !(o.Edges > 0 && o.Edges <= 1 && o.Weights > 0 && o.Weights <= 1) {
		return fmt.Errorf("densities %v of edges and %v of weights are not both in (0, 1]", o.Edges, o.Weights)
	}
	if o.Epochs < 1 || o.LearningRate < 0 || o.EdgeRate < 0 {
		return fmt.Errorf("%d epochs at rates of %v and %v; there is at least one, and no rate is negative", o.Epochs, o.LearningRate, o.EdgeRate)
	}
	return o.Rule.Check()
}

// EarlyBirdTicket is an early-bird ticket.
type EarlyBirdTicket struct {
	// Found is the epoch at which the masks stopped changing, or the last one searched;
	// Still says whether they did.
	Found int
	Still bool
	// Distances are those of Watch, the last at epoch Found.
	Distances []float64
	Mask      *prune.Mask
	Left      Densities
	// Epoch is the first with the best validation accuracy of the ticket's training, and
	// Weights are those of that epoch.
	Epoch
	Weights nn.Weights
}

// FindEarlyBird trains a network and values for the edges of an undirected graph until
// the masks that they imply no longer change, and then trains what these leave, from
// the weights at the end of the search: You et al., "Early-Bird GCNs", AAAI 2022.
//
// Edge values A start at 1, are the same in both directions, and are pulled towards a
// sparse Z, as in ADMM: the loss contains ρ·‖A − Z + U‖²/N² for N nodes, and after each
// epoch Z keeps the largest entries of A + U at the target density, and U becomes U + A
// − Z. The ticket's edges are those with the largest values, its weights those with the
// largest magnitude in all matrices; a joint search sets the other weights to zero
// after each epoch, and they may grow again.
func FindEarlyBird(ctx context.Context, problem Problem, o EarlyBirdOptions) (*EarlyBirdTicket, error) {
	if err := cmp.Or(problem.check(), o.Check()); err != nil {
		return nil, fmt.Errorf("early bird: %w", err)
	}
	s := &birdSearch{Problem: problem, EarlyBirdOptions: o.withDefaults()}
	bird, err := s.search(ctx)
	if err != nil {
		return nil, fmt.Errorf("early bird of %s: %w", problem.Graph.Name(), err)
	}
	return bird, nil
}

// birdSearch carries out one FindEarlyBird.
type birdSearch struct {
	Problem
	EarlyBirdOptions
	program  *gnn.Program
	matrices []nn.Parameter
	target   []float32 // Z
	dual     []float32 // U
	watch    *Watch
	bird     EarlyBirdTicket
}

// The parameters that hold Z and U.
const (
	targetName = "edges that are wanted"
	dualName   = "multipliers of edges"
)

func (s *birdSearch) search(ctx context.Context) (*EarlyBirdTicket, error) {
	switch {
	case !s.Graph.Undirected():
		return nil, errors.New("it is directed; symmetrise it first")
	case s.Graph.Counts().Entries == 0:
		return nil, errors.New("it has no edges to prune")
	}
	task := s.start("early bird", 2*s.Epochs)
	defer task.End()
	if err := s.prepare(); err != nil {
		return nil, err
	}
	defer func() { s.program.Close() }()
	f := fit{problem: s.Problem, program: s.program, epochs: s.Epochs, rate: s.LearningRate, after: s.after, task: task,
		keep: func() (nn.Weights, error) { return nn.Weights{}, nil }}
	if _, _, err := f.run(ctx); err != nil {
		return nil, err
	}
	s.bird.Distances, s.bird.Left = s.watch.Distances(), Left(s.bird.Mask)
	weights, err := s.program.Weights()
	if err != nil {
		return nil, err
	}
	f.done = s.Epochs
	chosen, err := s.retrain(ctx, f, weights)
	s.bird.Epoch, s.bird.Weights = chosen.Epoch, chosen.weights
	return &s.bird, err
}

// prepare compiles the search.
func (s *birdSearch) prepare() error {
	prepared, err := gnn.NewGraph(s.Graph)
	if err != nil {
		return err
	}
	shape := prepared.Shape()
	s.matrices, s.watch = s.Problem.matrices(shape), s.Rule.Watch()
	held := func(name string) nn.Parameter {
		return nn.Parameter{Name: name, Layer: name, Role: nn.Held, Shape: []int{shape.Edges}}
	}
	learned := []nn.Parameter{edgesOf(shape.Edges), held(targetName), held(dualName)}
	weights, err := gnn.Initialize(s.Network, shape, s.Initializer, s.Seed.Derive("initial weights"))
	if err != nil {
		return err
	}
	ones := slices.Repeat([]float32{1}, shape.Edges)
	s.target, s.dual = ones, make([]float32, shape.Edges)
	weights[Edges], weights[targetName], weights[dualName] = ones, s.target, s.dual
	s.program, err = s.begin(gnn.Recipe{
		Graph:       prepared,
		Insertion:   s.insertion(learned, reversed(s.Graph)),
		Optimizer:   roleRate{Adam: train.Adam{LearningRate: s.LearningRate}, role: EdgeValue, factor: s.EdgeRate / s.LearningRate},
		WeightDecay: gnn.WeightDecay{First: s.WeightDecay},
	}, weights, s.Seed.Derive("search"), nil)
	return err
}

// insertion gives both directions of an edge the mean of their values, so that their
// gradients are the same.
func (s *birdSearch) insertion(parameters []nn.Parameter, reverse []int32) *gnn.Insertion {
	edges := func(b *gnn.Builder) *graph.Node {
		return b.Once(Edges, func() *graph.Node {
			value := b.Parameter(Edges)
			other := graph.Gather(value, graph.InsertAxes(graph.Const(b.Graph(), reverse), -1))
			return graph.MulScalar(graph.Add(value, other), .5)
		})
	}
	return &gnn.Insertion{
		Parameters: parameters,
		Edges:      func(b *gnn.Builder, _ string) *graph.Node { return edges(b) },
		Penalty: func(b *gnn.Builder) *graph.Node {
			away := graph.Add(graph.Sub(edges(b), b.Parameter(targetName)), b.Parameter(dualName))
			pairs := float64(s.Graph.Nodes()) * float64(s.Graph.Nodes())
			return graph.MulScalar(graph.ReduceAllSum(graph.Square(away)), s.Penalty/pairs)
		},
	}
}

// after draws the masks of an epoch and moves Z and U.
func (s *birdSearch) after(epoch int) (ends bool, err error) {
	edges, err := s.program.Value(Edges)
	if err != nil {
		return false, err
	}
	kept, err := symmetric(s.Graph, prune.Absolute(edges), s.Edges)
	if err != nil {
		return false, err
	}
	var parts []*prune.Mask
	if s.Edges < 1 {
		parts = append(parts, kept)
	}
	ticket := kept
	if s.Weights < 1 {
		live, err := s.zeroPruned()
		if err != nil {
			return false, err
		}
		parts, ticket = append(parts, live), prune.Join(kept, live)
	}
	still, err := s.watch.See(parts...)
	if err != nil {
		return false, err
	}
	s.bird.Found, s.bird.Mask = epoch, ticket
	s.bird.Still = s.bird.Still || still
	if still && !s.WholeSearch {
		return true, nil
	}
	return false, s.updateTarget(edges)
}

// zeroPruned keeps the weights of the largest magnitude and sets the others to zero,
// from which they may grow again.
func (s *birdSearch) zeroPruned() (*prune.Mask, error) {
	weights, err := values(s.program, names(s.matrices))
	if err != nil {
		return nil, err
	}
	scores := make(prune.Values)
	for name, x := range weights {
		scores[name] = prune.Absolute(x)
	}
	mask := prune.OnesOf(s.matrices)
	mask, err = mask.Remove(scores, prune.RoundDown(mask.Size(), 1-s.Weights), names(s.matrices)...)
	if err != nil {
		return nil, err
	}
	if weights, err = mask.Apply(weights); err != nil {
		return nil, err
	}
	for name, x := range weights {
		if err := s.program.SetValue(name, x); err != nil {
			return nil, err
		}
	}
	return mask, nil
}

// updateTarget sets Z to the largest entries of A + U, and adds A − Z to U.
func (s *birdSearch) updateTarget(edges []float32) error {
	for i, a := range edges {
		s.dual[i] += a // A + U for now
	}
	wanted, err := symmetric(s.Graph, prune.Absolute(s.dual), s.Edges)
	if err != nil {
		return err
	}
	s.target = make([]float32, len(edges))
	for i := range wanted.Live(Edges) {
		s.target[i] = s.dual[i]
	}
	for i := range s.dual {
		s.dual[i] -= s.target[i]
	}
	if err := s.program.SetValue(targetName, s.target); err != nil {
		return err
	}
	return s.program.SetValue(dualName, s.dual)
}

// retrain trains the ticket, from weights that were found.
func (s *birdSearch) retrain(ctx context.Context, f fit, found nn.Weights) (best, error) {
	sparse, prepared, err := s.onLiveEdges(s.bird.Mask)
	if err != nil {
		return best{}, err
	}
	masked := slices.DeleteFunc(s.bird.Mask.Names(), func(name string) bool { return name == Edges })
	for _, name := range []string{Edges, targetName, dualName} {
		delete(found, name)
	}
	f.program, err = sparse.begin(gnn.Recipe{
		Graph: prepared, Masked: masked,
		Optimizer:   train.Adam{LearningRate: s.LearningRate},
		WeightDecay: gnn.WeightDecay{First: s.WeightDecay},
	}, found, s.Seed.Derive("ticket training"), living(s.bird.Mask))
	if err != nil {
		return best{}, err
	}
	defer f.program.Close()
	f.problem, f.after, f.keep = sparse, nil, nil
	chosen, _, err := f.run(ctx)
	return chosen, err
}

// roleRate is Adam with a rate of its own for parameters of a role.
type roleRate struct {
	train.Adam
	role   nn.Role
	factor float64
}

// Update scales the rate, which is the first of Adam's scalars.
func (r roleRate) Update(p train.Parameter) (*graph.Node, []*graph.Node) {
	if p.Role == r.role {
		p.Scalars = slices.Clone(p.Scalars)
		p.Scalars[0] = graph.MulScalar(p.Scalars[0], r.factor)
	}
	return r.Adam.Update(p)
}
