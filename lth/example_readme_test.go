package lth_test

import (
	"context"
	"fmt"
	"log"

	"espalier/backend"
	"espalier/data"
	"espalier/lth"
	"espalier/nn"
	"espalier/train"
)

// The program of the README.
func Example() {
	ctx := context.Background()
	digits, err := data.Open(ctx, "digits", "") // built in, so no data folder
	if err != nil {
		log.Fatal(err)
	}
	network, err := nn.New("lenet-digits", nn.ZooOptions{})
	if err != nil {
		log.Fatal(err)
	}
	chosen, err := backend.New("") // ESPALIER_BACKEND, or cpu
	if err != nil {
		log.Fatal(err)
	}
	study := lth.Study{
		Network: network, Train: digits.Train, Test: digits.Test,
		Options: lth.Options{
			Levels: 3, Fraction: 0.5, // prune half of the weights, three times
			Training: train.Options{
				Length: train.Epochs(3), BatchSize: 60,
				Optimizer:     train.Adam{LearningRate: 1.2e-3},
				Normalisation: digits.Normalisation,
			},
		},
		Seed: 1, Backend: chosen.Backend,
	}
	for ticket, err := range study.Tickets(ctx) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%3.0f %% of the weights: test accuracy %.2f\n",
			100*ticket.Remaining, ticket.Result.Final().TestAccuracy)
	}
	// Output:
	// 100 % of the weights: test accuracy 0.96
	//  50 % of the weights: test accuracy 0.96
	//  26 % of the weights: test accuracy 0.96
	//  13 % of the weights: test accuracy 0.95
}
