package experiments

import (
	"fmt"
	"slices"
	"strings"

	"espalier/data"
	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// Training are the hyper-parameters of training a network, for the options structs
// of experiments to embed.
type Training struct {
	Length        train.Length `name:"length" default:"50000it" help:"How long each network is trained." expect:"a length such as 160ep, 500it or 2ep50it"`
	Batch         int          `name:"batch" default:"60" min:"1" help:"Images in a batch."`
	Optimizer     string       `name:"optimizer" default:"adam" enum:"adam,sgd" help:"The optimizer."`
	LearningRate  float64      `name:"learning-rate" default:"0.0012" above:"0" help:"The learning rate, before the schedule."`
	Momentum      float64      `name:"momentum" default:"0.9" min:"0" below:"1" help:"Momentum, of sgd."`
	Nesterov      bool         `name:"nesterov" default:"false" help:"Nesterov's momentum, of sgd."`
	WeightDecay   float64      `name:"weight-decay" default:"0" min:"0" help:"L2 penalty, added to the gradient."`
	Schedule      schedule     `name:"schedule" default:"constant" help:"The schedule of the learning rate." expect:"a schedule such as constant, cosine or warmup(5ep)*multistep(80ep,120ep;0.1)"`
	Crop          int          `name:"crop" default:"0" min:"0" help:"Pixels of padding before a random crop; 0 is no crop."`
	Flip          bool         `name:"flip" default:"false" help:"Mirror images at random."`
	Validation    int          `name:"validation" default:"5000" min:"0" help:"Training images held out for validation."`
	EvaluateEvery train.Length `name:"evaluate-every" default:"100it" help:"How often validation and test images are evaluated; 0it is every epoch." expect:"a length such as 1ep or 100it"`
	Initializer   initializer  `name:"initializer" default:"glorot-normal" help:"The distribution of the initial weights."`
}

// trainingProtocol are the hyper-parameters of training that published accuracies depend
// on.
var trainingProtocol = []string{
	"length", "batch", "optimizer", "learning-rate", "momentum", "nesterov", "weight-decay", "schedule", "crop", "flip", "validation",
}

// options are the training options for a data set.
func (t Training) options(normalisation data.Normalisation) train.Options {
	options := train.Options{
		Length: t.Length, BatchSize: t.Batch, Schedule: t.Schedule.Schedule,
		Augmentation: data.Augmentation{Crop: t.Crop, Flip: t.Flip}, Normalisation: normalisation,
		EvaluateEvery: t.EvaluateEvery,
		Workers:       1, // cells already run beside each other
	}
	if t.Optimizer == "sgd" {
		options.Optimizer = train.SGD{
			LearningRate: t.LearningRate, Momentum: t.Momentum, Nesterov: t.Nesterov, WeightDecay: t.WeightDecay,
		}
	} else {
		options.Optimizer = train.Adam{LearningRate: t.LearningRate, WeightDecay: t.WeightDecay}
	}
	return options
}

// What cost estimates by: the arithmetic that the default backend does in a second
// on one core with AVX-512, measured in whole trainings beside each other, of
// LeNet-300-100 and of ResNet-20, and what every step takes besides, with convolutions
// as measured at the scale smoke.
const (
	costOperations      = 70e9
	costConvolutions    = 120e9
	costStep            = 0.00012 // seconds
	costConvolutionStep = 0.002   // seconds
	costCores           = 2
)

// arithmeticSeconds is how long one core takes for so many passes of images through a
// network; a training step is three.
func arithmeticSeconds(n *nn.Network, passes int) float64 {
	operations := costOperations
	if convolves(n) {
		operations = costConvolutions
	}
	return 2 * float64(passes) * float64(nn.CostOf(n, nil).MACs) / operations
}

// convolves reports whether a network has convolutions.
func convolves(n *nn.Network) bool {
	return slices.ContainsFunc(n.Prunable(), func(p nn.Parameter) bool { return len(p.Shape) == 4 })
}

// cost is that of one training of a network of the zoo on a data set. Minutes are
// those of two trainings beside each other, halved.
func (t Training) cost(set, network string, width float64) (Cost, error) {
	entry, composed, err := compose(set, network, width)
	if err != nil {
		return Cost{}, err
	}
	trained := entry.Train - t.Validation
	if trained < 1 {
		return Cost{}, &UsageError{fmt.Sprintf("validation=%d: %s has %d training images", t.Validation, set, entry.Train)}
	}
	perEpoch := t.perEpoch(entry)
	iterations := t.Length.Iterations(perEpoch)
	every := t.EvaluateEvery.Iterations(perEpoch)
	if every == 0 {
		every = perEpoch
	}
	passes := 3*iterations*t.Batch + iterations/every*(t.Validation+entry.Test)
	step := costStep
	if convolves(composed) {
		step = costConvolutionStep
	}
	seconds := arithmeticSeconds(composed, passes) + float64(iterations)*step
	return Cost{Cells: 1, Iterations: iterations, Minutes: seconds / costCores / 60}, nil
}

// perEpoch is how many iterations an epoch of a data set has.
func (t Training) perEpoch(entry data.Entry) int {
	return (entry.Train - t.Validation + t.Batch - 1) / t.Batch
}

// evaluationMinutes is how long it takes to evaluate a network on so many images.
func evaluationMinutes(n *nn.Network, images int) float64 {
	return arithmeticSeconds(n, images) / costCores / 60
}

// compose returns what is known of a data set and a network of the zoo for its
// images, without reading any.
func compose(set, name string, width float64) (data.Entry, *nn.Network, error) {
	entries, err := data.List("")
	if err != nil {
		return data.Entry{}, nil, err
	}
	i := slices.IndexFunc(entries, func(e data.Entry) bool { return e.Name == set })
	if i < 0 {
		return data.Entry{}, nil, &data.UnknownError{Name: set}
	}
	entry := entries[i]
	composed, err := nn.New(name, nn.ZooOptions{
		Input:   nn.Shape{Height: entry.Height, Width: entry.Width, Channels: entry.Channels},
		Classes: entry.Classes, Width: width,
	})
	if err != nil {
		return data.Entry{}, nil, &UsageError{err.Error()}
	}
	return entry, composed, nil
}

// schedule is a train.Schedule as a hyper-parameter.
type schedule struct{ train.Schedule }

// MarshalText writes the schedule.
func (s schedule) MarshalText() ([]byte, error) {
	if s.Schedule == nil {
		return []byte(train.Constant{}.String()), nil
	}
	return []byte(s.Schedule.String()), nil
}

// UnmarshalText reads what train.ParseSchedule reads.
func (s *schedule) UnmarshalText(text []byte) (err error) {
	s.Schedule, err = train.ParseSchedule(string(text))
	return err
}

// initializer is an nn.Initializer as a hyper-parameter.
type initializer nn.Initializer

// MarshalText writes the initializer's name.
func (i initializer) MarshalText() ([]byte, error) { return []byte(i), nil }

// UnmarshalText reads the name of an initializer.
func (i *initializer) UnmarshalText(text []byte) error {
	*i = initializer(text)
	return nn.Initializer(*i).Check()
}

// network is the name of a network of the zoo.
type network string

// MarshalText writes the name.
func (n network) MarshalText() ([]byte, error) { return []byte(n), nil }

// UnmarshalText reads the name of a network.
func (n *network) UnmarshalText(text []byte) error {
	*n = network(text)
	return named("network", string(text), nn.ZooNames())
}

// score is the name of a pruning score.
type score string

// MarshalText writes the name.
func (s score) MarshalText() ([]byte, error) { return []byte(s), nil }

// UnmarshalText reads the name of a score.
func (s *score) UnmarshalText(text []byte) error {
	*s = score(text)
	return named("score", string(text), prune.Names())
}

// dataSets are the names of data sets, with commas between.
type dataSets []string

// MarshalText writes the names.
func (d dataSets) MarshalText() ([]byte, error) { return []byte(strings.Join(d, ",")), nil }

// UnmarshalText reads the names of data sets, each once.
func (d *dataSets) UnmarshalText(text []byte) error {
	names, err := readNames("data set", string(text), data.Names())
	*d = names
	return err
}

// readNames reads names with commas between, each one of those there are and none twice.
func readNames(kind, text string, known []string) ([]string, error) {
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if err := named(kind, name, known); err != nil {
			return nil, err
		}
		if slices.Contains(names, name) {
			return nil, fmt.Errorf("%s comes twice", name)
		}
		names = append(names, name)
	}
	return names, nil
}

// named reports a name that is not among the known ones.
func named(kind, name string, names []string) error {
	if slices.Contains(names, name) {
		return nil
	}
	return unknown(kind, name, names)
}
