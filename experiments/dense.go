package experiments

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"espalier/data"
	"espalier/gnn"
)

func init() { register(backbones) }

// Backbones are the hyper-parameters of cgp/dense. What a network is trained with is its
// preset (gnn.FindPreset).
type Backbones struct {
	Data    graphs   `name:"data" default:"cora,citeseer,pubmed,amazon-photo,amazon-computers,coauthor-cs,actor,chameleon,texas,cornell" of:"plan" help:"Graphs, separated by commas." expect:"one or more graphs with commas between"`
	Methods []string `name:"methods" default:"gcn,gat,sgc,appnp,gcnii,mlp" enum:"gcn,gat,sgc,appnp,gcnii,mlp" of:"plan" help:"Networks to compare."`
	Epochs  int      `name:"epochs" default:"0" min:"0" help:"Epochs at most; 0 is as many as the network's preset says."`
}

// backboneNetworks stands for the network in the descriptions of cgp/dense, whose
// methods are networks.
const backboneNetworks = "backbones"

// stoppedEpoch is how many epochs were trained, and chosenEpoch that of the weights.
const (
	stoppedEpoch = "epochs"
	chosenEpoch  = "chosen_epoch"
)

var backbones = define[Backbones](Experiment{
	Name:     "cgp/dense",
	Title:    "Graph networks before anything is removed",
	Question: "Do the graph networks that are to be pruned reach the accuracies of the literature before pruning?",
	Paper:    "The networks' own papers (docs/methods/graph-networks.md); Shchur, Mumme, Bojchevski and Günnemann, Pitfalls of Graph Neural Network Evaluation, 2018.",
	Methods: []Method{
		{string(gnn.KindGCN), "GCN", "graph convolutions"},
		{string(gnn.KindGAT), "GAT", "graph attention"},
		{string(gnn.KindSGC), "SGC", "a linear layer on features that were propagated twice"},
		{string(gnn.KindAPPNP), "APPNP", "a perceptron whose predictions are propagated"},
		{string(gnn.KindGCNII), "GCNII", "many convolutions with initial residuals"},
		{string(gnn.KindMLP), "MLP", "a perceptron that does not read the graph"},
	},
	Presets: map[Scale]Preset{
		Smoke: {Seeds: 2, Set: map[string]string{"data": "cora", "methods": "gcn,sgc,mlp", "epochs": "100"}},
		Bench: {Seeds: 10, Set: map[string]string{"data": "cora,citeseer,amazon-photo,amazon-computers,coauthor-cs,actor,chameleon,texas,cornell"}},
		Paper: {Seeds: 100},
	},
	Columns: []Column{
		{Metric: TestAccuracy, Title: "test accuracy", Percent: true, Decimals: 2},
		{Metric: ValidationAccuracy, Title: "validation accuracy", Percent: true, Decimals: 2},
		{Metric: chosenEpoch, Title: "epoch"},
		{Metric: stoppedEpoch, Title: "epochs trained"},
	},
	Published: backbonesPublished(),
	Protocol:  []string{"epochs"},
	Bands:     backbonesBands(),
})

// cells lists the cells that have presets.
func (o *Backbones) cells(s Setting) ([]Cell, error) {
	for _, set := range o.Data {
		for _, method := range o.Methods {
			if _, err := gnn.FindPreset(method, set); err != nil {
				return nil, &UsageError{err.Error()}
			}
		}
	}
	return graphCells(s, o.Data, o.Methods, o, func(string) string { return backboneNetworks }, o.run)
}

