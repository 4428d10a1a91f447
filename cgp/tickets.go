package cgp

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/data"
	"espalier/gnn"
	"espalier/nn"
	"espalier/progress"
	"espalier/prune"
	"espalier/seed"
	"espalier/train"
)

// TicketOptions are the options of Tickets. The zero value is UGS's for GCN on Cora.
type TicketOptions struct {
	Rounds int // after the dense network; 0 means 20
	Ladder Ladder
	// Ratings other than magnitudes, of edges and weights, are controls; no masks are
	// trained for what they rate. Features are not rated, and nothing by Sigmoid: soft
	// masks multiply as they are.
	Ratings Ratings
	// Reinitialize trains the tickets from new random weights, a control.
	Reinitialize bool

	// EdgePenalty and WeightPenalty are the factors of the sums of absolute values of the
	// masks in the loss; 0 means .01, below 0 none.
	EdgePenalty, WeightPenalty float64
	Epochs                     int            // of each of the two trainings of a round; 0 means 200
	LearningRate               float64        // of Adam; 0 means .008
	WeightDecay                float64        // of all parameters; 0 means 8e-5, below 0 none
	Initializer                nn.Initializer // "" means FanInUniform, what the authors' linear layers begin with
}

func (o TicketOptions) withDefaults() TicketOptions {
	o.Rounds, o.Epochs = cmp.Or(o.Rounds, 20), cmp.Or(o.Epochs, 200)
	o.EdgePenalty, o.WeightPenalty = or(o.EdgePenalty, .01), or(o.WeightPenalty, .01)
	o.LearningRate = cmp.Or(o.LearningRate, .008)
	o.WeightDecay = or(o.WeightDecay, 8e-5)
	o.Initializer = cmp.Or(o.Initializer, nn.FanInUniform)
	return o
}

// Check reports invalid options.
func (o TicketOptions) Check() error {
	if o.Rounds < 0 || o.Epochs < 0 || o.LearningRate < 0 {
		return fmt.Errorf("%d rounds of %d epochs at a learning rate of %v; none can be negative", o.Rounds, o.Epochs, o.LearningRate)
	}
	switch {
	case o.Ratings.Weights == Degree:
		return fmt.Errorf("only edges can be rated by %s", Degree)
	case o.Ratings.Features != "":
		return fmt.Errorf("tickets have all features; nothing can be rated by %s there", o.Ratings.Features)
	case o.Ratings.Edges == Sigmoid || o.Ratings.Weights == Sigmoid:
		return fmt.Errorf("no sigmoid stands behind the soft masks of tickets, so that nothing can be rated by %s; take %s", Sigmoid, Magnitude)
	}
	return cmp.Or(o.Ladder.Check(), o.Ratings.Edges.Check(), o.Ratings.Weights.Check())
}

// GraphTicket is a graph lottery ticket, trained.
type GraphTicket struct {
	Index int // 0 is the dense network
	// Epoch is the first with the best validation accuracy of the ticket's training, and
	// Weights are those of that epoch.
	Epoch
	Weights nn.Weights
	Mask    *prune.Mask
	Left    Densities
}

// Tickets finds tickets of a graph and a network in rounds, as Chen et al., "A Unified
// Lottery Ticket Hypothesis for Graph Neural Networks", ICML 2021, do. Each round
//
//   - trains the network from its initial weights, together with a soft mask on the edges
//     and one on each weight, which start at 1 plus some noise, and whose absolute values
//     are penalised;
//   - removes what has the smallest masks in the best epoch;
//   - trains what is left from the initial weights again: the ticket.
func Tickets(ctx context.Context, problem Problem, o TicketOptions) iter.Seq2[GraphTicket, error] {
	return func(yield func(GraphTicket, error) bool) {
		if err := cmp.Or(problem.check(), o.Check()); err != nil {
			yield(GraphTicket{}, fmt.Errorf("tickets: %w", err))
			return
		}
		fail := func(err error) { yield(GraphTicket{}, fmt.Errorf("tickets of %s: %w", problem.Graph.Name(), err)) }
		s, err := newTicketSearch(problem, o)
		if err != nil {
			fail(err)
			return
		}
		defer s.task.End()
		for index := range s.Rounds + 1 {
			round, err := s.round(ctx, index)
			if err != nil {
				fail(fmt.Errorf("round %d: %w", index, err))
				return
			}
			if !yield(round, nil) {
				return
			}
		}
	}
}

