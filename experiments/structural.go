package experiments

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"espalier/data"
	"espalier/lth"
	"espalier/nn"
	"espalier/prune"
	"espalier/sparse"
	"espalier/train"
)

func init() { register(structural) }

// Structural are the hyper-parameters of lth/structural. Those of training are the
// protocol of Chen et al. at the scale paper.
type Structural struct {
	Data       dataSets        `name:"data" default:"cifar-10" of:"plan" help:"Data sets, separated by commas." expect:"one or more data sets with commas between"`
	Methods    []string        `name:"methods" default:"tickets,refill,refill-plus,regroup,random-reinitialization,refill-reinitialized,refill-plus-reinitialized,regroup-reinitialized,dense" enum:"tickets,refill,refill-plus,regroup,random-reinitialization,refill-reinitialized,refill-plus-reinitialized,regroup-reinitialized,group-aware,group-aware-reinitialized,refill-reference,refill-plus-reference,regroup-reference,refill-reference-reinitialized,refill-plus-reference-reinitialized,regroup-reference-reinitialized,one-shot,random-mask,snip,grasp,synflow,admm,grasp-reference,synflow-reference,admm-reference,refill-one-shot,refill-random-mask,refill-snip,refill-grasp,refill-synflow,refill-admm,regroup-one-shot,regroup-random-mask,regroup-snip,regroup-grasp,regroup-synflow,regroup-admm,dense" of:"plan" help:"Methods to compare."`
	Network    network         `name:"network" default:"resnet18" help:"The network; espalier network lists them."`
	Width      float64         `name:"width" default:"1" above:"0" help:"Multiplies the hidden units or channels of every layer."`
	Variant    lth.Variant     `name:"variant" default:"structure-lth" enum:"paper,open-lth,structure-lth" help:"Whose procedure finds the tickets."`
	Levels     int             `name:"levels" default:"9" min:"1" max:"99" help:"How often the network is pruned."`
	Fraction   float64         `name:"fraction" default:"0.2" above:"0" below:"1" help:"Fraction of the living weights that a level removes."`
	Rewind     train.Length    `name:"rewind" default:"8ep" help:"The moment of training to which weights are rewound." expect:"a length such as 0it, 500it or 2ep"`
	At         levelList       `name:"at" default:"" help:"Levels whose tickets are made structural; empty means all." expect:"levels from 1 on with commas between, or nothing"`
	Criterion  prune.Criterion `name:"criterion" default:"weight-norm" enum:"surviving-weights,weight-norm,feature-l1,feature-l2,saliency" help:"The criterion by which Refill rates channels."`
	Extra      float64         `name:"extra" default:"0.2" min:"0" max:"1" help:"Share of the dropped channels that Refill+ keeps in addition."`
	Clusters   int             `name:"clusters" default:"8" min:"1" help:"Number of clusters into which Regroup divides the rows of a layer."`
	BlockRows  int             `name:"block-rows" default:"32" min:"1" help:"Rows that a kernel for Regroup's blocks computes at once."`
	FewestRows int             `name:"fewest-rows" default:"16" min:"1" help:"Clusters of up to this many rows form no block."`
	TimedBatch int             `name:"timed-batch" default:"64" min:"1" help:"Images in the batch whose inference is timed."`
	Training
}

// The metrics of structural tickets.
const (
	RemainingMACs      = "remaining_macs"      // multiply-accumulates, of the dense network's
	TheoreticalSpeedup = "theoretical_speedup" // the dense network's multiply-accumulates over those that remain
	Milliseconds       = "milliseconds"        // median of a batch's inference
	Speedup            = "speedup"             // how many times as long the dense network takes, in the median
	TimeSaving         = "time_saving"         // 1 − 1/Speedup
)

