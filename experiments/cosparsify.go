package experiments

import (
	"context"
	"fmt"
	"maps"
	"math"
	"strings"

	"espalier/cgp"
	"espalier/data"
	"espalier/gnn"
	"espalier/prune"
	"espalier/seed"
)

func init() { register(cosparsify) }

// Cosparsify are the hyper-parameters of cgp/cosparsify. The defaults are the grid of
// the script of CGP's authors that prunes weights and edges.
type Cosparsify struct {
	Data      graphs         `name:"data" default:"cora,citeseer,pubmed,cornell,texas,wisconsin,actor,coauthor-cs,coauthor-physics,amazon-computers,amazon-photo,wiki-cs,ogbn-arxiv" of:"plan" help:"Graphs, separated by commas." expect:"one or more graphs with commas between"`
	Networks  placedNetworks `name:"networks" default:"gcn,gat,sgc,appnp" of:"plan" help:"Networks to prune, of gcn, gat, sgc, appnp, gcnii and resgcn; gat@cora is one for Cora only." expect:"one or more networks with commas between, each with @ and a graph where it is for that alone"`
	Methods   placedMethods  `name:"methods" default:"joint" of:"plan" help:"What is pruned, and how; features@gcn is a method for GCN only." expect:"one or more methods with commas between, each with @ and a network where it is for that alone"`
	Edges     densities      `name:"edges" default:"0.9,0.8,0.7,0.6,0.5,0.4,0.3,0.2,0.1,0.01" help:"Densities of edges." expect:"densities above 0 and up to 1 with commas between"`
	Features  densities      `name:"features" default:"1" help:"Densities of features." expect:"densities above 0 and up to 1 with commas between"`
	Weights   densities      `name:"weights" default:"0.5,0.1,0.01,0.0001" help:"Densities of weights." expect:"densities above 0 and up to 1 with commas between"`
	Rates     densities      `name:"rates" default:"0.1,0.2,0.3" of:"plan" help:"Initial fractions of the live weights that are exchanged." expect:"numbers from 0 to 1 with commas between"`
	Intervals counts         `name:"intervals" default:"10,20,30" of:"plan" help:"Epochs between prunings." expect:"numbers of epochs with commas between"`
	Ends      counts         `name:"ends" default:"50,100,150" of:"plan" help:"Epochs after which nothing is pruned." expect:"numbers of epochs with commas between"`
	// Combine says which densities a joint pruning goes through.
	Combine string `name:"combine" default:"apart" enum:"apart,in-turn" of:"plan" help:"In joint pruning: each combination of densities as a cell of its own, or the first density of each list, the second of each and so on as the levels of one cell."`
	Timed   bool   `name:"timed" default:"true" of:"plan" help:"Time training and inference of what the cells found, after all have run."`

	Rate      float64       `name:"rate" default:"0.1" by:"rates" above:"0" max:"1" help:"Initial fraction that is exchanged; set by rates."`
	Interval  int           `name:"interval" default:"10" by:"intervals" min:"1" help:"Epochs between prunings; set by intervals."`
	End       int           `name:"end" default:"100" by:"ends" min:"1" help:"The epoch after which nothing is pruned; set by ends."`
	Growth    string        `name:"growth" default:"momentum" enum:"momentum,gradient,random,none" help:"Which pruned values grow again."`
	Initial   float64       `name:"initial" default:"1" above:"0" max:"1" help:"Initial density of what is pruned, or the level's if that is larger; below 1, training is sparse from the beginning."`
	Uniform   bool          `name:"uniform" default:"false" help:"Rank each weight matrix by itself."`
	Rating    string        `name:"edge-rating" default:"magnitude" enum:"magnitude,sigmoid" help:"How learned edges are rated."`
	EdgeStart float64       `name:"edge-start" default:"0" help:"Initial value of edges; 0 draws them from N(0, 1)."`
	Epochs    int           `name:"epochs" default:"200" min:"2" help:"Epochs of the training."`
	Variant   prune.Variant `name:"variant" default:"paper" enum:"paper,reference" help:"The corrected schedule, or what the authors' code does."`
}

