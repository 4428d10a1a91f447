package experiments

import (
	"context"
	"fmt"

	"espalier/cgp"
	"espalier/gnn"
)

func init() { register(earlyBird) }

// EarlyBird are the hyper-parameters of cgp/earlybird. The defaults are those of GEBT.
type EarlyBird struct {
	Data      graphs    `name:"data" default:"cora,citeseer,pubmed" of:"plan" help:"Graphs, separated by commas." expect:"one or more graphs with commas between"`
	Methods   []string  `name:"methods" default:"joint,graph,late,dense" enum:"joint,graph,late,dense" of:"plan" help:"Methods to compare."`
	Edges     densities `name:"edges" default:"0.9,0.8,0.7,0.6,0.5,0.4,0.3,0.2,0.1" help:"Densities of edges." expect:"densities above 0 and up to 1 with commas between"`
	Weights   densities `name:"weights" default:"0.5" help:"Densities of weights in joint searches." expect:"densities above 0 and up to 1 with commas between"`
	Hidden    int       `name:"hidden" default:"16" min:"1" help:"Units of the hidden layer."`
	Epochs    int       `name:"epochs" default:"100" min:"1" help:"Epochs of the search at most, and of the ticket's training."`
	Threshold float64   `name:"threshold" default:"0.1" above:"0" help:"The search ends when masks move less than this share of their first distance."`
}

// The metrics of early birds.
const (
	foundEpoch = "found_epoch"
	stoodStill = "stood_still"
)

var earlyBird = define[EarlyBird](Experiment{
	Name:     "cgp/earlybird",
	Title:    "Early-bird tickets of graphs",
	Question: "How early in training is it clear which edges and weights will be pruned, and is the ticket drawn then as good as one drawn at the end?",
	Paper:    "You, Lu, Zhou, Fu and Lin, Early-Bird GCNs: Graph-Network Co-optimization Towards More Efficient GCN Training and Inference via Drawing Early-Bird Lottery Tickets, AAAI 2022.",
	Methods: []Method{
		{"joint", "joint early bird", "edges and weights, as soon as their masks stand still"},
		{"graph", "graph early bird", "edges alone, as soon as their mask stands still"},
		{"late", "late ticket", "edges and weights, after the whole search"},
		{Dense, "dense", "the whole graph and network, trained as long"},
	},
	Presets: map[Scale]Preset{
		Smoke: {Seeds: 1, Set: map[string]string{"data": "cora", "edges": "0.7", "epochs": "30"}},
		Bench: {Seeds: 10, Set: map[string]string{"data": "cora,citeseer", "edges": "0.9,0.7,0.5,0.3,0.1"}},
		Paper: {Seeds: 10},
	},
	Columns: []Column{
		{Metric: TestAccuracy, Title: "test accuracy", Percent: true, Decimals: 2},
		{Metric: foundEpoch, Title: "found at epoch", Decimals: 1},
		{Metric: stoodStill, Title: "masks stood still", Percent: true},
		{Metric: edgesLeft, Title: "edges", Percent: true, Decimals: 1},
		{Metric: weightsLeft, Title: "weights", Percent: true, Decimals: 1},
		{Metric: gebtMACs, Title: "million MACs by GEBT's formula", Decimals: 1},
		{Metric: homophily, Title: "homophily of what stays", Percent: true, Decimals: 1},
	},
})

func (o *EarlyBird) cells(s Setting) ([]Cell, error) {
	return graphCells(s, o.Data, o.Methods, o, onGCN, o.run)
}

// levels are the densities of a method.
func (o *EarlyBird) levels(method string) []cgp.EarlyBirdOptions {
	one := cgp.EarlyBirdOptions{Epochs: o.Epochs, Rule: cgp.EarlyBird{Threshold: o.Threshold}}
	if method == Dense {
		one.Edges, one.WholeSearch = 1, true
		return []cgp.EarlyBirdOptions{one}
	}
	var levels []cgp.EarlyBirdOptions
	for i, edges := range o.Edges {
		one.Edges, one.WholeSearch = edges, method == "late"
		if method != "graph" {
			one.Weights = o.Weights.at(i)
		}
		levels = append(levels, one)
	}
	return levels
}

func (o *EarlyBird) run(ctx context.Context, w Work, d Desc) (Outcome, error) {
	g, split, whole, err := openProtocol(ctx, d.Data, w.Data, d.Seed)
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Data: map[string]string{whole.Name(): whole.Digest()}}
	network := gnn.GCN{Hidden: o.Hidden}
	for i, level := range o.levels(d.Method) {
		bird, err := cgp.FindEarlyBird(ctx, cgp.Problem{
			Network: network, Graph: g, Split: split, Seed: d.Seed, Backend: w.Backend, Progress: w.Progress,
			Name: fmt.Sprintf("%s on %s, %.3g", d.Method, d.Data, level.Edges),
		}, level)
		if err != nil {
			return Outcome{}, err
		}
		metrics := pruningMetrics(g, network, bird.Mask, bird.Scores)
		metrics[Remaining], metrics[foundEpoch], metrics[stoodStill] = Number(level.Edges), Number(bird.Found), 0
		if bird.Still {
			metrics[stoodStill] = 1
		}
		outcome.Measurements = append(outcome.Measurements, Measurement{Level: i, Metrics: metrics})
		outcome.Curves = append(outcome.Curves, distanceCurve(i, bird))
	}
	return outcome, nil
}

// distanceCurve is how far masks move, epoch by epoch.
func distanceCurve(level int, bird *cgp.EarlyBirdTicket) Curve {
	columns := map[string][]Number{Iteration: {}, "distance": {}}
	first := bird.Found - len(bird.Distances) + 1
	for i, distance := range bird.Distances {
		columns[Iteration] = append(columns[Iteration], Number(first+i))
		columns["distance"] = append(columns["distance"], Number(distance))
	}
	return Curve{Level: level, Columns: columns}
}

// cost is that of searches that go on to their ends.
func (o *EarlyBird) cost(s Setting) (Cost, error) {
	cost := Cost{Cells: s.Seeds * len(o.Data) * len(o.Methods)}
	for _, set := range o.Data {
		seconds, err := epochSeconds(gnn.GCN{Hidden: o.Hidden}, set)
		if err != nil {
			return Cost{}, err
		}
		for _, method := range o.Methods {
			epochs := s.Seeds * len(o.levels(method)) * 2 * o.Epochs
			cost.add(epochs, seconds)
		}
	}
	return cost, nil
}