var structural = define[Structural](Experiment{
	Name:     "lth/structural",
	Title:    "Structural tickets",
	Question: "Can a winning ticket's sparsity be made structural, whole channels or dense blocks, without losing its accuracy, and does it then run faster?",
	Paper:    "Chen, Chen, Ma, Wang and Wang, Coarsening the Granularity: Towards Structurally Sparse Lottery Tickets, ICML 2022.",
	Methods:  structuralMethods(),
	Presets: map[Scale]Preset{
		Smoke: {Seeds: 2, Set: map[string]string{
			"data": "digits", "network": "resnet-digits", "levels": "2", "fraction": "0.5", "rewind": "30it",
			"methods":  "tickets,refill,refill-plus,regroup,random-reinitialization,refill-reinitialized,regroup-reinitialized,dense",
			"clusters": "4", "block-rows": "8", "fewest-rows": "4",
			"length": "150it", "batch": "64", "optimizer": "sgd", "learning-rate": "0.1", "schedule": "onecycle",
			"weight-decay": "0.0005", "validation": "500", "evaluate-every": "75it", "initializer": "kaiming-normal",
		}},
		Bench: {Seeds: 3, Set: map[string]string{
			"network": "resnet20", "levels": "1", "fraction": "0.5", "rewind": "1ep",
			"methods":  "tickets,refill,refill-plus,regroup,refill-reinitialized,dense",
			"clusters": "4", "block-rows": "8", "fewest-rows": "4",
			"length": "15ep", "batch": "64", "optimizer": "sgd", "learning-rate": "0.1", "nesterov": "true",
			"weight-decay": "0.0005", "schedule": "onecycle(0.2;25;10000)", "crop": "4", "flip": "true",
			"validation": "1000", "evaluate-every": "5ep", "initializer": "kaiming-normal",
		}},
		Paper: {Seeds: 3, Set: map[string]string{
			"length": "160ep", "batch": "128", "optimizer": "sgd", "learning-rate": "0.1", "weight-decay": "0.0001",
			"schedule": "multistep(80ep,120ep;0.1)", "crop": "4", "flip": "true", "evaluate-every": "1ep",
			"initializer": "kaiming-normal",
		}},
	},
	Refine:  func(options any) (map[string]string, error) { return options.(*Structural).refine() },
	Trained: (*Store).trainedStructural,
	Columns: []Column{
		{Metric: RemainingMACs, Title: "MACs", Percent: true, Decimals: 1},
		{Metric: TestAccuracy, Title: "test accuracy", Percent: true, Decimals: 2},
		{Metric: BestTestAccuracy, Title: "at best validation", Percent: true, Decimals: 2},
		{Metric: Milliseconds, Title: "ms a batch", Decimals: 2},
		{Metric: Speedup, Title: "speed-up", Decimals: 2},
		{Metric: TheoreticalSpeedup, Title: "in theory", Decimals: 2},
		{Metric: TimeSaving, Title: "time saved", Percent: true, Decimals: 1},
	},
	Published: structuralPublished(),
	Protocol:  slices.Concat(trainingProtocol, []string{"criterion", "extra", "clusters", "block-rows", "fewest-rows"}),
})

// cells lists, for each data set and seed, the tickets first, because all others
// need them.
func (o *Structural) cells(s Setting) ([]Cell, error) {
	if i := slices.IndexFunc(o.At, func(level int) bool { return level > o.Levels }); i >= 0 {
		return nil, &UsageError{fmt.Sprintf("at=%d: there are %d levels", o.At[i], o.Levels)}
	}
	if err := checkStudy(o.Data, string(o.Network), o.Width, o.options()); err != nil {
		return nil, err
	}
	return methodCells(s, o.Data, string(o.Network), o.Methods, o.needs, func(d Desc, needs ...Desc) Cell {
		cell := cellOf(d, o.run, needs...)
		cell.Time = func(ctx context.Context, w Work) ([]Measurement, error) { return o.time(ctx, w, d) }
		return cell
	})
}

// run runs one cell.
func (o *Structural) run(ctx context.Context, w Work, d Desc) (Outcome, error) {
	study, digests, err := o.study(ctx, w, d)
	if err != nil {
		return Outcome{}, err
	}
	levels, err := o.levels(ctx, w, d, study)
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Data: digests}
	whole := nn.CostOf(study.Network, nil).MACs
	for level, err := range levels {
		if err != nil {
			return Outcome{}, err
		}
		m := measure(level)
		remaining := nn.CostOf(level.Trained(study.Network)).LiveMACs
		if o.Validation == 0 {
			m.Metrics[BestTestAccuracy] = Number(bestEpoch(level.Result)) // as the authors' code, which validates on the test images then
		}
		m.Metrics[RemainingMACs] = Number(float64(remaining) / float64(whole))
		m.Metrics[TheoreticalSpeedup] = Number(float64(whole) / float64(remaining))
		outcome.Measurements = append(outcome.Measurements, m)
		outcome.Curves = append(outcome.Curves, curve(level))
	}
	return outcome, nil
}

// time measures the inference of what run has found, each level against the dense
// network in the same race.
func (o *Structural) time(ctx context.Context, w Work, d Desc) ([]Measurement, error) {
	study, _, err := o.study(ctx, w, d)
	if err != nil {
		return nil, err
	}
	levels, err := o.levels(ctx, w, d, study)
	if err != nil {
		return nil, err
	}
	batch, err := firstBatch(ctx, study.Test, o.TimedBatch, study.Options.Training.Normalisation)
	if err != nil {
		return nil, err
	}
	var durations []Measurement
	for level, err := range levels {
		if err != nil {
			return nil, err
		}
		metrics, err := timeLevel(ctx, study, level, batch, w.Tuning)
		if err != nil {
			return nil, fmt.Errorf("level %d: %w", level.Index, err)
		}
		durations = append(durations, Measurement{Level: level.Index, Metrics: metrics})
	}
	return durations, nil
}