// ticketSearch carries out one Tickets.
type ticketSearch struct {
	Problem
	TicketOptions
	prepared *gnn.Graph // the whole
	matrices []nn.Parameter
	initial  nn.Weights
	mask     *prune.Mask
	task     progress.Task
	trained  int // epochs
}

func newTicketSearch(problem Problem, o TicketOptions) (*ticketSearch, error) {
	s := &ticketSearch{Problem: problem, TicketOptions: o.withDefaults()}
	var err error
	if s.prepared, err = gnn.NewGraph(problem.Graph); err != nil {
		return nil, err
	}
	shape := s.prepared.Shape()
	if shape.Edges == 0 {
		return nil, errors.New("it has no edges to prune")
	}
	s.matrices = problem.matrices(shape)
	s.mask = prune.OnesOf(append([]nn.Parameter{edgesOf(shape.Edges)}, s.matrices...))
	if s.initial, err = gnn.Initialize(problem.Network, shape, s.Initializer, s.Seed.Derive("initial weights")); err != nil {
		return nil, err
	}
	trainings := s.Rounds + 1
	if s.learns() {
		trainings += s.Rounds
	}
	s.task = problem.start("tickets", trainings*s.Epochs)
	return s, nil
}

// learns reports whether a round trains soft masks.
func (s *ticketSearch) learns() bool { return s.Ratings.Edges.learned() || s.Ratings.Weights.learned() }

// round prunes, unless it is the first, and trains the ticket.
func (s *ticketSearch) round(ctx context.Context, index int) (GraphTicket, error) {
	if index > 0 {
		scores, err := s.scores(ctx, index)
		if err != nil {
			return GraphTicket{}, err
		}
		if s.mask, err = s.Ladder.Next(s.mask, scores, names(s.matrices)); err != nil {
			return GraphTicket{}, err
		}
	}
	weights := s.initial
	if s.Reinitialize {
		var err error
		if weights, err = gnn.Initialize(s.Network, s.prepared.Shape(), s.Initializer, s.Seed.Derive("new weights", index)); err != nil {
			return GraphTicket{}, err
		}
	}
	chosen, err := s.retrain(ctx, weights)
	if err != nil {
		return GraphTicket{}, err
	}
	return GraphTicket{Index: index, Epoch: chosen.Epoch, Weights: chosen.weights, Mask: s.mask, Left: Left(s.mask)}, nil
}

// scores rate edges and weights: by soft masks, as far as those are trained.
func (s *ticketSearch) scores(ctx context.Context, index int) (prune.Values, error) {
	scores := make(prune.Values)
	if s.learns() {
		soft, err := s.softMasks(ctx, index)
		if err != nil {
			return nil, err
		}
		for name, values := range soft {
			scores[name] = prune.Absolute(values)
		}
	}
	maps.Copy(scores, s.Ratings.fixed(s.mask, s.Graph, s.Seed))
	return scores, nil
}

// softName names the soft mask of a weight.
func softName(name string) string { return "mask of " + name }

