package train

import (
	"cmp"
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// Adam is Kingma and Ba's optimizer (ICLR 2015) as PyTorch computes it, with
// coupled weight decay; at update t, counted from 1:
//
//	g ← gradient + WeightDecay·w
//	m ← m + (1−Beta1)·(g − m)
//	v ← Beta2·v + (1−Beta2)·g²
//	w ← w − rate/(1−Beta1^t) · m / (√v/√(1−Beta2^t) + Epsilon)
//
// The zero value has the paper's hyper-parameters.
type Adam struct {
	LearningRate float64 // 0 means 0.001
	Beta1        float64 // 0 means 0.9
	Beta2        float64 // 0 means 0.999
	Epsilon      float64 // 0 means 1e-8
	WeightDecay  float64
}

// Rate is LearningRate.
func (a Adam) Rate() float64 { return a.withDefaults().LearningRate }

// Slots are the running means of the gradient and of its square.
func (a Adam) Slots() []string { return []string{"mean", "square"} }

// Scalars are the learning rate and the deviation's divisor, with the bias of the
// running means taken out.
func (a Adam) Scalars(rate float64, update int) []float64 {
	a = a.withDefaults()
	t := float64(update)
	return []float64{
		rate / (1 - math.Pow(a.Beta1, t)),
		math.Sqrt(1 - math.Pow(a.Beta2, t)),
	}
}

// Update adds one step of the formula above.
func (a Adam) Update(p Parameter) (*graph.Node, []*graph.Node) {
	a = a.withDefaults()
	gradient := p.decayed(a.WeightDecay)
	mean, square := p.Slots[0], p.Slots[1]
	mean = graph.Add(mean, graph.MulScalar(graph.Sub(gradient, mean), 1-a.Beta1))
	square = graph.Add(graph.MulScalar(square, a.Beta2), graph.MulScalar(graph.Square(gradient), 1-a.Beta2))
	deviation := graph.AddScalar(graph.Div(graph.Sqrt(square), p.Scalars[1]), a.Epsilon)
	value := graph.Sub(p.Value, graph.Mul(graph.Div(mean, deviation), p.Scalars[0]))
	return value, []*graph.Node{mean, square}
}

func (a Adam) withDefaults() Adam {
	a.LearningRate = cmp.Or(a.LearningRate, 1e-3)
	a.Beta1 = cmp.Or(a.Beta1, 0.9)
	a.Beta2 = cmp.Or(a.Beta2, 0.999)
	a.Epsilon = cmp.Or(a.Epsilon, 1e-8)
	return a
}

// Check reports hyper-parameters out of range.
func (a Adam) Check() error {
	return cmp.Or(
		checkRange("beta1", a.Beta1, 1),
		checkRange("beta2", a.Beta2, 1),
		checkRange("epsilon", a.Epsilon, math.Inf(1)),
		checkRange("weight decay", a.WeightDecay, math.Inf(1)),
	)
}
