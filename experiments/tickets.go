package experiments

import (
	"context"
	"iter"
	"path/filepath"
	"slices"

	"espalier/lth"
	"espalier/prune"
	"espalier/train"
)

func init() { register(tickets) }

// Tickets are the hyper-parameters of lth/tickets. The defaults are the protocol
// of Frankle and Carbin for LeNet-300-100.
type Tickets struct {
	Data     dataSets     `name:"data" default:"mnist" of:"plan" help:"Data sets, separated by commas." expect:"one or more data sets with commas between"`
	Methods  []string     `name:"methods" default:"tickets,random-reinitialization,random-mask,shuffled-mask,one-shot,dense" enum:"tickets,random-reinitialization,random-mask,shuffled-mask,one-shot,dense" of:"plan" help:"Methods to compare."`
	Network  network      `name:"network" default:"lenet300" help:"The network; espalier network lists them."`
	Width    float64      `name:"width" default:"1" above:"0" help:"Multiplies the hidden units or channels of every layer."`
	Variant  lth.Variant  `name:"variant" default:"paper" enum:"paper,open-lth,structure-lth" help:"Whose procedure to follow if paper and code differ."`
	Levels   int          `name:"levels" default:"16" min:"1" max:"99" help:"How often the network is pruned."`
	Fraction float64      `name:"fraction" default:"0.2" above:"0" below:"1" help:"Fraction of the living weights that a level removes."`
	Rewind   train.Length `name:"rewind" default:"0it" help:"The moment of training to which weights are rewound." expect:"a length such as 0it, 500it or 2ep"`
	Score    score        `name:"score" default:"magnitude" help:"The score that rates the weights."`
	Training
}

var tickets = define[Tickets](Experiment{
	Name:     "lth/tickets",
	Title:    "Winning tickets",
	Question: "Is there a sub-network that, trained alone from its own initial weights, does as well as the whole network, and are its weights or its shape what counts?",
	Paper:    "Frankle and Carbin, The Lottery Ticket Hypothesis: Finding Sparse, Trainable Neural Networks, ICLR 2019.",
	Methods: []Method{
		{lth.Tickets, "winning ticket", "iterative magnitude pruning, weights rewound"},
		{lth.RandomReinitialization.Name, "random re-initialisation", "the ticket's mask with new initial weights"},
		{lth.RandomMask.Name, "random mask", "as many weights in each layer as the ticket has, chosen at random"},
		{lth.ShuffledMask.Name, "shuffled mask", "the ticket's mask, shuffled within each layer"},
		{lth.OneShot.Name, "one-shot", "pruned once, from the trained dense network"},
		{Dense, "dense", "the whole network"},
	},
	Presets: map[Scale]Preset{
		Smoke: {Seeds: 2, Set: map[string]string{
			"data": "digits", "network": "lenet-digits", "width": "0.5", "levels": "6", "fraction": "0.4",
			"length": "400it", "validation": "500", "evaluate-every": "50it",
		}},
		Bench: {Seeds: 3, Set: map[string]string{
			"data": "mnist,fashion-mnist", "levels": "12", "length": "6000it", "evaluate-every": "250it",
		}},
		Paper: {Seeds: 5},
	},
	Trained: (*Store).trainedTicket,
	Columns: []Column{
		{Metric: TestAccuracy, Title: "test accuracy", Percent: true, Decimals: 2},
		{Metric: EarlyStopAccuracy, Title: "at early stop", Percent: true, Decimals: 2},
		{Metric: EarlyStopIteration, Title: "early stop at"},
	},
	Published: ticketsPublished(),
	Protocol:  slices.Concat(trainingProtocol, []string{"score"}),
})

// cells lists, for each data set and seed, the tickets first, because all others
// need them.
func (o *Tickets) cells(s Setting) ([]Cell, error) {
	if err := checkStudy(o.Data, string(o.Network), o.Width, o.options()); err != nil {
		return nil, err
	}
	return ticketCells(s, o.Data, string(o.Network), o.Methods, func(d Desc, needs ...Desc) Cell {
		return cellOf(d, o.run, needs...)
	})
}

// run runs one cell.
func (o *Tickets) run(ctx context.Context, w Work, d Desc) (Outcome, error) {
	study, digests, err := o.study(ctx, w, d)
	if err != nil {
		return Outcome{}, err
	}
	outcome := Outcome{Data: digests}
	levels, err := o.levels(ctx, w, d, study)
	if err != nil {
		return Outcome{}, err
	}
	for level, err := range levels {
		if err != nil {
			return Outcome{}, err
		}
		outcome.Measurements = append(outcome.Measurements, measure(level))
		outcome.Curves = append(outcome.Curves, curve(level))
		if d.Method == Dense {
			break // the same at all levels
		}
	}
	return outcome, nil
}

// levels are the cell's levels: the tickets, or what a control makes of those that
// the cell needs.
func (o *Tickets) levels(ctx context.Context, w Work, d Desc, study lth.Study) (iter.Seq2[lth.Level, error], error) {
	study.Folder = filepath.Join(w.Folder, studyFolder)
	if d.Method == lth.Tickets {
		return study.Tickets(ctx), nil
	}
	control, err := lth.LookupControl(d.Method)
	if err != nil {
		return nil, err
	}
	found := study
	found.Folder = filepath.Join(w.Needed[0], studyFolder)
	return study.Control(ctx, control, found.Tickets(ctx)), nil
}

