package experiments

import (
	"context"
	"fmt"

	"espalier/cgp"
	"espalier/gnn"
	"espalier/nn"
	"espalier/prune"
)

func init() { register(graphTickets) }

// GraphTickets are the hyper-parameters of cgp/tickets. The defaults are those of UGS.
type GraphTickets struct {
	Data        graphs        `name:"data" default:"cora,citeseer,pubmed" of:"plan" help:"Graphs, separated by commas." expect:"one or more graphs with commas between"`
	Methods     []string      `name:"methods" default:"tickets,random,random-edges,edges-degree,reinitialised" enum:"tickets,random,random-edges,edges-degree,reinitialised" of:"plan" help:"Methods to compare."`
	Rounds      int           `name:"rounds" default:"20" min:"1" max:"99" help:"How often the graph and the weights are pruned."`
	Edges       float64       `name:"edges" default:"0.05" min:"0" below:"1" help:"Fraction of the edges that a round removes."`
	Weights     float64       `name:"weights" default:"0.2" min:"0" below:"1" help:"Fraction of the weights that a round removes."`
	Hidden      int           `name:"hidden" default:"512" min:"1" help:"Units of the hidden layer."`
	Epochs      int           `name:"epochs" default:"200" min:"1" help:"Epochs of each of the two trainings of a round."`
	Initializer initializer   `name:"initializer" default:"fan-in-uniform" help:"The distribution of the initial weights."`
	Variant     prune.Variant `name:"variant" default:"paper" enum:"paper,reference" help:"What the paper says, or what the authors' code does: in the code a round removes one more edge and weight, and degrees of masked graphs count outgoing edges."`
}

// ugsTicket is the method's name.
const ugsTicket = "tickets"

var graphTickets = define[GraphTickets](Experiment{
	Name:     "cgp/tickets",
	Title:    "Graph lottery tickets",
	Question: "Is there a sparse graph with a sparse network that, trained alone, does as well as the whole, and does learning which edges to remove beat choosing them at random?",
	Paper:    "Chen et al., A Unified Lottery Ticket Hypothesis for Graph Neural Networks, ICML 2021.",
	Methods: []Method{
		{ugsTicket, "graph lottery ticket", "edges and weights by learned masks, weights rewound"},
		{"random", "random", "as many edges and weights, drawn at random"},
		{"random-edges", "random edges", "weights by learned masks, edges drawn at random"},
		{"edges-degree", "edges by degree", "weights by learned masks, edges between hubs first"},
		{"reinitialised", "random re-initialisation", "the tickets' procedure, each trained from new weights"},
	},
	Presets: map[Scale]Preset{
		Smoke: {Seeds: 1, Set: map[string]string{
			"data": "cora", "methods": "tickets,random", "rounds": "2", "hidden": "16", "epochs": "30", "edges": "0.2", "weights": "0.4",
		}},
		Bench: {Seeds: 5, Set: map[string]string{"data": "cora,citeseer"}},
		Paper: {Seeds: 20},
	},
	Columns: []Column{
		{Metric: TestAccuracy, Title: "test accuracy", Percent: true, Decimals: 2},
		{Metric: edgesLeft, Title: "edges", Percent: true, Decimals: 2},
		{Metric: weightsLeft, Title: "weights", Percent: true, Decimals: 2},
		{Metric: ugsMACs, Title: "million MACs by UGS's formula", Decimals: 1},
		{Metric: homophily, Title: "homophily of what stays", Percent: true, Decimals: 1},
		{Metric: isolated, Title: "nodes isolated"},
	},
	Published: graphTicketsPublished(),
	Protocol:  []string{"edges", "weights", "hidden", "epochs"},
})

func (o *GraphTickets) cells(s Setting) ([]Cell, error) {
	return graphCells(s, o.Data, o.Methods, o, onGCN, o.run)
}

// ugsTraining are the learning rates and weight decays of UGS's code, with the
// penalties of its masks.
var ugsTraining = map[string]cgp.TicketOptions{
	"cora":     {LearningRate: .008, WeightDecay: 8e-5, EdgePenalty: 1e-2, WeightPenalty: 1e-2},
	"citeseer": {LearningRate: .01, WeightDecay: 5e-4, EdgePenalty: 1e-2, WeightPenalty: 1e-2},
	"pubmed":   {LearningRate: .01, WeightDecay: 5e-4, EdgePenalty: 1e-6, WeightPenalty: 1e-3},
}