// The metrics of graphs that were pruned, and what is put behind names for what was there
// before, and what was to be left.
const (
	beforeSuffix = "_before"
	wantedLeft   = "_wanted"

	edgesLeft    = "edges_left"
	featuresLeft = "features_left"
	weightsLeft  = "weights_left"
	homophily    = "homophily"
	isolated     = "isolated"
	formulaMACs  = "million_macs_" // by the formula of this name
	ugsMACs      = formulaMACs + "ugs"
	gebtMACs     = formulaMACs + "gebt"
	executedMACs = "million_macs_executed" // as counted where nothing that is zero is multiplied
)

// cosparsifyMethods are in the order of tables.
var cosparsifyMethods = []Method{
	{"joint", "edges, features and weights", "all pruned together, by learned values"},
	{"edges", "edges", "pruned by learned values"},
	{"edges-random", "random edges", "as many, by the same schedule, by chance"},
	{"edges-degree", "edges by degree", "as many, by the same schedule, between hubs first"},
	{"features", "features", "pruned by learned gates"},
	{"features-random", "random features", "as many, by the same schedule, by chance"},
	{"weights", "weights", "pruned and grown again"},
	{"weights-gmp", "weights, no growth", "pruned for good: gradual magnitude pruning"},
	{"weights-one-shot", "weights, at once", "pruned once by magnitude, at the schedule's end"},
	{"weights-random", "random weights", "as many, by the same schedule, by chance"},
	{"joint-random", "all by chance", "edges, features and weights, by chance"},
	{Dense, "dense", "the whole graph and network"},
	{"mlp", "MLP", "a perceptron without a graph"},
}

var cosparsify = define[Cosparsify](Experiment{
	Name:     "cgp/cosparsify",
	Title:    "Graph, features and weights pruned during training",
	Question: "How much of a graph, of its features and of a network's weights is needed, and does learning which edges to keep beat choosing them at random?",
	Paper:    "Liu et al., Comprehensive Graph Gradual Pruning for Sparse Training in Graph Neural Networks, 2022 (whose tables could not be found; no number here is the paper's).",
	Methods:  cosparsifyMethods,
	Presets: map[Scale]Preset{
		Smoke: {Seeds: 1, Set: map[string]string{
			"data": "cora", "networks": "sgc", "methods": "edges,edges-random,weights,dense", "edges": "0.5", "weights": "0.1",
			"rates": "0.1", "intervals": "10", "ends": "20", "epochs": "40", "combine": "in-turn", "timed": "false",
		}},
		Bench: {Seeds: 5, Set: map[string]string{
			"data":     "cora,citeseer,texas,cornell,chameleon,actor,amazon-photo,amazon-computers,coauthor-cs",
			"networks": "sgc,gcn@cora,gcn@citeseer,gcn@texas,gcn@cornell,gcn@chameleon,gat@cora,gat@citeseer,appnp@cora,resgcn@cora,gcnii@texas",
			"methods": "edges,edges-random,dense,edges-degree@sgc,mlp@sgc,edges-degree@gcn,mlp@gcn,features@gcn,features-random@gcn," +
				"weights@gcn,weights-gmp@gcn,weights-one-shot@gcn,weights-random@gcn,joint@gcn,joint-random@gcn",
			"edges": "0.8,0.5,0.1", "features": "0.8,0.5,0.1", "weights": "0.5,0.1,0.01",
			"rates": "0.1", "intervals": "10", "ends": "100", "combine": "in-turn",
		}},
		Paper: {Seeds: 1},
	},
	Columns: []Column{
		{Metric: TestAccuracy, Title: "test accuracy", Percent: true, Decimals: 2},
		{Metric: edgesLeft, Title: "edges", Percent: true, Decimals: 1},
		{Metric: featuresLeft, Title: "features", Percent: true, Decimals: 1},
		{Metric: weightsLeft, Title: "weights", Percent: true, Decimals: 2},
		{Metric: homophily, Title: "homophily of what stays", Percent: true, Decimals: 1},
		{Metric: isolated, Title: "nodes isolated"},
		{Metric: ugsMACs, Title: "million MACs by UGS's formula", Decimals: 1},
		{Metric: gebtMACs, Title: "million MACs by GEBT's formula", Decimals: 1},
		{Metric: executedMACs, Title: "million MACs, zeros left out", Decimals: 1},
		{Metric: ofEpoch + wholeMilliseconds, Title: "ms an epoch, whole", Decimals: 2, Timed: true},
		{Metric: ofEpoch + Milliseconds, Title: "ms an epoch, compacted", Decimals: 2, Timed: true},
		{Metric: ofEpoch + Speedup, Title: "speed-up of an epoch", Decimals: 2, Timed: true},
		{Metric: wholeMilliseconds, Title: "ms an inference, whole", Decimals: 2, Timed: true},
		{Metric: Milliseconds, Title: "ms an inference, compacted", Decimals: 2, Timed: true},
		{Metric: Speedup, Title: "speed-up of an inference", Decimals: 2, Timed: true},
	},
})

