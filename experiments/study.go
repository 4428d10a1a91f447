package experiments

import (
	"context"

	"espalier/data"
	"espalier/lth"
	"espalier/nn"
)

// ticketCells are the cells of an experiment on lottery tickets: all methods are made
// of the tickets.
func ticketCells(s Setting, sets []string, network string, methods []string, cell func(d Desc, needs ...Desc) Cell) ([]Cell, error) {
	return methodCells(s, sets, network, methods, func(method string) []string {
		if method == lth.Tickets {
			return nil
		}
		return []string{lth.Tickets}
	}, cell)
}

// checkStudy refuses a study that cannot be made of a network on one of the sets.
func checkStudy(sets []string, network string, width float64, o lth.Options) error {
	for _, set := range sets {
		_, composed, err := compose(set, network, width)
		if err != nil {
			return err
		}
		if err := o.Check(composed); err != nil {
			return &UsageError{err.Error()}
		}
	}
	return nil
}

// study is a cell's study of tickets, without its folder, and the digests of its data.
// The options' Training is filled in.
func (t Training) study(ctx context.Context, w Work, d Desc, width float64, o lth.Options) (lth.Study, map[string]string, error) {
	set, err := data.Open(ctx, d.Data, w.Data)
	if err != nil {
		return lth.Study{}, nil, err
	}
	train, validation := set.Train, (*data.Images)(nil)
	if t.Validation > 0 {
		if train, validation, err = set.Train.Split(t.Validation, d.Seed.Derive("validation")); err != nil {
			return lth.Study{}, nil, err
		}
	}
	network, err := nn.New(d.Network, nn.ZooOptions{
		Input:   nn.Shape{Height: set.Train.Height(), Width: set.Train.Width(), Channels: set.Train.Channels()},
		Classes: len(set.Train.Classes()), Width: width,
	})
	if err != nil {
		return lth.Study{}, nil, err
	}
	o.Training = t.options(set.Normalisation)
	study := lth.Study{
		Network: network, Initializer: nn.Initializer(t.Initializer),
		Train: train, Validation: validation, Test: set.Test,
		Options: o, Seed: d.Seed, Backend: w.Backend, Progress: w.Progress, Log: w.Log,
	}
	return study, map[string]string{set.Train.Name(): set.Train.Digest(), set.Test.Name(): set.Test.Digest()}, nil
}
