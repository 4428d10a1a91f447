package experiments

import (
	"context"
	"iter"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"espalier/data"
	"espalier/lth"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

func init() { register(scratch) }

// Scratch are the hyper-parameters of lth/scratch. Those of training are the protocol
// of Liu et al. at the scale paper.
type Scratch struct {
	Data             dataSets     `name:"data" default:"cifar-10" of:"plan" help:"Data sets, separated by commas." expect:"one or more data sets with commas between"`
	Methods          []string     `name:"methods" default:"l1-filters-fine-tune,l1-filters-scratch-e,l1-filters-scratch-b,l1-filters-rewound,slimming-fine-tune,slimming-scratch-e,slimming-scratch-b,uniform-fine-tune,uniform-scratch-e,uniform-scratch-b,random-filters-fine-tune,dense" enum:"l1-filters-fine-tune,l1-filters-scratch-e,l1-filters-scratch-b,l1-filters-rewound,slimming-fine-tune,slimming-scratch-e,slimming-scratch-b,slimming-rewound,uniform-fine-tune,uniform-scratch-e,uniform-scratch-b,uniform-rewound,thinet-fine-tune,thinet-scratch-e,thinet-scratch-b,thinet-rewound,random-filters-fine-tune,random-filters-scratch-e,random-filters-scratch-b,random-filters-rewound,slimming-dense,dense" of:"plan" help:"Methods to compare."`
	Network          network      `name:"network" default:"resnet56" help:"The network; espalier network lists them."`
	Width            float64      `name:"width" default:"1" above:"0" help:"Multiplies the hidden units or channels of every layer."`
	Filters          amounts      `name:"filters" default:"A,B" help:"What l1-filters and random-filters remove, by stage; each is a level." expect:"published configurations such as A or fractions such as 0.6/0.3/0.1, with commas between"`
	Slimming         fractions    `name:"slimming" default:"0.4,0.6" help:"Fractions of the channels that slimming removes; each is a level." expect:"fractions below 1 with commas between"`
	SlimmingStrength float64      `name:"slimming-strength" default:"1e-5" above:"0" help:"Strength of the penalty on batch norm's scales."`
	Uniform          fractions    `name:"uniform" default:"0.7,0.5" help:"Fractions of each layer's filters that uniform and thinet keep; each is a level." expect:"fractions below 1 with commas between"`
	TuningLength     train.Length `name:"tuning-length" default:"40ep" help:"How long fine-tuning takes." expect:"a length such as 40ep or 500it"`
	TuningRate       float64      `name:"tuning-rate" default:"0.001" above:"0" help:"The learning rate of fine-tuning."`
	TuningSchedule   schedule     `name:"tuning-schedule" default:"constant" help:"The schedule of fine-tuning's learning rate." expect:"a schedule such as constant or cosine"`
	Deviation        string       `name:"deviation" default:"data" enum:"data,image" help:"What CIFAR-10 is divided by: the deviation of all pixels, or the mean of the images' deviations, as in the authors' code."`
	Training
}

// slimmingDense is the large network as slimming trains it.
const slimmingDense = "slimming-dense"

var scratch = define[Scratch](Experiment{
	Name:     "lth/scratch",
	Title:    "Small networks from scratch",
	Question: "Does a pruned network profit from the large one's weights, or would its architecture, trained from scratch, do as well?",
	Paper:    "Liu, Sun, Zhou, Huang and Darrell, Rethinking the Value of Network Pruning, ICLR 2019.",
	Methods:  scratchMethods(),
	Presets: map[Scale]Preset{
		Smoke: {Seeds: 2, Set: map[string]string{
			"data": "digits", "network": "resnet-digits", "width": "0.5", "filters": "0.5", "slimming": "0.4", "uniform": "0.5",
			"slimming-strength": "0.001",
			"methods":           "l1-filters-fine-tune,l1-filters-scratch-e,l1-filters-scratch-b,l1-filters-rewound,slimming-fine-tune,slimming-scratch-b,uniform-scratch-b,random-filters-fine-tune,dense",
			"length":            "3ep", "batch": "64", "optimizer": "sgd", "learning-rate": "0.1", "schedule": "onecycle",
			"weight-decay": "0.0005", "validation": "500", "evaluate-every": "1ep", "initializer": "kaiming-normal-fan-out",
			"tuning-length": "1ep", "tuning-rate": "0.01",
		}},
		Bench: {Seeds: 3, Set: map[string]string{
			"network": "resnet20", "filters": "0.6/0.3/0.1", "slimming": "0.4",
			"methods":           "l1-filters-fine-tune,l1-filters-scratch-e,l1-filters-scratch-b,random-filters-fine-tune,dense",
			"slimming-strength": "0.0001",
			"length":            "15ep", "batch": "64", "optimizer": "sgd", "learning-rate": "0.1", "nesterov": "true",
			"weight-decay": "0.0005", "schedule": "onecycle(0.2;25;10000)", "crop": "4", "flip": "true",
			"validation": "1000", "evaluate-every": "1ep", "initializer": "kaiming-normal-fan-out",
			"tuning-length": "3ep", "tuning-rate": "0.01", "tuning-schedule": "cosine",
		}},
		Paper: {Seeds: 5, Set: map[string]string{
			"length": "160ep", "batch": "64", "optimizer": "sgd", "learning-rate": "0.1",
			"weight-decay": "0.0001", "schedule": "multistep(80ep,120ep;0.1)", "crop": "4", "flip": "true", "deviation": "image",
			"validation": "0", "evaluate-every": "1ep", "initializer": "kaiming-normal-fan-out",
		}},
	},
	Trained: (*Store).trainedThinned,
	Columns: []Column{
		{Metric: RemainingMACs, Title: "MACs", Percent: true, Decimals: 1},
		{Metric: TrainedEpochs, Title: "epochs", Decimals: 1},
		{Metric: TestAccuracy, Title: "test accuracy", Percent: true, Decimals: 2},
		{Metric: BestTestAccuracy, Title: "at best validation", Percent: true, Decimals: 2},
	},
	Published: scratchPublished(),
	Protocol:  slices.Concat(trainingProtocol, []string{"tuning-length", "tuning-rate", "tuning-schedule"}),
})

// TrainedEpochs is the metric of how long a network was trained, in passes over the
// data.
const TrainedEpochs = "trained_epochs"

// scratchMethods are every thinning with every retraining, and the large networks.
func scratchMethods() []Method {
	var methods []Method
	for _, thinning := range []struct{ name, title, help string }{
		{lth.L1Filters.Name, "L1 filters", "filters of the least L1 norm removed"},
		{lth.Slimming.Name, "slimming", "channels of the smallest batch-norm scales removed"},
		{lth.Uniform.Name, "uniform", "the same part of every layer's filters removed"},
		{lth.ThiNet.Name, "ThiNet", "the same part of every layer's filters removed, those that the next layer misses least"},
		{lth.RandomThinning.Name, "random filters", "as many filters as L1 removes, at random"},
	} {
		for _, retraining := range []struct {
			way         lth.Retraining
			title, help string
		}{
			{lth.FineTune, "fine-tuned", "the weights that are left trained on for a while"},
			{lth.ScratchE, "Scratch-E", "trained from new initial weights for as many epochs as the large network"},
			{lth.ScratchB, "Scratch-B", "trained from new initial weights with as many multiply-accumulates as the large network"},
			{lth.Rewound, "rewound", "trained from the large network's initial weights"},
		} {
			methods = append(methods, Method{
				lth.ThinnedMethod(thinning.name, retraining.way), thinning.title + ", " + retraining.title, thinning.help + ", " + retraining.help,
			})
		}
	}
	return append(methods,
		Method{slimmingDense, "dense, for slimming", "the large network, trained with a penalty on batch norm's scales"},
		Method{Dense, "dense", "the large network"})
}

// split takes a method apart.
func (o *Scratch) split(method string) (lth.Thinnings, error) {
	for _, retraining := range lth.Retrainings() {
		name, ok := strings.CutSuffix(method, "-"+string(retraining))
		if !ok {
			continue
		}
		thinning, err := lth.LookupThinning(name)
		if name == lth.Slimming.Name {
			thinning = lth.NewSlimming(name, o.SlimmingStrength)
		}
		return lth.Thinnings{Thinning: thinning, Amounts: o.amounts(name), Retraining: retraining}, err
	}
	return lth.Thinnings{}, unknown("method", method, nil)
}

// amounts are what a thinning is asked for.
func (o *Scratch) amounts(thinning string) []string {
	list := o.Uniform
	switch thinning {
	case lth.L1Filters.Name, lth.RandomThinning.Name:
		return o.Filters
	case lth.Slimming.Name:
		list = o.Slimming
	}
	texts := make([]string, len(list))
	for i, fraction := range list {
		texts[i] = strconv.FormatFloat(fraction, 'g', -1, 64)
	}
	return texts
}

// needs is the method that trains the large network for a method.
func (o *Scratch) needs(method string) []string {
	switch {
	case method == Dense || method == slimmingDense:
		return nil
	case strings.HasPrefix(method, lth.Slimming.Name):
		return []string{slimmingDense}
	}
	return []string{Dense}
}

func (o *Scratch) cells(s Setting) ([]Cell, error) {
	_, composed, err := compose(o.Data[0], string(o.Network), o.Width)
	if err != nil {
		return nil, err
	}
	for _, amount := range o.Filters {
		fractions, err := prune.ParseStageFractions(composed, amount)
		if err == nil {
			_, err = fractions.Removals(composed)
		}
		if err != nil {
			return nil, &UsageError{err.Error()}
		}
	}
	return methodCells(s, o.Data, string(o.Network), o.Methods, o.needs, func(d Desc, needs ...Desc) Cell {
		return cellOf(d, o.run, needs...)
	})
}

// run runs one cell.
func (o *Scratch) run(ctx context.Context, w Work, d Desc) (Outcome, error) {
	study, digests, err := o.study(ctx, w, d)
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Data: digests}
	if len(w.Needed) == 0 {
		level, err := first(study.Tickets(ctx))
		if err != nil {
			return Outcome{}, err
		}
		m := measure(level)
		m.Metrics[RemainingMACs], m.Metrics[TrainedEpochs] = 1, Number(level.Result.Final().Epoch)
		outcome.Measurements, outcome.Curves = []Measurement{m}, []Curve{curve(level)}
		return outcome, nil
	}
	thinned, err := o.thinned(ctx, w, d, study)
	if err != nil {
		return Outcome{}, err
	}
	for one, err := range thinned {
		if err != nil {
			return Outcome{}, err
		}
		// What is measured of a training is the same as of a ticket's.
		level := lth.Level{Index: one.Index, Remaining: one.Remaining, Result: one.Result}
		m := measure(level)
		m.Metrics[RemainingMACs], m.Metrics[TrainedEpochs] = Number(one.MACs), Number(one.Result.Final().Epoch)
		outcome.Measurements = append(outcome.Measurements, m)
		outcome.Curves = append(outcome.Curves, curve(level))
	}
	return outcome, nil
}

