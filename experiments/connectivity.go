package experiments

import (
	"context"
	"fmt"
	"math"
	"path/filepath"

	"espalier/lth"
	"espalier/train"
)

func init() { register(connectivity) }

// Connectivity are the hyper-parameters of lth/connectivity. Those of training are what
// OpenLTH, the authors' code, has for ResNet-20 at the scale paper.
type Connectivity struct {
	Data     dataSets    `name:"data" default:"cifar-10" of:"plan" help:"Data sets, separated by commas." expect:"one or more data sets with commas between"`
	Methods  []string    `name:"methods" default:"tickets,random-mask,random-reinitialization,dense" enum:"tickets,one-shot,random-mask,random-reinitialization,dense" of:"plan" help:"Networks to fork."`
	Network  network     `name:"network" default:"resnet20b" help:"The network; espalier network lists them."`
	Width    float64     `name:"width" default:"1" above:"0" help:"Multiplies the hidden units or channels of every layer."`
	Variant  lth.Variant `name:"variant" default:"paper" enum:"paper,structure-lth" help:"Whose procedure finds the tickets."`
	Levels   int         `name:"levels" default:"8" min:"1" max:"99" help:"How often the network is pruned."`
	Fraction float64     `name:"fraction" default:"0.2" above:"0" below:"1" help:"Fraction of the living weights that a level removes."`
	Forks    moments     `name:"forks" default:"0it,100it,250it,500it,1000it,2000it,4000it" help:"Moments of training at which two children fork; each is a level." expect:"rising lengths such as 0it,500it,2ep"`
	Training
}

// The metrics of forks.
const (
	ForkIteration = "fork_iteration" // where the children part
	Instability   = "instability"    // height of the error barrier between the children
	// StableFrom is the first fork from which on all are stable; it is measured at
	// level 0.
	StableFrom = "stable_from"
)

var connectivity = define[Connectivity](Experiment{
	Name:     "lth/connectivity",
	Title:    "Linear mode connectivity",
	Question: "From which moment of training on does the order of the data no longer matter, and are winning tickets those sub-networks for which it does not?",
	Paper:    "Frankle, Dziugaite, Roy and Carbin, Linear Mode Connectivity and the Lottery Ticket Hypothesis, ICML 2020.",
	Methods: []Method{
		{lth.Tickets, "winning ticket", "the ticket of the last level, rewound to the fork"},
		{lth.OneShot.Name, "one-shot", "pruned once, from the trained dense network, rewound to the fork"},
		{lth.RandomMask.Name, "random mask", "as many weights of each layer as the ticket, chosen at random, as they are at the fork"},
		{lth.RandomReinitialization.Name, "random re-initialisation", "the ticket's mask with new initial weights, forked at that moment of the schedule"},
		{Dense, "dense", "the whole network"},
	},
	Presets: map[Scale]Preset{
		Smoke: {Seeds: 2, Set: map[string]string{
			"data": "digits", "network": "resnet-digits", "width": "0.5", "levels": "1", "fraction": "0.8", "forks": "0it,20it,60it",
			"length": "100it", "batch": "64", "optimizer": "sgd", "learning-rate": "1", "schedule": "cosine",
			"weight-decay": "0.0005", "validation": "500", "evaluate-every": "50it", "initializer": "kaiming-normal",
		}},
		Bench: {Seeds: 3, Set: map[string]string{
			"data": "fashion-mnist", "network": "resnet20", "width": "0.5", "levels": "1", "fraction": "0.8", "forks": "0it,100it,800it",
			"methods": "tickets,random-mask,dense",
			"length":  "4ep", "batch": "128", "optimizer": "sgd", "learning-rate": "0.2", "nesterov": "true",
			"weight-decay": "0.0005", "schedule": "onecycle(0.2;25;10000)", "crop": "2", "flip": "true",
			"evaluate-every": "1ep", "initializer": "kaiming-normal",
		}},
		Paper: {Seeds: 3, Set: map[string]string{
			"length": "160ep", "batch": "128", "optimizer": "sgd", "learning-rate": "0.1",
			"weight-decay": "0.0001", "schedule": "multistep(80ep,120ep;0.1)", "crop": "4", "flip": "true",
			"validation": "0", "evaluate-every": "1ep", "initializer": "kaiming-normal",
		}},
	},
	Trained: func(_ *Store, d Desc, _ int) (string, []string, error) {
		return "", nil, &UsageError{d.Experiment + ": a level is a fork, whose two children are trained from one network; there is no trained network of the level"}
	},
	Columns: []Column{
		{Metric: ForkIteration, Title: "forked at"},
		{Metric: Instability, Title: "instability", Percent: true, Decimals: 2},
		{Metric: TestAccuracy, Title: "test accuracy", Percent: true, Decimals: 2},
		{Metric: StableFrom, Title: "stable from"},
	},
	Published: connectivityPublished(),
	Protocol:  trainingProtocol,
})

