package prune_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"espalier/nn"
	"espalier/prune"
)

// bilinear has the derivatives of L = ½ Σ_p (Σ_i w_pi)² / temperature², whose Hessian
// is all ones in each parameter, and of the flow Σ w; overflow scales the latter.
type bilinear struct {
	network  *nn.Network
	overflow float32
}

func (b bilinear) sums(of nn.Weights, factor float64) nn.Weights {
	all := make(nn.Weights)
	for _, p := range b.network.Prunable() {
		sum := 0.0
		for _, x := range of[p.Name] {
			sum += float64(x)
		}
		all[p.Name] = make([]float32, p.Size())
		for i := range all[p.Name] {
			all[p.Name][i] = float32(sum * factor)
		}
	}
	return all
}

func (b bilinear) Gradient(_ context.Context, w nn.Weights, temperature float64) (nn.Weights, error) {
	return b.sums(w, 1/(temperature*temperature)), nil
}

func (b bilinear) HessianProduct(_ context.Context, _, v nn.Weights, temperature float64) (nn.Weights, error) {
	return b.sums(v, 1/(temperature*temperature)), nil
}

func (b bilinear) FlowGradient(_ context.Context, w nn.Weights) (nn.Weights, error) {
	flow := b.sums(w, 0)
	for _, values := range flow {
		for i := range values {
			values[i] = 1 + b.overflow*math.MaxFloat32
		}
	}
	return flow, nil
}

func TestScoresOfTheLossHaveTheirFormula(t *testing.T) {
	in := input(t, perceptron(t), 3)
	in.Derivatives = bilinear{network: in.Network}
	sum := func(name string) (s float64) {
		for _, x := range in.Weights[name] {
			s += float64(x)
		}
		return s
	}
	t4 := math.Pow(200, 4)
	for name, want := range map[string]func(w, sum float64, size int) float64{
		"snip":            func(w, sum float64, _ int) float64 { return math.Abs(w * sum) },
		"grasp":           func(w, sum float64, size int) float64 { return w * sum * float64(size) / t4 },
		"grasp-reference": func(w, sum float64, size int) float64 { return math.Abs(w * sum * float64(size) / t4) },
		"synflow":         func(w, _ float64, _ int) float64 { return math.Abs(w) },
	} {
		score := must[prune.Score](t)(prune.Lookup(name))
		values := must[prune.Values](t)(score(t.Context(), in))
		for _, p := range in.Network.Prunable() {
			for i, got := range values[p.Name] {
				expected := want(float64(in.Weights[p.Name][i]), sum(p.Name), p.Size())
				if math.Abs(float64(got)-expected) > 1e-5*math.Abs(expected)+1e-12 {
					t.Fatalf("%s of weight %d of %s is %v, want %v", name, i, p.Name, got, expected)
				}
			}
		}
	}
}

// A pruned weight contributes nothing to the derivatives of those that live.
func TestScoresOfTheLossSeeTheMask(t *testing.T) {
	in := input(t, perceptron(t), 3)
	in.Derivatives = bilinear{network: in.Network}
	in.Mask = drawn(in.Network, 5)
	values := must[prune.Values](t)(prune.SNIP(t.Context(), in))
	sum := 0.0
	for i := range in.Mask.Live("fc1.weight") {
		sum += float64(in.Weights["fc1.weight"][i])
	}
	for i := range in.Mask.Live("fc1.weight") {
		want := math.Abs(sum * float64(in.Weights["fc1.weight"][i]))
		if got := float64(values["fc1.weight"][i]); math.Abs(got-want) > 1e-5*want {
			t.Fatalf("weight %d: %v, want %v", i, got, want)
		}
	}
}

func TestScoresOfTheLossRefuse(t *testing.T) {
	in := input(t, perceptron(t), 3)
	for _, name := range []string{"snip", "grasp", "grasp-reference", "synflow"} {
		score := must[prune.Score](t)(prune.Lookup(name))
		if _, err := score(t.Context(), in); err == nil || !strings.Contains(err.Error(), "no derivatives") {
			t.Errorf("%s without derivatives: %v", name, err)
		}
	}
	in.Derivatives = bilinear{network: in.Network, overflow: 2}
	if _, err := prune.SynFlow(t.Context(), in); err == nil || !strings.Contains(err.Error(), "too deep") {
		t.Errorf("a flow beyond float32: %v", err)
	}
}

func TestCurves(t *testing.T) {
	for _, c := range []struct {
		name          string
		curve         prune.Curve
		round, rounds int
		want          float64
	}{
		{"exponential", prune.Exponential, 1, 2, 1 - math.Sqrt(0.2)},
		{"exponential, last", prune.Exponential, 2, 2, 0.8},
		{"linear", prune.Linear, 1, 4, 0.2},
		{"reference, first of 100", prune.ReferenceSynFlow, 1, 100, math.Pow(80, 0.01) / 100},
		{"reference, half", prune.ReferenceSynFlow, 50, 100, math.Sqrt(80) / 100},
		{"reference, last", prune.ReferenceSynFlow, 100, 100, 0.8},
	} {
		if got := c.curve(0.8, c.round, c.rounds); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Each round rates what the rounds before have left, on the way that the curve says.
func TestRoundsRateAnew(t *testing.T) {
	in := input(t, perceptron(t), 3)
	size := prune.Ones(in.Network).Size()
	var seen []int
	score := func(ctx context.Context, in prune.Input) (prune.Values, error) {
		seen = append(seen, size-in.Mask.Count())
		return prune.Magnitude(ctx, in)
	}
	sel := prune.Selection{Fraction: 0.75, Rounds: 3, Curve: prune.Linear}
	mask := must[*prune.Mask](t)(prune.Prune(t.Context(), score, in, sel))
	for round, gone := range append(seen, size-mask.Count()) {
		if want := int(math.RoundToEven(0.25 * float64(round) * float64(size))); gone != want {
			t.Errorf("after round %d %d weights are gone, want %d", round, gone, want)
		}
	}
	once := must[*prune.Mask](t)(prune.Prune(t.Context(), prune.Magnitude, in, prune.Selection{Fraction: 0.75}))
	if !mask.Equal(once) {
		t.Error("magnitude, which does not depend on the mask, chose other weights in three rounds")
	}
	failing := errors.New("no")
	_, err := prune.Prune(t.Context(), func(context.Context, prune.Input) (prune.Values, error) { return nil, failing }, in, sel)
	if !errors.Is(err, failing) {
		t.Errorf("error %v", err)
	}
}