// study is the cell's study and the digests of its data; for slimming's large network
// that which trains it.
func (o *Scratch) study(ctx context.Context, w Work, d Desc) (lth.Study, map[string]string, error) {
	study, digests, err := o.Training.study(ctx, w, d, o.Width, lth.Options{})
	if err != nil {
		return lth.Study{}, nil, err
	}
	study.Folder = filepath.Join(w.Folder, studyFolder)
	if o.Deviation == "image" && d.Data == "cifar-10" {
		study.Options.Training.Normalisation.Deviation = []float32{0.2023, 0.1994, 0.2010}
	}
	if d.Method == slimmingDense {
		study = lth.NewSlimming(lth.Slimming.Name, o.SlimmingStrength).Study(study)
	}
	return study, digests, nil
}

// thinned are the cell's small networks.
func (o *Scratch) thinned(ctx context.Context, w Work, d Desc, study lth.Study) (iter.Seq2[lth.Thinned, error], error) {
	thinnings, err := o.split(d.Method)
	if err != nil {
		return nil, err
	}
	thinnings.FineTuning = o.fineTuning(study.Options.Training.Normalisation)
	large := thinnings.Thinning.Study(study)
	large.Folder = filepath.Join(w.Needed[0], studyFolder)
	dense, err := first(large.Tickets(ctx))
	if err != nil {
		return nil, err
	}
	return study.Thin(ctx, dense, thinnings), nil
}

