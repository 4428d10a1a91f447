package train

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"

	"espalier/data"
	"espalier/nn"
	"espalier/progress"
	"espalier/seed"
)

// Mask says which values of a network's parameters live. All others are exactly 0 at
// the beginning of training and after every step.
type Mask interface {
	// Float32 has a 1 for each value that lives and a 0 for each that does
	// not, flat in the parameter's shape; nil where the parameter has no mask.
	Float32(parameter string) []float32
}

// Job is one training of one network: all that its result depends on, and where
// the result goes.
type Job struct {
	Network *nn.Network
	Weights nn.Weights // the initial ones; they are not changed
	Mask    Mask       // nil: all weights live

	Train      *data.Images
	Validation *data.Images // nil: no validation and no best weights
	Test       *data.Images // nil: no test

	Options Options
	Seed    seed.Seed // of the order of the data and its augmentation
	// Snapshots are moments of which the result keeps the weights, counted
	// from the beginning of the schedule like Options.Start. "0it" is before
	// the first step.
	Snapshots []Length

	// Folder is where checkpoints and the result are written; empty: nowhere.
	// It is made where it does not exist. One job at a time may use it.
	Folder string
	// Name is what the job is called where it is shown; empty: the network's.
	Name     string
	Progress progress.Reporter // nil: silent
	Log      *slog.Logger      // of warnings; nil: slog.Default()
}

// Options are the hyper-parameters of a training.
type Options struct {
	Length        Length    // from the beginning of the schedule, so what Start skips is part of it
	BatchSize     int       // the last batch of an epoch may be smaller
	Optimizer     Optimizer // must be given
	Schedule      Schedule  // of the learning rate; nil: Constant
	Augmentation  data.Augmentation
	Normalisation data.Normalisation
	// Start is where in the schedule and in the order of the data training
	// begins, for weights that were rewound to that moment.
	Start Length
	// Projection changes the weights between epochs; nil: nothing does.
	Projection Projection
	// MaskSlots holds what the optimizer keeps for a masked weight at 0 too,
	// such as its momentum. Otherwise it goes on following the gradient.
	MaskSlots bool

	EvaluateEvery   Length // 0: at the end of each epoch; in any case at the end of training
	EvaluationBatch int    // images evaluated at once; 0: 250

	Checkpoint Length // how often; 0: every 30 seconds; in any case when interrupted
	Keep       int    // checkpoints that stay beside each other; 0: 2
	Workers    int    // goroutines that prepare batches; 0: one for each processor
}

const (
	defaultEvaluationBatch = 250
	defaultKeep            = 2
)

// withDefaults returns the job with no nil left where a nil stands for something,
// or what is wrong with it.
func (j Job) withDefaults() (Job, error) {
	if err := j.checkNetwork(); err != nil {
		return j, err
	}
	j.Name = cmp.Or(j.Name, j.Network.Name)
	j.Log = cmp.Or(j.Log, slog.Default())
	if j.Progress == nil {
		j.Progress = progress.Silent
	}
	o := &j.Options
	if o.Schedule == nil {
		o.Schedule = Constant{}
	}
	o.EvaluationBatch = cmp.Or(o.EvaluationBatch, defaultEvaluationBatch)
	o.Keep = cmp.Or(o.Keep, defaultKeep)
	return j, j.checkOptions()
}

func (j Job) checkNetwork() error {
	switch {
	case j.Network == nil:
		return errors.New("no network")
	case j.Train == nil || j.Train.Len() == 0:
		return errors.New("no training images")
	}
	if err := j.Weights.Check(j.Network); err != nil {
		return err
	}
	for _, images := range []*data.Images{j.Train, j.Validation, j.Test} {
		if err := checkImages(j.Network, images); err != nil {
			return err
		}
	}
	for _, p := range j.Network.Parameters() {
		if mask := j.maskOf(p); mask != nil && len(mask) != p.Size() {
			return fmt.Errorf("the mask of %s has %d values, the parameter %d", p.Name, len(mask), p.Size())
		}
	}
	return nil
}

// checkImages reports images that a network cannot read or has no outputs for.
func checkImages(network *nn.Network, images *data.Images) error {
	if images == nil {
		return nil
	}
	shape := nn.Shape{Height: images.Height(), Width: images.Width(), Channels: images.Channels()}
	if shape != network.Input {
		return fmt.Errorf("network %s reads images of %v, but those of %s are %v", network.Name, network.Input, images.Name(), shape)
	}
	if classes, outputs := len(images.Classes()), network.Output().Size(); classes > outputs {
		return fmt.Errorf("network %s has %d outputs, but %s has %d classes", network.Name, outputs, images.Name(), classes)
	}
	return nil
}

func (j Job) checkOptions() error {
	o := j.Options
	if o.Optimizer == nil {
		return errors.New("no optimizer")
	}
	if err := o.Optimizer.Check(); err != nil {
		return err
	}
	switch {
	case !(o.Optimizer.Rate() > 0):
		return fmt.Errorf("the learning rate is %v; it must be positive", o.Optimizer.Rate())
	case o.BatchSize < 1:
		return fmt.Errorf("a batch of %d images; it must be positive", o.BatchSize)
	case o.EvaluationBatch < 1 || o.Keep < 1 || o.Workers < 0:
		return fmt.Errorf("evaluation batch %d, %d checkpoints kept, %d workers; none may be negative", o.EvaluationBatch, o.Keep, o.Workers)
	case o.Length.IsZero():
		return errors.New("no length of training")
	}
	perEpoch := j.batches().PerEpoch()
	if o.Start.Compare(o.Length, perEpoch) > 0 {
		return fmt.Errorf("training starts at %s, after its end at %s", o.Start, o.Length)
	}
	for _, moment := range j.Snapshots {
		if moment.Compare(o.Start, perEpoch) < 0 || moment.Compare(o.Length, perEpoch) > 0 {
			return fmt.Errorf("snapshot at %s is not between the start at %s and the end at %s", moment, o.Start, o.Length)
		}
	}
	return nil
}

// batches is the training data as the job's options cut it.
func (j Job) batches() data.Batches {
	return data.Batches{
		Images:        j.Train,
		Size:          j.Options.BatchSize,
		Normalisation: j.Options.Normalisation,
		Augmentation:  j.Options.Augmentation,
		Seed:          j.Seed,
		Workers:       j.Options.Workers,
	}
}

// maskOf is a parameter's mask, nil where it has none.
func (j Job) maskOf(p nn.Parameter) []float32 {
	if j.Mask == nil {
		return nil
	}
	return j.Mask.Float32(p.Name)
}