// cells are, for each combination of what is of the plan, one for each method.
func (o *Cosparsify) cells(s Setting) ([]Cell, error) {
	var cells []Cell
	for _, grid := range o.grid() {
		for i := range s.Seeds {
			for _, set := range o.Data {
				for _, network := range o.Networks.at(set) {
					for _, method := range o.Methods.at(network) {
						made, err := grid.methodCells(s, Desc{
							Experiment: s.Experiment.Name, Scale: s.Scale, Data: set, Network: network,
							Method: method, Seed: seed.Seed(i + 1),
						}, o.Combine)
						if err != nil {
							return nil, err
						}
						cells = append(cells, made...)
					}
				}
			}
		}
	}
	return cells, nil
}

// grid are the options with each combination of rate, interval and end.
func (o *Cosparsify) grid() []Cosparsify {
	var grid []Cosparsify
	for _, rate := range o.Rates {
		for _, interval := range o.Intervals {
			for _, end := range o.Ends {
				one := *o
				one.Rate, one.Interval, one.End = rate, interval, end
				grid = append(grid, one)
			}
		}
	}
	return grid
}

// methodCells are the cells of a method: one, or one for each combination of densities.
func (o Cosparsify) methodCells(s Setting, d Desc, combine string) ([]Cell, error) {
	combinations := []Cosparsify{o}
	if combine == "apart" {
		combinations = nil
		for _, weights := range o.Weights {
			for _, edges := range o.Edges {
				for _, features := range o.Features {
					one := o
					one.Weights, one.Edges, one.Features = densities{weights}, densities{edges}, densities{features}
					combinations = append(combinations, one)
				}
			}
		}
	}
	var cells []Cell
	for _, one := range combinations {
		for _, level := range one.levels(d.Method) {
			if err := one.options(d.Method, level.left).Check(); err != nil {
				return nil, &UsageError{err.Error()}
			}
		}
		desc, err := d.withOptions(&one)
		if err != nil {
			return nil, err
		}
		cell := cellOf(desc, one.run)
		if o.Timed {
			cell.Time = func(ctx context.Context, w Work) ([]Measurement, error) { return one.time(ctx, w, desc) }
		}
		cells = append(cells, cell)
	}
	return cells, nil
}

// level is what a method prunes to at one of its levels.
type pruningLevel struct {
	left      cgp.Densities // 0 where it is left alone
	remaining float64
}

// levels are those of a method.
func (o *Cosparsify) levels(method string) []pruningLevel {
	var levels []pruningLevel
	element, _, _ := strings.Cut(method, "-")
	switch element {
	case "edges":
		for _, d := range o.Edges {
			levels = append(levels, pruningLevel{cgp.Densities{Edges: d}, d})
		}
	case "features":
		for _, d := range o.Features {
			levels = append(levels, pruningLevel{cgp.Densities{Features: d}, d})
		}
	case "weights":
		for _, d := range o.Weights {
			levels = append(levels, pruningLevel{cgp.Densities{Weights: d}, d})
		}
	case "joint":
		for i := range max(len(o.Edges), len(o.Features), len(o.Weights)) {
			left := cgp.Densities{Edges: o.Edges.at(i), Features: o.Features.at(i), Weights: o.Weights.at(i)}
			levels = append(levels, pruningLevel{untouched(left), left.Weights})
		}
	default:
		levels = []pruningLevel{{remaining: 1}}
	}
	return levels
}