// fineTuning is how fine-tuning trains.
func (o *Scratch) fineTuning(normalisation data.Normalisation) train.Options {
	tuned := o.Training
	tuned.LearningRate, tuned.Length, tuned.Schedule = o.TuningRate, o.TuningLength, o.TuningSchedule
	return tuned.options(normalisation)
}

// cost counts trainings.
func (o *Scratch) cost(s Setting) (Cost, error) {
	_, composed, err := compose(o.Data[0], string(o.Network), o.Width)
	if err != nil {
		return Cost{}, err
	}
	methods := withNeeds(o.Methods, o.needs)
	work := trainings{cells: len(methods)}
	for _, method := range methods {
		if len(o.needs(method)) == 0 {
			work.add(1, 1)
			continue
		}
		thinnings, err := o.split(method)
		if err != nil {
			return Cost{}, err
		}
		for _, amount := range thinnings.Amounts {
			macs, err := thinnedMACs(composed, thinnings.Thinning.Name, amount)
			if err != nil {
				return Cost{}, &UsageError{err.Error()}
			}
			work.add(o.epochs(thinnings.Retraining, macs), macs)
		}
	}
	return o.Training.costOf(s, o.Data, string(o.Network), o.Width, work)
}

// epochs is how long a small network is trained, as a part of the large one's length,
// given its part of the multiply-accumulates.
func (o *Scratch) epochs(retraining lth.Retraining, macs float64) float64 {
	switch retraining {
	case lth.ScratchB:
		return 1 / macs
	case lth.FineTune:
		// What an epoch has of iterations cancels out where both are in epochs.
		const perEpoch = 1
		return float64(o.TuningLength.Iterations(perEpoch)) / float64(max(o.Length.Iterations(perEpoch), 1))
	}
	return 1
}

// thinnedMACs is the part of the multiply-accumulates that a thinning leaves: for
// slimming, which decides after training, that of the channels.
func thinnedMACs(n *nn.Network, thinning, amount string) (float64, error) {
	if thinning == lth.Slimming.Name {
		fraction, err := strconv.ParseFloat(amount, 64)
		return 1 - fraction, err
	}
	stages := prune.StageFractions{}
	if thinning == lth.Uniform.Name || thinning == lth.ThiNet.Name {
		kept, err := strconv.ParseFloat(amount, 64)
		if err != nil {
			return 0, err
		}
		stages.Fractions = []float64{1 - kept}
	} else {
		var err error
		if stages, err = prune.ParseStageFractions(n, amount); err != nil {
			return 0, err
		}
	}
	removals, err := stages.Removals(n)
	if err != nil {
		return 0, err
	}
	return removals.MACs(n)
}
