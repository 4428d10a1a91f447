package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/data"
	"espalier/nn"
	"espalier/progress"
	"espalier/seed"
	"espalier/train"
)

// networks are training steps and inference of whole networks. Where the peer's
// name for a network is not the zoo's, the case has the peer's.
func networks() []Case {
	var cases []Case
	for _, n := range []struct {
		name, zoo    string
		train, infer int // sizes of batches; 0 is not timed
	}{
		{"lenet300", "lenet300", 60, 1000},
		{"conv2", "conv2", 60, 0},
		{"conv4", "conv4", 60, 0},
		{"conv6", "conv6", 60, 0},
		{"resnet20", "resnet20", 128, 500},
		{"resnet56", "resnet56", 128, 500},
		{"resnet18", "resnet18", 32, 64},
		{"vgg16", "vgg16", 64, 64},
		{"mobilenet1", "mobilenetv1", 64, 64},
	} {
		cases = append(cases, training(n.name, n.zoo, n.train))
		if n.infer > 0 {
			cases = append(cases, inference(n.name, n.zoo, n.infer))
		}
	}
	return append(cases, compilation("resnet56", "resnet56", 128))
}

// compilation times building and compiling a network's training step and its
// inference.
func compilation(name, zoo string, batch int) Case {
	return Case{
		Name: fmt.Sprintf("compile/%s/b%d", name, batch),
		times: func(ctx context.Context, backend compute.Backend) ([]time.Duration, error) {
			network, err := nn.New(zoo, nn.ZooOptions{})
			if err != nil {
				return nil, err
			}
			return timed(ctx, func() error {
				_, free, err := train.Compile(backend, network, momentum, batch)
				if err != nil {
					return err
				}
				free()
				return nil
			})
		},
	}
}

// momentum is the peer's optimizer.
var momentum = train.SGD{LearningRate: 0.01, Momentum: 0.9, WeightDecay: 1e-4}

// training times the steps of the training loop as experiments run it, on random
// images, with the peer's optimizer.
func training(name, zoo string, batch int) Case {
	return Case{
		Name: fmt.Sprintf("train/%s/b%d", name, batch),
		times: func(ctx context.Context, backend compute.Backend) ([]time.Duration, error) {
			network, weights, err := initial(zoo)
			if err != nil {
				return nil, err
			}
			images, err := randomImages(network, 20*batch)
			if err != nil {
				return nil, err
			}
			enough, stop := context.WithCancel(ctx)
			defer stop()
			clock := &stopwatch{stop: stop}
			_, err = train.Run(enough, backend, train.Job{
				Network: network, Weights: weights, Train: images, Progress: clock,
				Options: train.Options{
					Length: train.Iterations(warmUps + mostCalls + 1), BatchSize: batch,
					Optimizer: momentum,
				},
			})
			if err != nil && (ctx.Err() != nil || !errors.Is(err, context.Canceled)) {
				return nil, err
			}
			return clock.times[warmUps:], nil
		},
	}
}

// stopwatch is told of each step of training and stops it when enough were taken.
type stopwatch struct {
	stop  context.CancelFunc
	last  time.Time
	end   time.Time
	times []time.Duration
}

// Start begins to time.
func (s *stopwatch) Start(string, int) progress.Task {
	s.last = time.Now()
	s.end = s.last.Add(period)
	return s
}

// Step notes when a step was done.
func (s *stopwatch) Step(int) {
	now := time.Now()
	s.times = append(s.times, now.Sub(s.last))
	s.last = now
	if enough(len(s.times)-warmUps, s.end) {
		s.stop()
	}
}

// End ends nothing.
func (s *stopwatch) End() {}

// inference times the network's outputs for one batch.
func inference(name, zoo string, batch int) Case {
	return Case{
		Name: fmt.Sprintf("infer/%s/b%d", name, batch),
		times: func(ctx context.Context, backend compute.Backend) ([]time.Duration, error) {
			network, weights, err := initial(zoo)
			if err != nil {
				return nil, err
			}
			store := model.NewStore()
			defer store.Finalize()
			if err := network.LoadInto(store, weights); err != nil {
				return nil, err
			}
			exec, err := model.NewExec(backend, store, func(scope *model.Scope, x *graph.Node) []*graph.Node {
				return withProbe(network.Build(scope, x, nn.Inference))
			})
			if err != nil {
				return nil, err
			}
			defer exec.Finalize()
			in := network.Input
			x := tensors.FromFlatDataAndDimensions(normal("images", batch*in.Size()), batch, in.Height, in.Width, in.Channels)
			return timed(ctx, func() error { return finish(exec.Call(x)) })
		},
	}
}

// initial composes a network of the zoo and draws its weights.
func initial(name string) (*nn.Network, nn.Weights, error) {
	network, err := nn.New(name, nn.ZooOptions{})
	if err != nil {
		return nil, nil, err
	}
	weights, err := nn.Initialize(network, nn.GlorotNormal, seed.Seed(0))
	return network, weights, err
}

// randomImages are images of noise that a network can read.
func randomImages(network *nn.Network, n int) (*data.Images, error) {
	in, random := network.Input, seed.Seed(0).Stream("images")
	pixels, labels := make([]uint8, n*in.Size()), make([]uint8, n)
	for i := range pixels {
		pixels[i] = uint8(random.Uint32())
	}
	classes := make([]string, network.Output().Size())
	for i := range classes {
		classes[i] = fmt.Sprint(i)
	}
	for i := range labels {
		labels[i] = uint8(random.IntN(len(classes)))
	}
	return data.NewImages(data.Description{
		Name: "noise", Height: in.Height, Width: in.Width, Channels: in.Channels, Classes: classes,
	}, pixels, labels)
}
