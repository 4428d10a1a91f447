package lth_test

import (
	"context"
	"fmt"

	"espalier/backend"
	"espalier/data"
	"espalier/lth"
	"espalier/nn"
	"espalier/seed"
	"espalier/train"
)

// A ticket of a small network on the digits, and the same mask with new initial
// weights.
func ExampleStudy() {
	ctx := context.Background()
	study, err := digitsStudy(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for level, err := range study.Control(ctx, lth.RandomReinitialization, study.Tickets(ctx)) {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s, level %d: %.1f %% of the weights, trained to iteration %d\n",
			level.Method, level.Index, 100*level.Remaining, level.Result.Final().Iteration)
	}
	// Output:
	// random-reinitialization, level 0: 100.0 % of the weights, trained to iteration 20
	// random-reinitialization, level 1: 80.4 % of the weights, trained to iteration 20
	// random-reinitialization, level 2: 64.7 % of the weights, trained to iteration 20
}

func digitsStudy(ctx context.Context) (lth.Study, error) {
	digits, err := data.Open(ctx, "digits", "")
	if err != nil {
		return lth.Study{}, err
	}
	rest, validation, err := digits.Train.Split(500, seed.Seed(1))
	if err != nil {
		return lth.Study{}, err
	}
	network, err := nn.New("lenet-digits", nn.ZooOptions{Width: 0.1})
	if err != nil {
		return lth.Study{}, err
	}
	chosen, err := backend.New("")
	if err != nil {
		return lth.Study{}, err
	}
	return lth.Study{
		Network: network,
		Train:   rest, Validation: validation, Test: digits.Test,
		Options: lth.Options{
			Levels: 2,
			Training: train.Options{
				Length: train.Iterations(20), BatchSize: 60,
				Optimizer:     train.Adam{LearningRate: 1.2e-3},
				Normalisation: digits.Normalisation,
			},
		},
		Seed:    1,
		Backend: chosen.Backend,
	}, nil
}
