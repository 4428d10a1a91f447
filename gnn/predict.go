package gnn

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"

	"espalier/nn"
)

// Predict returns the probabilities of the classes of all nodes [nodes, classes], row by
// row, that a network with given weights predicts.
func Predict(ctx context.Context, backend compute.Backend, n Network, g *Graph, weights nn.Weights) ([]float64, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := checkParts(n, g); err != nil {
		return nil, fmt.Errorf("predict: %w", err)
	}
	probabilities := make([]float64, g.shape.Nodes*g.shape.Classes)
	err := func() error {
		p, err := NewProgram(backend, Recipe{Network: n, Graph: g, Nodes: []int32{0}})
		if err != nil {
			return err
		}
		defer p.Close()
		if err := p.Load(weights, 0); err != nil {
			return err
		}
		return p.Logits(func(logits []float32) {
			for i := 0; i < len(logits); i += g.shape.Classes {
				softmax(probabilities[i:i+g.shape.Classes], logits[i:])
			}
		})
	}()
	if err != nil {
		return nil, fmt.Errorf("predict by %s on %s: %w", n.Kind(), g.name, err)
	}
	return probabilities, nil
}

// softmax turns the first len(to) logits into probabilities.
func softmax(to []float64, logits []float32) {
	largest, sum := math.Inf(-1), 0.0
	for i := range to {
		largest = max(largest, float64(logits[i]))
	}
	for i := range to {
		to[i] = math.Exp(float64(logits[i]) - largest)
		sum += to[i]
	}
	for i := range to {
		to[i] /= sum
	}
}
