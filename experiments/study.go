package experiments

import (
	"context"

	"espalier/data"
	"espalier/lth"
	"espalier/nn"
	"espalier/seed"
)

// ticketCells are the cells of an experiment on lottery tickets: for each data set and
// seed the tickets first, because all other methods need them.
func ticketCells(s Setting, sets []string, network string, methods []string, cell func(d Desc, needs ...Desc) Cell) ([]Cell, error) {
	var cells []Cell
	for _, set := range sets {
		for i := range s.Seeds {
			desc, err := Desc{
				Experiment: s.Experiment.Name, Scale: s.Scale, Data: set, Network: network, Seed: seed.Seed(i + 1),
			}.withOptions(s.Options)
			if err != nil {
				return nil, err
			}
			found := desc
			found.Method = lth.Tickets
			cells = append(cells, cell(found))
			for _, method := range methods {
				if method == lth.Tickets {
					continue
				}
				desc.Method = method
				cells = append(cells, cell(desc, found))
			}
		}
	}
	return cells, nil
}

// study is a cell's study of tickets, without its folder, and the digests of its data.
// The options' Training is filled in.
func (t Training) study(ctx context.Context, w Work, d Desc, width float64, o lth.Options) (lth.Study, map[string]string, error) {
	set, err := data.Open(ctx, d.Data, w.Data)
	if err != nil {
		return lth.Study{}, nil, err
	}
	train, validation, err := set.Train.Split(t.Validation, d.Seed.Derive("validation"))
	if err != nil {
		return lth.Study{}, nil, err
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