// needs are the cells that a method's reads: all begin with the dense network, and
// controls are made of the tickets.
func (o *Connectivity) needs(method string) []string {
	switch method {
	case Dense:
		return nil
	case lth.Tickets:
		return []string{Dense}
	}
	return []string{Dense, lth.Tickets}
}

func (o *Connectivity) cells(s Setting) ([]Cell, error) {
	for _, set := range o.Data {
		entry, _, err := compose(set, string(o.Network), o.Width)
		if err != nil {
			return nil, err
		}
		for _, fork := range o.Forks {
			if fork.Compare(o.Length, o.perEpoch(entry)) > 0 {
				return nil, &UsageError{fmt.Sprintf("forks=%s: training on %s ends at %s", fork, set, o.Length)}
			}
		}
	}
	if err := checkStudy(o.Data, string(o.Network), o.Width, o.options()); err != nil {
		return nil, err
	}
	return methodCells(s, o.Data, string(o.Network), o.Methods, o.needs, func(d Desc, needs ...Desc) Cell {
		return cellOf(d, o.run, needs...)
	})
}

// options are those of the study of tickets.
func (o *Connectivity) options() lth.Options {
	return lth.Options{Variant: o.Variant, Levels: o.Levels, Fraction: o.Fraction, Snapshots: o.Forks}
}

// run runs one cell: a fork at each moment.
func (o *Connectivity) run(ctx context.Context, w Work, d Desc) (Outcome, error) {
	study, digests, err := o.Training.study(ctx, w, d, o.Width, o.options())
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Data: digests}
	for i, moment := range o.Forks {
		fork, err := o.fork(ctx, w, d, study, moment)
		if err != nil {
			return Outcome{}, err
		}
		outcome.Measurements = append(outcome.Measurements, measureFork(fork, i, study.PerEpoch()))
		outcome.Curves = append(outcome.Curves, lineCurve(fork, i))
	}
	outcome.Measurements[0].Metrics[StableFrom] = stableFrom(outcome.Measurements)
	return outcome, nil
}

// fork forks the cell's network at a moment.
func (o *Connectivity) fork(ctx context.Context, w Work, d Desc, study lth.Study, moment train.Length) (lth.Fork, error) {
	folder := func(cell string) string { return filepath.Join(cell, studyFolder) }
	large, found := w.Folder, w.Folder
	if d.Method != Dense {
		large = w.Needed[0]
	}
	if len(w.Needed) > 1 {
		found = w.Needed[1]
	}
	dense := study
	dense.Folder = folder(large)
	level, err := first(dense.Tickets(ctx))
	if err != nil {
		return lth.Fork{}, err
	}
	if level, err = level.RewoundTo(moment); err != nil {
		return lth.Fork{}, err
	}
	study.Options.Rewind = moment
	if d.Method != Dense {
		tickets := study
		tickets.Folder = filepath.Join(folder(found), "rewound-"+moment.String())
		if level, err = ticketAfter(ctx, tickets, level); err != nil {
			return lth.Fork{}, err
		}
	}
	control := lth.UnchangedTicket
	if d.Method != Dense && d.Method != lth.Tickets {
		if control, err = lth.LookupControl(d.Method); err != nil {
			return lth.Fork{}, err
		}
	}
	study.Folder = folder(w.Folder)
	return study.Fork(ctx, control, level)
}