// study is the cell's study, without its folder, and the digests of its data.
func (o *Tickets) study(ctx context.Context, w Work, d Desc) (lth.Study, map[string]string, error) {
	score, err := prune.Lookup(string(o.Score))
	if err != nil {
		return lth.Study{}, nil, err
	}
	options := o.options()
	options.Score = score
	return o.Training.study(ctx, w, d, o.Width, options)
}

// options are those of the study of tickets.
func (o *Tickets) options() lth.Options {
	return lth.Options{Variant: o.Variant, Levels: o.Levels, Fraction: o.Fraction, Rewind: o.Rewind}
}

// measure takes a level's metrics.
func measure(level lth.Level) Measurement {
	stop, final := level.Result.EarlyStop(), level.Result.Final()
	return Measurement{Level: level.Index, Metrics: Metrics{
		Remaining:          Number(level.Remaining),
		TestAccuracy:       Number(final.TestAccuracy),
		TestLoss:           Number(final.TestLoss),
		TrainLoss:          Number(final.TrainLoss),
		ValidationAccuracy: Number(final.ValidationAccuracy),
		EarlyStopIteration: Number(stop.Iteration),
		EarlyStopAccuracy:  Number(stop.TestAccuracy),
		"early_stop_loss":  Number(stop.ValidationLoss),
		BestTestAccuracy:   Number(level.Result.BestPoint().TestAccuracy),
	}}
}

// curve is the course of a level's training.
func curve(level lth.Level) Curve {
	columns := make(map[string][]Number)
	for _, p := range level.Result.History {
		for name, value := range map[string]float64{
			Iteration: float64(p.Iteration), TrainLoss: p.TrainLoss, ValidationLoss: p.ValidationLoss,
			ValidationAccuracy: p.ValidationAccuracy, TestLoss: p.TestLoss, TestAccuracy: p.TestAccuracy,
		} {
			columns[name] = append(columns[name], Number(value))
		}
	}
	return Curve{Level: level.Index, Columns: columns}
}

// cost counts the trainings that differ: a control's level 0 is the ticket's, but
// for new initial weights, and so is one-shot's level 1.
func (o *Tickets) cost(s Setting) (Cost, error) {
	trainings := o.Levels + 1
	methods := map[string]bool{lth.Tickets: true}
	for _, method := range o.Methods {
		methods[method] = true
		switch method {
		case lth.RandomReinitialization.Name:
			trainings += o.Levels + 1
		case lth.RandomMask.Name, lth.ShuffledMask.Name:
			trainings += o.Levels
		case lth.OneShot.Name:
			trainings += o.Levels - 1
		}
	}
	cost := Cost{Cells: s.Seeds * len(o.Data) * len(methods)}
	for _, set := range o.Data {
		one, err := o.Training.cost(set, string(o.Network), o.Width)
		if err != nil {
			return Cost{}, err
		}
		cost.Iterations += s.Seeds * trainings * one.Iterations
		cost.Minutes += float64(s.Seeds*trainings) * one.Minutes
	}
	return cost, nil
}

// ticketsPublished are the paper's numbers for LeNet-300-100 on MNIST that could be
// verified. They were taken from notes on the paper, which do not say at which
// moment of training an accuracy was measured; it is compared at early stopping,
// as the iterations are.
func ticketsPublished() []Published {
	const source = "Frankle and Carbin 2019, by notes on it; 50,000 iterations"
	on := func(p Published) Published {
		p.Data, p.Network, p.Source = "mnist", "lenet300", source
		return p
	}
	ticket := func(remaining float64) Point { return Point{lth.Tickets, remaining} }
	again := func(remaining float64) Point { return Point{lth.RandomReinitialization.Name, remaining} }
	return []Published{
		on(Published{Statement: "test accuracy of the dense network", Metric: EarlyStopAccuracy, Of: Point{Dense, 1}, Value: 0.982, Approximate: true}),
		on(Published{Statement: "the dense network's iteration of early stopping", Metric: EarlyStopIteration, Of: Point{Dense, 1}, Value: 14000, Approximate: true}),
		on(Published{Statement: "ticket of 21.1 % stops 38 % sooner than the dense network", Metric: EarlyStopIteration, Relation: Ratio, Of: ticket(0.211), To: Point{Dense, 1}, Value: 0.62}),
		on(Published{Statement: "ticket of 13.5 % is more accurate than the dense network", Metric: EarlyStopAccuracy, Relation: Difference, Of: ticket(0.135), To: Point{Dense, 1}, Value: 0.003}),
		on(Published{Statement: "ticket of 3.6 % is as accurate as the dense network", Metric: EarlyStopAccuracy, Relation: Difference, Of: ticket(0.036), To: Point{Dense, 1}, Value: 0, Approximate: true}),
		on(Published{Statement: "re-initialised, 21.1 % stop later than the ticket", Metric: EarlyStopIteration, Relation: Ratio, Of: again(0.211), To: ticket(0.211), Value: 2.51}),
		on(Published{Statement: "ticket of 21.1 % is more accurate than re-initialised", Metric: EarlyStopAccuracy, Relation: Difference, Of: ticket(0.211), To: again(0.211), Value: 0.005}),
	}
}
