package experiments

import (
	"context"
	"fmt"

	"espalier/cgp"
	"espalier/data"
	"espalier/gnn"
)

func init() { register(sparseTraining) }

// SparseTraining are the hyper-parameters of cgp/sparsetraining. The defaults are those
// of Peng et al. for graph convolutional networks. Links have the same, all pairs at a
// step, since the epochs of batches that Peng et al. have for them are not comparable.
type SparseTraining struct {
	Data      graphs    `name:"data" default:"cora,citeseer,pubmed,celegans,usair,pb,ns,power,yeast,college-msg" of:"plan" help:"Graphs, separated by commas; on those with features nodes are classified, on the others links are predicted." expect:"one or more graphs with commas between"`
	Methods   []string  `name:"methods" default:"rigl,set,static,slr,one-shot,dense" enum:"rigl,set,static,slr,one-shot,dense" of:"plan" help:"Methods to compare."`
	Densities densities `name:"densities" default:"0.1" help:"Densities of weights." expect:"densities above 0 and up to 1 with commas between"`
	Epochs    int       `name:"epochs" default:"300" min:"2" help:"Epochs of each training; train-and-prune has two thirds of them for the dense network, a sixth to relax and a sixth to retrain."`
	Every     int       `name:"every" default:"50" min:"1" help:"Epochs between exchanges of weights."`
	Exchanged float64   `name:"exchanged" default:"0.5" above:"0" max:"1" help:"Initial fraction of the live weights that is exchanged."`
	Dimension int       `name:"dimension" default:"32" min:"1" help:"Dimensions of nodes' embeddings, for links."`
	Rate      float64   `name:"learning-rate" default:"0.01" above:"0" help:"Learning rate of Adam."`
}

// The metrics of sparse training.
const (
	areaUnderROC = "auc"
	operations   = "operations"
)

var sparseTraining = define[SparseTraining](Experiment{
	Name:     "cgp/sparsetraining",
	Title:    "Sparse training against training and pruning",
	Question: "Is a network that is sparse from its first step as good as one that was trained dense and pruned?",
	Paper:    "Peng et al., Towards Sparsification of Graph Neural Networks, ICCD 2022.",
	Methods: []Method{
		{"rigl", "RigL", "sparse from the beginning, growing by gradients"},
		{"set", "SET", "sparse from the beginning, growing by chance"},
		{"static", "static mask", "sparse from the beginning, by a mask that is drawn once"},
		{"slr", "train and prune, SLR", "trained dense, relaxed, pruned and trained again"},
		{"one-shot", "train and prune, at once", "trained dense, pruned by magnitude and trained again"},
		{Dense, "dense", "the whole network"},
	},
	Presets: map[Scale]Preset{
		Smoke: {Seeds: 1, Set: map[string]string{"data": "cora", "epochs": "60", "every": "10", "methods": "rigl,set,slr,dense"}},
		Bench: {Seeds: 5, Set: map[string]string{"data": "cora,citeseer,celegans,usair,ns", "densities": "0.5,0.2,0.1,0.05,0.02"}},
		Paper: {Seeds: 10},
	},
	Columns: []Column{
		{Metric: TestAccuracy, Title: "test accuracy", Percent: true, Decimals: 2},
		{Metric: areaUnderROC, Title: "area under ROC", Percent: true, Decimals: 2},
		{Metric: operations, Title: "training operations", Percent: true, Decimals: 1},
	},
})

func (o *SparseTraining) cells(s Setting) ([]Cell, error) {
	return graphCells(s, o.Data, o.Methods, o, taskNetwork, o.run)
}

// classifies reports whether the nodes of a set are classified; otherwise its links are
// predicted.
func classifies(set string) bool {
	_, err := gnn.ProtocolOf(set)
	return err == nil
}

// taskNetwork names the network of a set.
func taskNetwork(set string) string {
	if classifies(set) {
		return string(gnn.KindGCN)
	}
	return string(gnn.KindMLP)
}

// problem is what is trained: a graph convolutional network on a graph's nodes, or a
// perceptron on its pairs of nodes.
func (o *SparseTraining) problem(ctx context.Context, w Work, d Desc) (cgp.Problem, map[string]string, error) {
	p := cgp.Problem{Seed: d.Seed, Backend: w.Backend, Progress: w.Progress, Name: fmt.Sprintf("%s on %s", d.Method, d.Data)}
	if classifies(d.Data) {
		g, split, whole, err := openProtocol(ctx, d.Data, w.Data, d.Seed)
		if err != nil {
			return p, nil, err
		}
		p.Network, p.Graph, p.Split = gnn.GCN{Bias: true}, g, split
		return p, map[string]string{whole.Name(): whole.Digest()}, nil
	}
	whole, err := data.OpenGraph(ctx, d.Data, w.Data)
	if err != nil {
		return p, nil, err
	}
	links, err := whole.SplitLinks(data.LinkSplitOptions{}, d.Seed.Derive("links"))
	if err != nil {
		return p, nil, err
	}
	p.Network = gnn.MLP{Hidden: 128, Dropout: gnn.None, InputDropout: gnn.None}
	p.Graph, p.Split, err = cgp.LinkProblem(links, o.Dimension, d.Seed.Derive("embedding"))
	return p, map[string]string{whole.Name(): whole.Digest()}, err
}