// ticketAfter is the ticket of the study's last level, which need not be trained.
func ticketAfter(ctx context.Context, s lth.Study, dense lth.Level) (last lth.Level, err error) {
	before := s
	before.Options.Levels--
	for last, err = range before.TicketsFrom(ctx, dense) {
		if err != nil {
			return lth.Level{}, err
		}
	}
	return s.Next(ctx, last)
}

func measureFork(f lth.Fork, level, perEpoch int) Measurement {
	return Measurement{Level: level, Metrics: Metrics{
		Remaining:     Number(f.Remaining),
		ForkIteration: Number(f.At.Iterations(perEpoch)),
		Instability:   Number(f.Instability()),
		TestAccuracy:  Number(1 - f.EndError()),
	}}
}

// stableFrom is the first fork from which on all are stable, NaN where the last is not.
func stableFrom(forks []Measurement) Number {
	from := Number(math.NaN())
	for i := len(forks) - 1; i >= 0 && forks[i].Metrics[Instability] < lth.Stable; i-- {
		from = forks[i].Metrics[ForkIteration]
	}
	return from
}

// lineCurve are the errors between the children.
func lineCurve(f lth.Fork, level int) Curve {
	columns := make(map[string][]Number)
	for i, e := range f.Errors {
		columns[LinePosition] = append(columns[LinePosition], Number(float64(i)/float64(len(f.Errors)-1)))
		columns[LineError] = append(columns[LineError], Number(e))
	}
	return Curve{Level: level, Columns: columns}
}

// The columns of the curves of forks.
const (
	LinePosition = "position" // 0 is the first child, 1 the second
	LineError    = "error"    // fraction of the test images that are classified wrong
)

// cost counts trainings: the dense network's, the tickets' at each fork, and for each
// fork the rest of two, with what 30 evaluations take.
func (o *Connectivity) cost(s Setting) (Cost, error) {
	methods := withNeeds(o.Methods, o.needs)
	total := Cost{Cells: s.Seeds * len(o.Data) * len(methods)}
	for _, set := range o.Data {
		entry, composed, err := compose(set, string(o.Network), o.Width)
		if err != nil {
			return Cost{}, err
		}
		one, err := o.Training.cost(set, string(o.Network), o.Width)
		if err != nil {
			return Cost{}, err
		}
		perEpoch := o.perEpoch(entry)
		work := trainings{}
		for _, method := range methods {
			switch method {
			case Dense:
				work.add(1, 1)
			case lth.Tickets:
				work.add(float64((o.Levels-1)*len(o.Forks)), 1)
			}
			for _, fork := range o.Forks {
				work.add(2*(1-float64(fork.Iterations(perEpoch))/float64(one.Iterations)), 1)
			}
		}
		lines := float64(len(methods) * len(o.Forks))
		total.Iterations += int(float64(s.Seeds) * work.iterations * float64(one.Iterations))
		total.Minutes += float64(s.Seeds) * (work.whole*one.Minutes + lines*evaluationMinutes(composed, 30*entry.Test))
	}
	return total, nil
}

// connectivityPublished are the moments from which on ResNet-20 and VGG-16 are stable.
// Tickets have 16.8 % of the weights.
func connectivityPublished() []Published {
	var published []Published
	for _, p := range []struct {
		statement, network, method string
		remaining, iteration       float64
	}{
		{"the dense network is stable from iteration", "resnet20b", Dense, 1, 2000},
		{"winning tickets are stable from iteration", "resnet20b", lth.Tickets, ticketRemaining, 500},
		{"the dense network is stable from iteration", "vgg16", Dense, 1, 1000},
		{"winning tickets are stable from iteration", "vgg16", lth.Tickets, ticketRemaining, 1000},
	} {
		published = append(published, Published{
			Statement: p.statement, Data: "cifar-10", Network: p.network, Metric: StableFrom,
			Of: Point{p.method, p.remaining}, Value: p.iteration, Source: "Frankle et al. 2020, by notes on it",
		})
	}
	return published
}

// ticketRemaining is what eight levels of a fifth leave, those that are not pruned not
// counted.
var ticketRemaining = math.Pow(0.8, 8)