// network is a GCN without biases; that of the authors' code transposes the masked
// adjacency after its rows are summed up, so that nodes' degrees are of edges out.
func (o *GraphTickets) network() gnn.Network {
	n := gnn.GCN{Hidden: o.Hidden, InputDropout: gnn.None}
	if o.Variant == prune.Reference {
		n.Degrees = gnn.OutOfNodes
	}
	return n
}

// options are those of a method; sets that UGS does not cover get Cora's.
func (o *GraphTickets) options(set, method string) cgp.TicketOptions {
	options, ok := ugsTraining[set]
	if !ok {
		options = ugsTraining["cora"]
	}
	options.Rounds, options.Epochs, options.Initializer = o.Rounds, o.Epochs, nn.Initializer(o.Initializer)
	options.Ladder = cgp.Ladder{Edges: orNone(o.Edges), Weights: orNone(o.Weights), Variant: o.Variant}
	switch method {
	case "random":
		options.Ratings = cgp.Ratings{Edges: cgp.RandomRating, Weights: cgp.RandomRating}
	case "random-edges":
		options.Ratings.Edges = cgp.RandomRating
	case "edges-degree":
		options.Ratings.Edges = cgp.Degree
	case "reinitialised":
		options.Reinitialize = true
	}
	return options
}

func (o *GraphTickets) run(ctx context.Context, w Work, d Desc) (Outcome, error) {
	g, split, whole, err := openProtocol(ctx, d.Data, w.Data, d.Seed)
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Data: map[string]string{whole.Name(): whole.Digest()}}
	problem := cgp.Problem{
		Network: o.network(), Graph: g, Split: split, Seed: d.Seed, Backend: w.Backend, Progress: w.Progress,
		Name: fmt.Sprintf("%s on %s", d.Method, d.Data),
	}
	for round, err := range cgp.Tickets(ctx, problem, o.options(d.Data, d.Method)) {
		if err != nil {
			return Outcome{}, err
		}
		metrics := pruningMetrics(g, problem.Network, round.Mask, round.Scores)
		metrics[Remaining], metrics[chosenEpoch] = Number(round.Left.Weights), Number(round.Epoch.Epoch)
		outcome.Measurements = append(outcome.Measurements, Measurement{Level: round.Index, Metrics: metrics})
	}
	return outcome, nil
}

func (o *GraphTickets) cost(s Setting) (Cost, error) {
	cost := Cost{Cells: s.Seeds * len(o.Data) * len(o.Methods)}
	for _, set := range o.Data {
		seconds, err := epochSeconds(o.network(), set)
		if err != nil {
			return Cost{}, err
		}
		for _, method := range o.Methods {
			trainings := 2*o.Rounds + 1
			if method == "random" {
				trainings = o.Rounds + 1 // nothing is learned before
			}
			epochs := s.Seeds * trainings * o.Epochs
			cost.add(epochs, seconds)
		}
	}
	return cost, nil
}

// graphTicketsPublished are read off the paper's first figure, to about .2 points.
func graphTicketsPublished() []Published {
	const source = "Chen et al. 2021, read off their first figure, to about 0.2 points"
	var published []Published
	for _, p := range []struct {
		set, method       string
		weights, accuracy float64
		what              string
	}{
		{"cora", ugsTicket, 1, .807, "the dense network"},
		{"cora", ugsTicket, .4096, .808, "81.5 % of the edges and 41.0 % of the weights"},
		{"cora", "random", .4096, .789, "as many at random"},
		{"cora", ugsTicket, .1342, .793, "63.0 % of the edges and 13.4 % of the weights"},
		{"cora", "random", .1342, .763, "as many at random"},
		{"citeseer", ugsTicket, 1, .709, "the dense network"},
		{"citeseer", ugsTicket, .1678, .720, "66.3 % of the edges and 16.8 % of the weights"},
		{"citeseer", "random", .1678, .684, "as many at random"},
		{"citeseer", ugsTicket, .0550, .712, "51.3 % of the edges and 5.5 % of the weights"},
		{"citeseer", "random", .0550, .615, "as many at random"},
		{"citeseer", ugsTicket, .0225, .703, "41.8 % of the edges and 2.3 % of the weights"},
	} {
		published = append(published, Published{
			Statement: "test accuracy, " + p.what, Data: p.set, Network: string(gnn.KindGCN), Metric: TestAccuracy,
			Of: Point{p.method, p.weights}, Value: p.accuracy, Approximate: true, Source: source,
		})
	}
	return published
}