// levels are the densities of a method.
func (o *SparseTraining) levels(method string) []float64 {
	if method == Dense {
		return []float64{1}
	}
	return o.Densities
}

func (o *SparseTraining) run(ctx context.Context, w Work, d Desc) (Outcome, error) {
	problem, digests, err := o.problem(ctx, w, d)
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Data: digests}
	for i, density := range o.levels(d.Method) {
		trained, err := o.train(ctx, problem, d.Method, density)
		if err != nil {
			return Outcome{}, err
		}
		metrics := Metrics{
			Remaining: Number(density), TestAccuracy: Number(trained.Test.Accuracy), TestLoss: Number(trained.Test.Loss),
			ValidationAccuracy: Number(trained.Validation.Accuracy), chosenEpoch: Number(trained.Epoch.Epoch),
			operations: Number(trained.Operations),
		}
		if !classifies(d.Data) {
			if metrics[areaUnderROC], err = linkArea(ctx, problem, trained); err != nil {
				return Outcome{}, err
			}
		}
		outcome.Measurements = append(outcome.Measurements, Measurement{Level: i, Metrics: metrics})
		outcome.Curves = append(outcome.Curves, Curve{Level: i, Columns: epochColumns(trained.History)})
	}
	return outcome, nil
}

// train trains by a method.
func (o *SparseTraining) train(ctx context.Context, p cgp.Problem, method string, density float64) (*cgp.SparseNetwork, error) {
	sparse := cgp.SparseOptions{
		Density: density, Exchanged: o.Exchanged, Every: o.Every, Epochs: o.Epochs, LearningRate: o.Rate,
		Even: p.Graph.Counts().Entries == 0, // as the authors have it for links
	}
	switch method {
	case "rigl":
		sparse.Growth = cgp.Gradient
	case "set":
		sparse.Growth = cgp.RandomGrowth
	case "static", Dense:
		sparse.Growth = cgp.NoGrowth
	default:
		return cgp.TrainAndPrune(ctx, p, cgp.TrainPruneOptions{
			Density: density, OneShot: method == "one-shot", LearningRate: o.Rate,
			Pretrain: max(1, o.Epochs*2/3), Relax: max(1, o.Epochs/6), Retrain: max(1, o.Epochs/6),
		})
	}
	return cgp.TrainSparse(ctx, p, sparse)
}

// linkArea is the area under the ROC curve of the pairs for testing.
func linkArea(ctx context.Context, p cgp.Problem, trained *cgp.SparseNetwork) (Number, error) {
	prepared, err := gnn.NewGraph(p.Graph)
	if err != nil {
		return 0, err
	}
	probabilities, err := gnn.Predict(ctx, p.Backend, p.Network, prepared, trained.Weights)
	if err != nil {
		return 0, err
	}
	scores, labels := make([]float64, len(p.Split.Test)), make([]int32, len(p.Split.Test))
	for i, pair := range p.Split.Test {
		scores[i], labels[i] = probabilities[2*pair+1], int32(p.Graph.Label(int(pair)))
	}
	return Number(cgp.AUC(scores, labels)), nil
}

func (o *SparseTraining) cost(s Setting) (Cost, error) {
	cost := Cost{Cells: s.Seeds * len(o.Data) * len(o.Methods)}
	for _, set := range o.Data {
		seconds, err := o.epochSeconds(set)
		if err != nil {
			return Cost{}, err
		}
		for _, method := range o.Methods {
			epochs := s.Seeds * len(o.levels(method)) * o.Epochs
			cost.add(epochs, seconds)
		}
	}
	return cost, nil
}

func (o *SparseTraining) epochSeconds(set string) (float64, error) {
	if classifies(set) {
		return epochSeconds(gnn.GCN{}, set)
	}
	size, err := data.SizeOfGraph(set)
	if err != nil {
		return 0, err
	}
	return stepSeconds(gnn.MLP{Hidden: 128}, gnn.Shape{Nodes: 2 * size.Edges, Features: 20 * o.Dimension, Classes: 2}), nil
}