// timeLevel races a level's network against the dense one; that is its own measure. Both
// are compiled with the same choice of forms: a form that is faster for every network is
// no merit of a ticket.
func timeLevel(ctx context.Context, study lth.Study, level lth.Level, batch data.Batch, tuning *sparse.Tuning) (Metrics, error) {
	dense, err := fastestInference(ctx, study.Network, level.Origin.Trained, prune.Ones(study.Network), batch, tuning)
	if err != nil {
		return nil, err
	}
	defer dense.Close()
	programs := []func(context.Context) error{dense.run}
	network, mask := level.Trained(study.Network)
	if level.Shrunk != nil || mask.Count() < mask.Size() {
		ticket, err := fastestInference(ctx, network, level.Result.Weights, mask, batch, tuning)
		if err != nil {
			return nil, err
		}
		defer ticket.Close()
		programs = append(programs, ticket.run)
	}
	seconds, err := race(ctx, programs...)
	if err != nil {
		return nil, err
	}
	whole, own := seconds[0], seconds[len(seconds)-1]
	faster := speedup(whole, own)
	return Metrics{
		Milliseconds:             Number(1000 * quantile(own, 0.5)),
		"milliseconds_quartiles": Number(1000 * (quantile(own, 0.75) - quantile(own, 0.25))),
		"dense_milliseconds":     Number(1000 * quantile(whole, 0.5)),
		Speedup:                  Number(faster),
		TimeSaving:               Number(1 - 1/faster),
	}, nil
}

// at are the levels whose tickets are made structural.
func (o *Structural) at() []int {
	if len(o.At) > 0 {
		return o.At
	}
	all := make([]int, o.Levels)
	for i := range all {
		all[i] = i + 1
	}
	return all
}

// study is the cell's study, without its folder, and the digests of its data.
func (o *Structural) study(ctx context.Context, w Work, d Desc) (lth.Study, map[string]string, error) {
	return o.Training.study(ctx, w, d, o.Width, o.options())
}

// options are those of the study of tickets.
func (o *Structural) options() lth.Options {
	return lth.Options{Variant: o.Variant, Levels: o.Levels, Fraction: o.Fraction, Rewind: o.Rewind}
}

// cost counts the trainings of a setting, after each of which inference is timed beside the
// dense network's. A network without channels takes less time by its multiply-accumulates,
// which in a residual network go about with the part of the channels that Refill keeps.
func (o *Structural) cost(s Setting) (Cost, error) {
	trainings, whole := 0, 0.0 // whole is how many dense ones take as long
	methods := withNeeds(append([]string{lth.Tickets}, o.Methods...), o.needs)
	for _, method := range methods {
		switch method {
		case Dense:
		case lth.Tickets, groupAware:
			trainings += o.Levels
			whole += float64(o.Levels)
		default:
			for _, level := range o.at() {
				trainings++
				whole += o.share(method, level)
			}
		}
	}
	trainings, whole = trainings+1, whole+1 // the dense network's own
	cost := Cost{Cells: s.Seeds * len(o.Data) * len(methods)}
	for _, set := range o.Data {
		one, err := o.Training.cost(set, string(o.Network), o.Width)
		if err != nil {
			return Cost{}, err
		}
		_, composed, err := compose(set, string(o.Network), o.Width)
		if err != nil {
			return Cost{}, err
		}
		timing := raceSeconds(2*arithmeticSeconds(composed, o.TimedBatch)/costCores) / 60
		cost.Iterations += s.Seeds * trainings * one.Iterations
		cost.Minutes += float64(s.Seeds) * (whole*one.Minutes + float64(trainings)*timing)
	}
	return cost, nil
}

// share is the part of the dense network's multiply-accumulates that training a method
// takes at a level, about.
func (o *Structural) share(method string, level int) float64 {
	channels := math.Pow(1-o.Fraction, float64(level))
	name := strings.TrimSuffix(method, "-reinitialized")
	if of, err := o.control(method); err == nil {
		name = strings.TrimSuffix(name, "-"+of.source)
	}
	switch name {
	case lth.Refill.Name:
	case lth.RefillPlus.Name:
		channels += o.Extra * (1 - channels)
	default:
		return 1
	}
	return channels
}

// levelList are levels as a hyper-parameter: in rising order, each once.
type levelList []int

// MarshalText writes the levels with commas between.
func (l levelList) MarshalText() ([]byte, error) {
	return listText(l, strconv.Itoa), nil
}

// UnmarshalText reads levels from 1 on in any order.
func (l *levelList) UnmarshalText(text []byte) error {
	*l = nil
	if len(text) == 0 {
		return nil
	}
	var levels levelList
	err := splitList(&levels, text, func(part string) (int, error) {
		level, err := strconv.Atoi(part)
		if err != nil || level < 1 {
			return 0, errExpected
		}
		return level, nil
	})
	if err != nil {
		return err
	}
	slices.Sort(levels)
	*l = slices.Compact(levels)
	return nil
}
