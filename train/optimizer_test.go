package train_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"espalier/nn"
	"espalier/train"
)

// descend runs an optimizer's graph on one parameter for as many steps as there
// are gradients and returns the parameter after each.
func descend(t *testing.T, optimizer train.Optimizer, start []float32, gradients [][]float32) [][]float32 {
	t.Helper()
	return descendAs(t, nn.Weight, optimizer, start, gradients)
}

// descendAs is descend on a parameter of a role.
func descendAs(t *testing.T, role nn.Role, optimizer train.Optimizer, start []float32, gradients [][]float32) [][]float32 {
	t.Helper()
	slots := len(optimizer.Slots())
	step, err := graph.NewExec(openBackend(t), func(inputs []*graph.Node) []*graph.Node {
		value, updated := optimizer.Update(train.Parameter{
			Role: role, Value: inputs[0], Gradient: inputs[1], Slots: inputs[2 : 2+slots], Scalars: inputs[2+slots:],
		})
		return append([]*graph.Node{value}, updated...)
	})
	if err != nil {
		t.Fatal(err)
	}
	state := [][]float32{start}
	for range slots {
		state = append(state, make([]float32, len(start)))
	}
	var path [][]float32
	for i, gradient := range gradients {
		inputs := []any{state[0], gradient}
		for _, slot := range state[1:] {
			inputs = append(inputs, slot)
		}
		for _, scalar := range optimizer.Scalars(optimizer.Rate(), i+1) {
			inputs = append(inputs, float32(scalar))
		}
		outputs, err := step.Call(inputs...)
		if err != nil {
			t.Fatal(err)
		}
		for j, output := range outputs {
			if state[j], err = tensors.CopyFlatData[float32](output); err != nil {
				t.Fatal(err)
			}
		}
		path = append(path, state[0])
	}
	return path
}

// The values are computed by hand from PyTorch's documented algorithms
// (torch.optim.SGD and torch.optim.Adam), for a weight that starts at 1.
func TestOptimizersAgainstPyTorch(t *testing.T) {
	for _, test := range []struct {
		name      string
		optimizer train.Optimizer
		gradients []float32
		want      []float64
	}{
		{"plain", train.SGD{LearningRate: .1}, []float32{1, -2}, []float64{.9, 1.1}},
		{"decay", train.SGD{LearningRate: .1, WeightDecay: .01}, []float32{1, 1}, []float64{.899, .798101}},
		{"momentum", train.SGD{LearningRate: .1, Momentum: .9, WeightDecay: .01}, []float32{1, 1}, []float64{.899, .707201}},
		{"nesterov", train.SGD{LearningRate: .1, Momentum: .9, Nesterov: true, WeightDecay: .01}, []float32{1, 1}, []float64{.8081, .53475461}},
		{"adam", train.Adam{LearningRate: .1}, []float32{1, 1, 1}, []float64{.9, .8, .7}},
		// m = −.11, v = .004999: the step is .1·(−.11/.19)/√(.004999/.001999).
		{"adam, turning", train.Adam{LearningRate: .1}, []float32{1, -2}, []float64{.9, .93661029}},
		// The first step of Adam has length rate whatever the gradient, decay included.
		{"adam, decay", train.Adam{LearningRate: .1, WeightDecay: .5}, []float32{-.25}, []float64{.9}},
		// g = 1e-8 = Epsilon halves the step: Epsilon stands outside the root.
		{"adam, epsilon", train.Adam{LearningRate: .1}, []float32{1e-8}, []float64{.95}},
	} {
		var gradients [][]float32
		for _, g := range test.gradients {
			gradients = append(gradients, []float32{g})
		}
		for i, got := range descend(t, test.optimizer, []float32{1}, gradients) {
			if math.Abs(float64(got[0])-test.want[i]) > 2e-7 {
				t.Errorf("%s: %v after step %d, want %v", test.name, got[0], i+1, test.want[i])
			}
		}
	}
}

