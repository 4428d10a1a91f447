package experiments

import (
	"context"
	"errors"
	"iter"
	"path/filepath"

	"espalier/lth"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

func init() { register(soft) }

// Soft are the hyper-parameters of lth/soft. Those of training are the protocol of He
// et al. at the scale paper.
type Soft struct {
	Data    dataSets  `name:"data" default:"cifar-10" of:"plan" help:"Data sets, separated by commas." expect:"one or more data sets with commas between"`
	Methods []string  `name:"methods" default:"soft-filters,soft-filters-pretrained,hard-filters,random-filters,soft-filters-reinitialized,dense" enum:"soft-filters,soft-filters-pretrained,hard-filters,random-filters,soft-filters-reinitialized,dense" of:"plan" help:"Methods to compare."`
	Network network   `name:"network" default:"resnet56" help:"The network; espalier network lists them."`
	Width   float64   `name:"width" default:"1" above:"0" help:"Multiplies the hidden units or channels of every layer."`
	Rates   fractions `name:"rates" default:"0.1,0.2,0.3,0.4" help:"Fractions of the filters that are pruned; each is a level." expect:"fractions below 1 with commas between"`
	Training
}

// The metrics of filter pruning.
const (
	// CountedMACs are the multiply-accumulates as He et al. count them, of the dense
	// network's; see prune.SoftFilters.MACs.
	CountedMACs = "counted_macs"
	// ShrunkAccuracy is the test accuracy of the network without the zeroed filters,
	// which must be that of the network with them.
	ShrunkAccuracy = "shrunk_accuracy"
	// BestEpochAccuracy is the highest test accuracy of all epochs, which some papers
	// print. It is chosen by the test images.
	BestEpochAccuracy = "best_epoch_accuracy"
)

var soft = define[Soft](Experiment{
	Name:     "lth/soft",
	Title:    "Soft filter pruning",
	Question: "Does a network whose pruned filters may recover during training end up better than one that loses them for good?",
	Paper:    "He, Kang, Dong, Fu and Yang, Soft Filter Pruning for Accelerating Deep Convolutional Neural Networks, IJCAI 2018.",
	Methods: []Method{
		{lth.SoftFilterPruning, "soft pruning", "filters of the least norm are zeroed after each epoch, and go on being trained"},
		{lth.PretrainedSoftFilterPruning, "soft pruning, pretrained", "the same from the trained dense network, at a tenth of the learning rate"},
		{lth.HardFilters.Name, "hard pruning", "filters of the trained dense network with the least norm are removed for good, the rest is trained again"},
		{lth.RandomFilters.Name, "random filters", "as many filters, chosen at random, are removed before training"},
		{lth.SoftReinitialized.Name, "soft, re-initialised", "the filters that soft pruning kept, with new initial weights"},
		{Dense, "dense", "the whole network"},
	},
	Presets: map[Scale]Preset{
		Smoke: {Seeds: 2, Set: map[string]string{
			"data": "digits", "network": "resnet-digits", "width": "0.5", "rates": "0.1,0.3",
			"length": "4ep", "batch": "64", "optimizer": "sgd", "learning-rate": "0.1", "nesterov": "true", "schedule": "onecycle",
			"weight-decay": "0.0005", "validation": "500", "evaluate-every": "1ep", "initializer": "kaiming-normal-fan-out",
		}},
		Bench: {Seeds: 3, Set: map[string]string{
			"network": "resnet20", "rates": "0.3",
			"methods": "soft-filters,hard-filters,random-filters,dense",
			"length":  "14ep", "batch": "64", "optimizer": "sgd", "learning-rate": "0.1", "nesterov": "true",
			"weight-decay": "0.0005", "schedule": "onecycle(0.2;25;10000)", "crop": "4", "flip": "true",
			"validation": "1000", "evaluate-every": "1ep", "initializer": "kaiming-normal-fan-out",
		}},
		Paper: {Seeds: 3, Set: map[string]string{
			"length": "200ep", "batch": "128", "optimizer": "sgd", "learning-rate": "0.01", "nesterov": "true",
			"weight-decay": "0.0005", "schedule": "steps(1ep:10,60ep:0.2,120ep:0.2,160ep:0.2)", "crop": "4", "flip": "true",
			"validation": "0", "evaluate-every": "1ep", "initializer": "kaiming-normal-fan-out",
		}},
	},
	Trained: (*Store).trainedFilters,
	Columns: []Column{
		{Metric: RemainingMACs, Title: "MACs", Percent: true, Decimals: 1},
		{Metric: CountedMACs, Title: "as counted", Percent: true, Decimals: 1},
		{Metric: TestAccuracy, Title: "test accuracy", Percent: true, Decimals: 2},
		{Metric: BestEpochAccuracy, Title: "best epoch", Percent: true, Decimals: 2},
		{Metric: ShrunkAccuracy, Title: "shrunk", Percent: true, Decimals: 2},
	},
	Published: softPublished(),
	Protocol:  trainingProtocol,
})

// needs are the methods whose cells a method reads: all begin with the dense network,
// and controls remove as many filters as soft pruning did.
func (o *Soft) needs(method string) []string {
	switch method {
	case Dense:
		return nil
	case lth.SoftFilterPruning, lth.PretrainedSoftFilterPruning:
		return []string{Dense}
	}
	return []string{Dense, lth.SoftFilterPruning}
}

func (o *Soft) cells(s Setting) ([]Cell, error) {
	return methodCells(s, o.Data, string(o.Network), o.Methods, o.needs, func(d Desc, needs ...Desc) Cell {
		return cellOf(d, o.run, needs...)
	})
}

// run runs one cell.
func (o *Soft) run(ctx context.Context, w Work, d Desc) (Outcome, error) {
	study, digests, err := o.Training.study(ctx, w, d, o.Width, lth.Options{})
	if err != nil {
		return Outcome{}, err
	}
	levels, err := o.levels(ctx, w, d, study)
	if err != nil {
		return Outcome{}, err
	}
	session := train.NewSession(w.Backend)
	defer session.Close()
	outcome := Outcome{Data: digests}
	for level, err := range levels {
		if err != nil {
			return Outcome{}, err
		}
		m, err := o.measure(ctx, session, study, level)
		if err != nil {
			return Outcome{}, err
		}
		outcome.Measurements = append(outcome.Measurements, m)
		outcome.Curves = append(outcome.Curves, curve(level))
	}
	return outcome, nil
}

// levels are the cell's levels: the dense network alone, or one for each rate.
func (o *Soft) levels(ctx context.Context, w Work, d Desc, study lth.Study) (iter.Seq2[lth.Level, error], error) {
	study.Folder = filepath.Join(w.Folder, studyFolder)
	if d.Method == Dense {
		return study.Tickets(ctx), nil
	}
	found := study
	found.Folder = filepath.Join(w.Needed[0], studyFolder)
	dense, err := first(found.Tickets(ctx))
	if err != nil {
		return nil, err
	}
	filters := lth.SoftFilters{
		Rates: o.Rates, Spare: prune.ProjectionShortcuts(study.Network), Pretrained: d.Method == lth.PretrainedSoftFilterPruning,
	}
	if filters.Method() == d.Method {
		return study.SoftFilters(ctx, dense, filters), nil
	}
	control, err := lth.LookupControl(d.Method)
	if err != nil {
		return nil, err
	}
	found.Folder = filepath.Join(w.Needed[1], studyFolder)
	return study.Control(ctx, control, found.SoftFilters(ctx, dense, filters)), nil
}

// first is the first level of a sequence.
func first(levels iter.Seq2[lth.Level, error]) (lth.Level, error) {
	for level, err := range levels {
		return level, err
	}
	return lth.Level{}, errors.New("there is no level")
}

// measure takes a level's metrics, shrinks it and measures it again.
func (o *Soft) measure(ctx context.Context, session *train.Session, s lth.Study, level lth.Level) (Measurement, error) {
	m := measure(level)
	network, weights := s.Network, level.Result.Weights
	if level.Shrunk != nil {
		network = level.Shrunk.Network
	} else if level.Remaining < 1 {
		shrunk, err := nn.Shrink(network, weights, level.Mask, nn.Constant)
		if err != nil {
			return Measurement{}, err
		}
		network, weights = shrunk.Network, shrunk.Weights
	}
	_, accuracy, err := session.Evaluate(ctx, network, weights, s.Test, s.Options.Training.Normalisation, 0)
	if err != nil {
		return Measurement{}, err
	}
	filters := prune.SoftFilters{Spare: prune.ProjectionShortcuts(s.Network)}
	whole := filters.MACs(s.Network)
	if level.Index > 0 {
		filters.Rate = o.Rates[level.Index-1]
	}
	m.Metrics[ShrunkAccuracy] = Number(accuracy)
	m.Metrics[RemainingMACs] = Number(float64(nn.CostOf(network, nil).MACs) / float64(nn.CostOf(s.Network, nil).MACs))
	m.Metrics[CountedMACs] = Number(filters.MACs(s.Network) / whole)
	m.Metrics[BestEpochAccuracy] = Number(bestEpoch(level.Result))
	return m, nil
}

// bestEpoch is the highest test accuracy of a training.
func bestEpoch(result *train.Result) float64 {
	best := 0.0
	for _, point := range result.History {
		best = max(best, point.TestAccuracy)
	}
	return best
}

// cost counts trainings. Networks that lose filters before they are trained take less
// time by their multiply-accumulates, of which about 1 − rate are left.
func (o *Soft) cost(s Setting) (Cost, error) {
	methods := withNeeds(o.Methods, o.needs)
	work := trainings{cells: len(methods)}
	for _, method := range methods {
		if method == Dense {
			work.add(1, 1)
			continue
		}
		for _, rate := range o.Rates {
			if method == lth.SoftFilterPruning || method == lth.PretrainedSoftFilterPruning {
				work.add(1, 1)
			} else {
				work.add(1, 1-rate)
			}
		}
	}
	return o.Training.costOf(s, o.Data, string(o.Network), o.Width, work)
}