// untouched takes out what is not to be pruned at all, so that nothing is learned there.
func untouched(left cgp.Densities) cgp.Densities {
	for _, density := range []*float64{&left.Edges, &left.Features, &left.Weights} {
		if *density == 1 {
			*density = 0
		}
	}
	return left
}

// options are those of a method that leaves so much.
func (o *Cosparsify) options(method string, left cgp.Densities) cgp.Options {
	options := cgp.Options{
		Densities: left, Initial: cgp.Densities{Edges: max(o.Initial, left.Edges), Features: max(o.Initial, left.Features), Weights: max(o.Initial, left.Weights)},
		Schedule:  cgp.Schedule{Every: o.Interval, End: o.End, Variant: o.Variant},
		Regrowth:  cgp.Regrowth{Growth: cgp.Growth(o.Growth), Rate: o.Rate, Period: o.Epochs},
		Uniform:   o.Uniform,
		Ratings:   cgp.Ratings{Edges: cgp.Rating(o.Rating)},
		EdgeStart: o.EdgeStart, Epochs: o.Epochs,
	}
	_, how, _ := strings.Cut(method, "-")
	switch how {
	case "random":
		options.Ratings = cgp.Ratings{Edges: cgp.RandomRating, Features: cgp.RandomRating, Weights: cgp.RandomRating}
	case "degree":
		options.Ratings.Edges = cgp.Degree
	case "one-shot":
		// Counted so that the reference does not leave its only step out.
		options.Schedule.Every, options.Schedule.Uniform = o.End, true
	}
	if how != "" {
		options.Regrowth.Growth = cgp.NoGrowth
	}
	return options
}

// run goes through the levels of a method.
func (o *Cosparsify) run(ctx context.Context, w Work, d Desc) (Outcome, error) {
	problem, whole, err := o.problem(ctx, w, d)
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Data: map[string]string{whole.Name(): whole.Digest()}}
	for i, level := range o.levels(d.Method) {
		problem.Name = fmt.Sprintf("%s of %s on %s, %.3g", d.Method, d.Network, d.Data, level.remaining)
		result, err := cgp.CoSparsify(ctx, problem, o.options(d.Method, level.left))
		if err != nil {
			return Outcome{}, err
		}
		if err := keepRemains(w.Folder, i, problem.Remains(result.Mask, o.Variant)); err != nil {
			return Outcome{}, err
		}
		metrics := pruningMetrics(problem.Graph, problem.Network, result.Mask, result.Scores)
		metrics[Remaining], metrics[chosenEpoch] = Number(level.remaining), Number(result.Epoch.Epoch)
		outcome.Measurements = append(outcome.Measurements, Measurement{Level: i, Metrics: metrics})
		outcome.Curves = append(outcome.Curves, pruningCurve(i, result))
	}
	return outcome, nil
}

// problem is what a cell prunes, and the graph as it was opened.
func (o *Cosparsify) problem(ctx context.Context, w Work, d Desc) (cgp.Problem, *data.Graph, error) {
	g, split, whole, err := openProtocol(ctx, d.Data, w.Data, d.Seed)
	if err != nil {
		return cgp.Problem{}, nil, err
	}
	network, err := cgp.Backbone(d.Network)
	if d.Method == "mlp" {
		network = cgp.Perceptron()
	}
	return cgp.Problem{Network: network, Graph: g, Split: split, Seed: d.Seed, Backend: w.Backend, Progress: w.Progress}, whole, err
}

// openProtocol opens a graph and prepares it as results on it are usually compared, as
// networks with learned edges read it: without loops and duplicates.
func openProtocol(ctx context.Context, set, folder string, s seed.Seed) (g *data.Graph, split data.NodeSplit, whole *data.Graph, err error) {
	protocol, err := gnn.ProtocolOf(set)
	if err != nil {
		return nil, split, nil, err
	}
	if whole, err = data.OpenGraph(ctx, set, folder); err != nil {
		return nil, split, nil, err
	}
	g, split, err = protocol.Prepare(whole, s)
	if err != nil {
		return nil, split, nil, err
	}
	return g.WithoutLoops().WithoutDuplicates(), split, whole, nil
}

