package train_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"espalier/nn"
	"espalier/train"
)

// penaltyProblem is a parameter of 12 values and gradients for 30 steps.
func penaltyProblem() (start []float32, gradients [][]float32) {
	random := rand.New(rand.NewPCG(3, 4))
	start, gradients = make([]float32, 12), make([][]float32, 30)
	for i := range start {
		start[i] = float32(random.NormFloat64())
	}
	for i := range gradients {
		gradients[i] = make([]float32, len(start))
		for j := range gradients[i] {
			gradients[i][j] = float32(random.NormFloat64()) / 8
		}
	}
	return start, gradients
}

// admmTwin is ADMM around plain descent, in plain loops.
func admmTwin(a train.ADMM, rate float64, start []float32, gradients [][]float32) []float64 {
	w, z, u := make([]float64, len(start)), make([]float64, len(start)), make([]float64, len(start))
	for i, x := range start {
		w[i], z[i] = float64(x), float64(x)
	}
	for step, gradient := range gradients {
		strength, norm := a.Penalty, 0.0
		for i := range w {
			norm += (w[i] - z[i] + u[i]) * (w[i] - z[i] + u[i])
		}
		if a.Unsquared {
			strength = 0
			if norm > 0 {
				strength = a.Penalty / 2 / math.Sqrt(norm)
			}
		}
		for i := range w {
			w[i] -= rate * (float64(gradient[i]) + strength*(w[i]-z[i]+u[i]))
		}
		if (step+1)%a.Interval != 0 {
			continue
		}
		for i := range w {
			x := w[i] + u[i]
			z[i] = math.Copysign(max(math.Abs(x)-a.Shrinkage/a.Penalty, 0), x)
			u[i] = x - z[i]
		}
	}
	return w
}

func TestADMMAgainstTwin(t *testing.T) {
	start, gradients := penaltyProblem()
	for _, unsquared := range []bool{false, true} {
		admm := train.ADMM{Optimizer: train.SGD{LearningRate: 0.1}, Interval: 5, Penalty: 0.5, Shrinkage: 0.2, Unsquared: unsquared}
		path := descend(t, admm, start, gradients)
		for i, want := range admmTwin(admm, 0.1, start, gradients) {
			if got := float64(path[len(path)-1][i]); math.Abs(got-want) > 1e-5 {
				t.Errorf("unsquared %t: value %d is %v, want %v", unsquared, i, got, want)
			}
		}
	}
}

func TestSlimmingAgainstTwin(t *testing.T) {
	start, gradients := penaltyProblem()
	const strength = 0.05
	path := descendAs(t, nn.Scale, train.Slimming{Optimizer: train.SGD{LearningRate: 0.1}, Strength: strength}, start, gradients)
	for i, x := range start {
		want := float64(x)
		for _, gradient := range gradients {
			sign := 1.0
			if want < 0 {
				sign = -1
			}
			want -= 0.1 * (float64(gradient[i]) + strength*sign)
		}
		if got := float64(path[len(path)-1][i]); math.Abs(got-want) > 1e-5 {
			t.Errorf("value %d is %v, want %v", i, got, want)
		}
	}
}

// ADMM leaves all but weights alone, slimming all but batch norm's scales.
func TestPenaltiesHaveTheirRoles(t *testing.T) {
	start, gradients := penaltyProblem()
	inner := train.SGD{LearningRate: 0.1, Momentum: 0.9}
	plain := descend(t, inner, start, gradients)
	for _, c := range []struct {
		optimizer train.Optimizer
		role      nn.Role
	}{
		{train.ADMM{Optimizer: inner, Interval: 3, Penalty: 1}, nn.Bias},
		{train.ADMM{Optimizer: inner, Interval: 3, Penalty: 1}, nn.Scale},
		{train.Slimming{Optimizer: inner}, nn.Weight},
		{train.Slimming{Optimizer: inner}, nn.Offset},
	} {
		if path := descendAs(t, c.role, c.optimizer, start, gradients); !slices.Equal(path[len(path)-1], plain[len(plain)-1]) {
			t.Errorf("%T moves a %s otherwise than the optimizer it wraps", c.optimizer, c.role)
		}
	}
}

func TestPenaltiesRefuse(t *testing.T) {
	inner := train.SGD{LearningRate: 0.1}
	for _, optimizer := range []train.Optimizer{
		train.ADMM{}, train.ADMM{Optimizer: inner}, train.ADMM{Optimizer: inner, Interval: 1, Penalty: -1},
		train.ADMM{Optimizer: train.SGD{Momentum: 2}, Interval: 1}, train.Slimming{}, train.Slimming{Optimizer: inner, Strength: math.NaN()},
	} {
		if optimizer.Check() == nil {
			t.Errorf("%+v passes", optimizer)
		}
	}
	// A training says so, and does not ask them for what they do not have.
	for want, optimizer := range map[string]train.Optimizer{
		"train: no optimizer":                                nil,
		"train: admm: no optimizer to wrap":                  train.ADMM{},
		"train: slimming: no optimizer to wrap":              train.Slimming{},
		"train: the learning rate is 0; it must be positive": train.SGD{},
	} {
		job := digitsJob(t, train.Options{Length: train.Iterations(1), BatchSize: 20, Optimizer: optimizer})
		if _, err := train.Run(t.Context(), openBackend(t), job); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
	}
}
