package train

import (
	"cmp"
	"errors"
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// SGD is stochastic gradient descent with coupled weight decay, momentum and
// Nesterov's momentum, as PyTorch defines them (dampening 0):
//
//	g ← gradient + WeightDecay·w
//	m ← Momentum·m + g                 m is 0 at first
//	w ← w − rate·m                     Nesterov: w ← w − rate·(g + Momentum·m)
type SGD struct {
	LearningRate float64
	Momentum     float64
	Nesterov     bool
	WeightDecay  float64
}

// Rate is LearningRate.
func (s SGD) Rate() float64 { return s.LearningRate }

// Slots is "momentum", or nothing if there is none.
func (s SGD) Slots() []string {
	if s.Momentum == 0 {
		return nil
	}
	return []string{"momentum"}
}

// Scalars is the learning rate.
func (s SGD) Scalars(rate float64, _ int) []float64 { return []float64{rate} }

// Update adds one step of the formula above.
func (s SGD) Update(p Parameter) (*graph.Node, []*graph.Node) {
	direction := p.decayed(s.WeightDecay)
	var slots []*graph.Node
	if s.Momentum != 0 {
		momentum := graph.Add(graph.MulScalar(p.Slots[0], s.Momentum), direction)
		slots = []*graph.Node{momentum}
		if s.Nesterov {
			direction = graph.Add(direction, graph.MulScalar(momentum, s.Momentum))
		} else {
			direction = momentum
		}
	}
	return graph.Sub(p.Value, graph.Mul(direction, p.Scalars[0])), slots
}

// Check reports hyper-parameters out of range, and Nesterov without momentum.
func (s SGD) Check() error {
	if s.Nesterov && s.Momentum == 0 {
		return errors.New("nesterov needs a momentum")
	}
	return cmp.Or(
		checkRange("momentum", s.Momentum, 1),
		checkRange("weight decay", s.WeightDecay, math.Inf(1)),
	)
}