// twin is an optimizer written down once more, for one number in float64.
type twin interface {
	update(w, g float64, t int) float64
}

type sgdTwin struct {
	train.SGD
	momentum float64
}

func (s *sgdTwin) update(w, g float64, _ int) float64 {
	g += s.WeightDecay * w
	s.momentum = s.Momentum*s.momentum + g
	if s.Nesterov {
		return w - s.LearningRate*(g+s.Momentum*s.momentum)
	}
	return w - s.LearningRate*s.momentum
}

type adamTwin struct {
	train.Adam
	m, v float64
}

func (a *adamTwin) update(w, g float64, t int) float64 {
	g += a.WeightDecay * w
	a.m = a.Beta1*a.m + (1-a.Beta1)*g
	a.v = a.Beta2*a.v + (1-a.Beta2)*g*g
	m := a.m / (1 - math.Pow(a.Beta1, float64(t)))
	v := a.v / (1 - math.Pow(a.Beta2, float64(t)))
	return w - a.LearningRate*m/(math.Sqrt(v)+a.Epsilon)
}

func TestOptimizersAgainstTwins(t *testing.T) {
	const steps, size = 50, 20
	random := rand.New(rand.NewPCG(1, 2))
	start, gradients := make([]float32, size), make([][]float32, steps)
	for i := range start {
		start[i] = float32(random.NormFloat64())
	}
	for i := range gradients {
		gradients[i] = make([]float32, size)
		for j := range gradients[i] {
			gradients[i][j] = float32(random.NormFloat64())
		}
	}
	plain := train.SGD{LearningRate: .05}
	nesterov := train.SGD{LearningRate: .01, Momentum: .9, Nesterov: true, WeightDecay: 5e-4}
	momentum := train.SGD{LearningRate: .01, Momentum: .9, WeightDecay: .1}
	adam := train.Adam{LearningRate: .01, Beta1: .8, Beta2: .99, Epsilon: 1e-3, WeightDecay: .1}
	for _, test := range []struct {
		optimizer train.Optimizer
		twin      func() twin
	}{
		{plain, func() twin { return &sgdTwin{SGD: plain} }},
		{momentum, func() twin { return &sgdTwin{SGD: momentum} }},
		{nesterov, func() twin { return &sgdTwin{SGD: nesterov} }},
		{adam, func() twin { return &adamTwin{Adam: adam} }},
	} {
		path := descend(t, test.optimizer, start, gradients)
		for j := range size {
			reference, w := test.twin(), float64(start[j])
			for i := range steps {
				w = reference.update(w, float64(gradients[i][j]), i+1)
				if got := float64(path[i][j]); math.Abs(got-w) > 1e-5 {
					t.Fatalf("%T%+v: value %d is %v after step %d, want %v", test.optimizer, test.optimizer, j, got, i+1, w)
				}
			}
		}
	}
}

func TestOptimizerChecks(t *testing.T) {
	for reason, optimizer := range map[string]train.Optimizer{
		"":                               train.Adam{},
		"nesterov needs a momentum":      train.SGD{Nesterov: true},
		"momentum 1 is not in [0, 1)":    train.SGD{Momentum: 1},
		"momentum NaN is not in":         train.SGD{Momentum: math.NaN()},
		"weight decay -1 is not in [0":   train.SGD{WeightDecay: -1},
		"beta1 1 is not in [0, 1)":       train.Adam{Beta1: 1},
		"beta2 -0.5 is not in [0, 1)":    train.Adam{Beta2: -.5},
		"epsilon -1 is not in [0, +Inf)": train.Adam{Epsilon: -1},
		"weight decay +Inf is not in [0": train.Adam{WeightDecay: math.Inf(1)},
	} {
		err := optimizer.Check()
		if (err == nil) != (reason == "") || err != nil && !strings.Contains(err.Error(), reason) {
			t.Errorf("%+v: %v, want %q", optimizer, err, reason)
		}
	}
}