// pruningMetrics are those of a network whose graph, features and weights were pruned.
func pruningMetrics(g *data.Graph, network gnn.Network, mask *prune.Mask, scores cgp.Scores) Metrics {
	left, inspection := cgp.Left(mask), cgp.Inspect(g, mask)
	metrics := Metrics{
		TestAccuracy: Number(scores.Test.Accuracy), TestLoss: Number(scores.Test.Loss),
		ValidationAccuracy: Number(scores.Validation.Accuracy),
		edgesLeft:          Number(left.Edges), featuresLeft: Number(left.Features), weightsLeft: Number(left.Weights),
		homophily: Number(inspection.Homophily), isolated: Number(inspection.Isolated),
		homophily + beforeSuffix: Number(inspection.HomophilyBefore),
		ugsMACs:                  Number(math.NaN()), gebtMACs: Number(math.NaN()),
		executedMACs: Number(cgp.ExecutedMACs(g, mask, network) / 1e6),
	}
	maps.Copy(metrics, degreeMetrics(inspection))
	if narrow, ok := network.(gnn.Narrower); ok && network.Kind() == gnn.KindGCN && narrow.HiddenUnits() > 0 {
		for _, formula := range cgp.Formulas {
			metrics[formulaMACs+formula.Name] = Number(formula.Of(formula.Size(g, narrow.HiddenUnits()), left) / 1e6)
		}
	}
	return metrics
}

// pruningCurve is the course of a co-sparsification: scores, and densities as they were
// wanted and reached.
func pruningCurve(level int, r *cgp.Result) Curve {
	columns := epochColumns(r.History)
	wanted, reached := cgp.Densities{Edges: 1, Features: 1, Weights: 1}, cgp.Densities{Edges: 1, Features: 1, Weights: 1}
	at := 0
	for _, e := range r.History {
		for at < len(r.Prunings) && r.Prunings[at].Step <= e.Epoch {
			wanted, reached = r.Prunings[at].Wanted, r.Prunings[at].Reached
			at++
		}
		for name, value := range map[string]float64{
			edgesLeft: reached.Edges, featuresLeft: reached.Features, weightsLeft: reached.Weights,
			edgesLeft + wantedLeft: wanted.Edges, featuresLeft + wantedLeft: wanted.Features, weightsLeft + wantedLeft: wanted.Weights,
		} {
			columns[name] = append(columns[name], Number(value))
		}
	}
	return Curve{Level: level, Columns: columns}
}

// epochColumns are the scores of a training.
func epochColumns(history []cgp.Epoch) map[string][]Number {
	columns := make(map[string][]Number)
	for _, e := range history {
		for name, value := range map[string]float64{
			Iteration: float64(e.Epoch), TrainLoss: e.Loss, ValidationLoss: e.Validation.Loss,
			ValidationAccuracy: e.Validation.Accuracy, TestLoss: e.Test.Loss, TestAccuracy: e.Test.Accuracy,
		} {
			columns[name] = append(columns[name], Number(value))
		}
	}
	return columns
}

// cost counts trainings.
func (o *Cosparsify) cost(s Setting) (Cost, error) {
	var cost Cost
	grid := s.Seeds * len(o.Rates) * len(o.Intervals) * len(o.Ends)
	for _, set := range o.Data {
		for _, network := range o.Networks.at(set) {
			backbone, err := cgp.Backbone(network)
			if err != nil {
				return Cost{}, &UsageError{err.Error()}
			}
			seconds, err := epochSeconds(backbone, set)
			if err != nil {
				return Cost{}, err
			}
			for _, method := range o.Methods.at(network) {
				cells, levels := 1, len(o.levels(method))
				if o.Combine == "apart" {
					cells, levels = len(o.Weights)*len(o.Edges)*len(o.Features), 1
				}
				epochs := grid * cells * levels * o.Epochs
				cost.Cells += grid * cells
				cost.add(epochs, seconds)
				if o.Timed { // the whole network and what is left in turn, each on all cores
					cost.Minutes += float64(grid*cells*levels) * raceSeconds(2*seconds/costCores) / 60
				}
			}
		}
	}
	return cost, nil
}
