package cgp

import (
	"errors"

	"github.com/gomlx/compute"

	"espalier/data"
	"espalier/gnn"
	"espalier/nn"
	"espalier/progress"
	"espalier/seed"
)

// Problem is a network to be trained to classify the nodes of a graph.
type Problem struct {
	Network gnn.Network
	// Graph has neither loops nor duplicates; the edges of masks are in its order.
	Graph *data.Graph
	Split data.NodeSplit // with nodes for training and for validation
	Seed  seed.Seed

	Backend  compute.Backend
	Name     string            // for progress; empty is the method's
	Progress progress.Reporter // nil shows nothing
}

func (p Problem) check() error {
	if p.Network == nil || p.Graph == nil || p.Backend == nil {
		return errors.New("a problem needs a network, a graph and a backend")
	}
	if len(p.Split.Validation) == 0 {
		return errors.New("a problem needs nodes for validation, by which the best epoch is found")
	}
	return p.Network.Check()
}

// start announces a task.
func (p Problem) start(name string, steps int) progress.Task {
	if p.Name != "" {
		name = p.Name
	}
	if p.Progress == nil {
		return progress.Silent.Start(name, steps)
	}
	return p.Progress.Start(name, steps)
}

// matrices are the weights of the network that can be pruned.
func (p Problem) matrices(s gnn.Shape) []nn.Parameter {
	var matrices []nn.Parameter
	for _, parameter := range p.Network.Parameters(s) {
		if parameter.Prunable() {
			matrices = append(matrices, parameter)
		}
	}
	return matrices
}

// Scores are how well the nodes of a split are classified.
type Scores struct{ Train, Validation, Test gnn.Score }

// Epoch is the state after an epoch of a training.
type Epoch struct {
	Epoch int // counted from 1
	// Loss is that of the epoch's step, before the update.
	Loss float64
	Scores
}

// best follows the epochs after one, and keeps the first with the best validation
// accuracy.
type best struct {
	after int
	Epoch
	weights nn.Weights
}

// see takes an epoch and copies the weights if it is better than all before.
func (b *best) see(e Epoch, weights func() (nn.Weights, error)) error {
	if e.Epoch <= b.after || b.weights != nil && !(e.Validation.Accuracy > b.Validation.Accuracy) {
		return nil
	}
	values, err := weights()
	b.Epoch, b.weights = e, values
	return err
}

// names are those of parameters.
func names(parameters []nn.Parameter) []string {
	list := make([]string, len(parameters))
	for i, p := range parameters {
		list[i] = p.Name
	}
	return list
}

// values copies some parameters of a program.
func values(p *gnn.Program, names []string) (nn.Weights, error) {
	return copied(names, p.Value)
}

func copied(names []string, read func(string) ([]float32, error)) (nn.Weights, error) {
	weights := make(nn.Weights, len(names))
	for _, name := range names {
		var err error
		if weights[name], err = read(name); err != nil {
			return nil, err
		}
	}
	return weights, nil
}