// softMasks are those of the best epoch of a joint training, by the names of what they
// mask.
func (s *ticketSearch) softMasks(ctx context.Context, index int) (nn.Weights, error) {
	soft := []nn.Parameter{edgesOf(s.mask.SizeOf(Edges))}
	for _, p := range s.matrices {
		soft = append(soft, nn.Parameter{Name: softName(p.Name), Layer: p.Layer, Role: SoftMask, Shape: p.Shape})
	}
	weights := s.initial.Clone()
	for _, p := range soft {
		weights[p.Name] = almostOnes(p, s.Seed.Derive("noise", index))
	}
	program, err := s.begin(s.recipe(s.prepared, s.softly(soft), names(soft)), weights, s.Seed.Derive("joint training", index),
		func(name string) []bool { return bools(s.mask, s.masked(name)) })
	if err != nil {
		return nil, err
	}
	defer program.Close()
	chosen, err := s.fit(ctx, s.Problem, program, func() (nn.Weights, error) { return copied(names(soft), program.Value) })
	if err != nil {
		return nil, err
	}
	byName := make(nn.Weights)
	for name, values := range chosen.weights {
		byName[s.masked(name)] = values
	}
	return byName, nil
}

// masked is the name of what a soft mask masks.
func (s *ticketSearch) masked(soft string) string {
	for _, p := range s.matrices {
		if softName(p.Name) == soft {
			return p.Name
		}
	}
	return soft
}

// almostOnes are 1 and noise of up to 1e-5.
func almostOnes(p nn.Parameter, from seed.Seed) []float32 {
	values, random := make([]float32, p.Size()), from.Stream(p.Name)
	for i := range values {
		values[i] = float32(1 + 1e-5*(2*random.Float64()-1))
	}
	return values
}

// softly multiplies edges and weights by soft masks, and penalises these.
func (s *ticketSearch) softly(soft []nn.Parameter) *gnn.Insertion {
	return &gnn.Insertion{
		Parameters: soft,
		Edges: func(b *gnn.Builder, _ string) *graph.Node {
			return b.Parameter(Edges)
		},
		Weight: func(b *gnn.Builder, p nn.Parameter, value *graph.Node) *graph.Node {
			return graph.Mul(value, b.Parameter(softName(p.Name)))
		},
		Penalty: func(b *gnn.Builder) *graph.Node {
			sum := graph.ScalarZero(b.Graph(), b.Parameter(Edges).DType())
			for _, p := range soft {
				factor := s.WeightPenalty
				if p.Name == Edges {
					factor = s.EdgePenalty
				}
				sum = graph.Add(sum, graph.MulScalar(graph.ReduceAllSum(graph.Abs(b.Parameter(p.Name))), factor))
			}
			return sum
		},
	}
}

// retrain trains a ticket on the graph that is left.
func (s *ticketSearch) retrain(ctx context.Context, weights nn.Weights) (best, error) {
	sparse, prepared, err := s.onLiveEdges(s.mask)
	if err != nil {
		return best{}, err
	}
	program, err := sparse.begin(s.recipe(prepared, nil, names(s.matrices)), weights, s.Seed.Derive("ticket training"), living(s.mask))
	if err != nil {
		return best{}, err
	}
	defer program.Close()
	return s.fit(ctx, sparse, program, nil)
}

func (s *ticketSearch) recipe(on *gnn.Graph, in *gnn.Insertion, masked []string) gnn.Recipe {
	return gnn.Recipe{
		Graph: on, Insertion: in, Masked: masked,
		Optimizer: train.Adam{LearningRate: s.LearningRate}, WeightDecay: gnn.UniformDecay(s.WeightDecay),
	}
}

func (s *ticketSearch) fit(ctx context.Context, problem Problem, program *gnn.Program, keep func() (nn.Weights, error)) (best, error) {
	f := fit{problem: problem, program: program, epochs: s.Epochs, rate: s.LearningRate, keep: keep, task: s.task, done: s.trained}
	chosen, _, err := f.run(ctx)
	s.trained += s.Epochs
	return chosen, err
}

// Graph is the ticket's part of the graph on which it was found.
func (t GraphTicket) Graph(g *data.Graph) (*data.Graph, error) {
	if t.Mask == nil || g == nil {
		return nil, errors.New("a ticket's graph needs a ticket that was found and the graph it was found on")
	}
	return g.KeepEdges(bools(t.Mask, Edges))
}
