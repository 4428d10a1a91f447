package train_test

import (
	"context"
	"fmt"

	"espalier/backend"
	"espalier/data"
	"espalier/nn"
	"espalier/train"
)

func ExampleRun() {
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx := context.Background()
	chosen, err := backend.New("")
	must(err)
	digits, err := data.Open(ctx, "digits", "")
	must(err)
	network, err := nn.New("lenet-digits", nn.ZooOptions{Width: 0.1})
	must(err)
	weights, err := nn.Initialize(network, nn.KaimingNormal, 1)
	must(err)

	result, err := train.Run(ctx, chosen.Backend, train.Job{
		Network: network, Weights: weights,
		Train: digits.Train, Test: digits.Test,
		Options: train.Options{
			Length:        train.Epochs(4),
			BatchSize:     60,
			Optimizer:     train.SGD{LearningRate: 0.1, Momentum: 0.9},
			Schedule:      train.Cosine{},
			Normalisation: digits.Normalisation,
		},
		Seed: 1,
	})
	must(err)
	final := result.Final()
	fmt.Printf("epoch %v, iteration %d: more than 90 %% right: %t\n", final.Epoch, final.Iteration, final.TestAccuracy > 0.9)
	// Output:
	// epoch 4, iteration 256: more than 90 % right: true
}