// run trains one network.
func (o *Backbones) run(ctx context.Context, w Work, d Desc) (Outcome, error) {
	preset, err := gnn.FindPreset(d.Method, d.Data)
	if err != nil {
		return Outcome{}, err
	}
	whole, err := data.OpenGraph(ctx, d.Data, w.Data)
	if err != nil {
		return Outcome{}, err
	}
	g, split, err := preset.Protocol.Prepare(whole, d.Seed)
	if err != nil {
		return Outcome{}, err
	}
	prepared, err := gnn.NewGraph(g)
	if err != nil {
		return Outcome{}, err
	}
	if o.Epochs > 0 {
		preset.Options.Epochs = o.Epochs
	}
	result, err := gnn.Train(ctx, w.Backend, gnn.Job{
		Network: preset.Network, Graph: prepared, Split: split, Options: preset.Options, Seed: d.Seed,
		Name: d.Method + " on " + d.Data, Progress: w.Progress,
	})
	if err != nil {
		return Outcome{}, err
	}
	return Outcome{
		Measurements: []Measurement{{Metrics: Metrics{
			Remaining:          1,
			TestAccuracy:       Number(result.Test.Accuracy),
			TestLoss:           Number(result.Test.Loss),
			ValidationAccuracy: Number(result.Validation.Accuracy),
			ValidationLoss:     Number(result.Validation.Loss),
			"train_accuracy":   Number(result.Train.Accuracy),
			chosenEpoch:        Number(result.Epoch),
			stoppedEpoch:       Number(len(result.History)),
		}}},
		Curves: []Curve{nodeCurve(result.History)},
		Data:   map[string]string{whole.Name(): whole.Digest()},
	}, nil
}

// nodeCurve is the course of a training on the nodes of a graph.
func nodeCurve(history []gnn.Point) Curve {
	columns := make(map[string][]Number)
	for _, p := range history {
		for name, value := range map[string]float64{
			Iteration: float64(p.Epoch), TrainLoss: p.StepLoss, ValidationLoss: p.Validation.Loss,
			ValidationAccuracy: p.Validation.Accuracy, TestLoss: p.Test.Loss, TestAccuracy: p.Test.Accuracy,
		} {
			columns[name] = append(columns[name], Number(value))
		}
	}
	return Curve{Columns: columns}
}

// cost counts, for each network, what its layers send along the edges and its products.
func (o *Backbones) cost(s Setting) (Cost, error) {
	cost := Cost{Cells: s.Seeds * len(o.Data) * len(o.Methods)}
	for _, set := range o.Data {
		for _, method := range o.Methods {
			preset, err := gnn.FindPreset(method, set)
			if err != nil {
				return Cost{}, &UsageError{err.Error()}
			}
			seconds, err := epochSeconds(preset.Network, set)
			if err != nil {
				return Cost{}, err
			}
			epochs := s.Seeds * min(cmp.Or(o.Epochs, preset.Options.MaxEpochs()), costStoppedEpoch)
			cost.add(epochs, seconds)
		}
	}
	return cost, nil
}

// backbonesPublished are the accuracies of the literature whose sources were read.
func backbonesPublished() []Published {
	var published []Published
	for _, p := range gnn.Presets() {
		if p.Published == 0 {
			continue
		}
		kind := string(p.Network.Kind())
		published = append(published, Published{
			Statement: fmt.Sprintf("test accuracy of %s", strings.ToUpper(kind)), Data: p.Set, Network: backboneNetworks,
			Metric: TestAccuracy, Of: Point{kind, 1}, Value: p.Published, Source: p.Source,
		})
	}
	return published
}

// backbonesBands are those of the presets.
func backbonesBands() []Band {
	var bands []Band
	for _, p := range gnn.Presets() {
		if p.High > 0 {
			bands = append(bands, Band{
				Data: p.Set, Network: backboneNetworks, Method: string(p.Network.Kind()), Metric: TestAccuracy, Low: p.Low, High: p.High,
			})
		}
	}
	return bands
}

// graphs are the names of graphs, with commas between.
type graphs []string

// MarshalText writes the names.
func (g graphs) MarshalText() ([]byte, error) { return []byte(strings.Join(g, ",")), nil }

// UnmarshalText reads the names of graphs, each once.
func (g *graphs) UnmarshalText(text []byte) error {
	names, err := readNames("graph", string(text), data.GraphNames())
	*g = names
	return err
}
