package train_test

import (
	"context"
	"math/rand/v2"
	"testing"

	"espalier/data"
	"espalier/nn"
	"espalier/train"
)

// uniformImages are images of random pixels and labels, in MNIST's shape.
func uniformImages(b *testing.B, count int) *data.Images {
	random := rand.New(rand.NewPCG(1, 2))
	pixels, labels := make([]uint8, count*28*28), make([]uint8, count)
	for i := range pixels {
		pixels[i] = uint8(random.UintN(256))
	}
	for i := range labels {
		labels[i] = uint8(random.UintN(10))
	}
	images, err := data.NewImages(data.Description{
		Name: "uniform", Height: 28, Width: 28, Channels: 1,
		Classes: []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"},
	}, pixels, labels)
	if err != nil {
		b.Fatal(err)
	}
	return images
}

type everyFifth struct{ network *nn.Network }

func (m everyFifth) Float32(parameter string) []float32 {
	for _, p := range m.network.Prunable() {
		if p.Name == parameter {
			mask := make([]float32, p.Size())
			for i := range mask {
				if i%5 != 0 {
					mask[i] = 1
				}
			}
			return mask
		}
	}
	return nil
}

// BenchmarkStep is one step of LeNet-300-100 at batch 60, loop and data included.
func BenchmarkStep(b *testing.B) {
	images := uniformImages(b, 6000)
	network, err := nn.New("lenet300", nn.ZooOptions{})
	if err != nil {
		b.Fatal(err)
	}
	weights, err := nn.Initialize(network, nn.GlorotNormal, 1)
	if err != nil {
		b.Fatal(err)
	}
	for _, bench := range []struct {
		name      string
		optimizer train.Optimizer
		mask      train.Mask
	}{
		{"sgd", train.SGD{LearningRate: 0.1}, nil},
		{"momentum", train.SGD{LearningRate: 0.1, Momentum: 0.9}, nil},
		{"adam", train.Adam{}, nil},
		{"adam-masked", train.Adam{}, everyFifth{network}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			job := train.Job{Network: network, Weights: weights, Mask: bench.mask, Train: images, Options: train.Options{
				Length: train.Iterations(1), BatchSize: 60, Optimizer: bench.optimizer, EvaluateEvery: train.Iterations(1 << 30),
			}}
			session := train.NewSession(openBackend(b))
			defer session.Close()
			run := func(steps int) {
				job.Options.Length = train.Iterations(steps)
				if _, err := session.Run(context.Background(), job); err != nil {
					b.Fatal(err)
				}
			}
			run(1) // compiles
			b.ResetTimer()
			run(b.N)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "steps/s")
		})
	}
}

// BenchmarkEvaluate is the evaluation of LeNet-300-100 on 10,000 images.
func BenchmarkEvaluate(b *testing.B) {
	images := uniformImages(b, 10000)
	network, err := nn.New("lenet300", nn.ZooOptions{})
	if err != nil {
		b.Fatal(err)
	}
	weights, err := nn.Initialize(network, nn.GlorotNormal, 1)
	if err != nil {
		b.Fatal(err)
	}
	session := train.NewSession(openBackend(b))
	defer session.Close()
	for b.Loop() {
		if _, _, err := session.Evaluate(context.Background(), network, weights, images, data.Normalisation{}, 0); err != nil {
			b.Fatal(err)
		}
	}
}
