package prune_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

func input(t testing.TB, n *nn.Network, s uint64) prune.Input {
	t.Helper()
	return prune.Input{
		Network: n, Weights: initial(t, n, s), Initial: initial(t, n, s+1),
		Random: func(name string) *rand.Rand { return seed.Seed(s).Stream(name) },
	}
}

func constant(value float32) prune.Score {
	return prune.Elementwise(func(_, _ float32) float32 { return value })
}

func TestTiesGoInOrderOfPosition(t *testing.T) {
	in := input(t, perceptron(t), 1)
	m := must[*prune.Mask](t)(prune.Prune(context.Background(), constant(1), in, prune.Selection{Fraction: 0.73}))
	if got := slices.Collect(m.Live("fc1.weight")); len(got) != 0 {
		t.Errorf("fc1 keeps %v, though all 73 that go come before", got)
	}
	if got := slices.Collect(m.Live("fc2.weight")); len(got) != 27 || got[0] != 3 {
		t.Errorf("fc2 keeps %v, want the last 27", got)
	}
}

func TestNegativeZeroIsZero(t *testing.T) {
	in := input(t, perceptron(t), 1)
	clear(in.Weights["fc1.weight"])
	clear(in.Weights["fc2.weight"])
	in.Weights["fc2.weight"][29] = float32(math.Copysign(0, -1))
	raw := prune.Elementwise(func(weight, _ float32) float32 { return weight })
	m := must[*prune.Mask](t)(prune.Prune(context.Background(), raw, in, prune.Selection{Fraction: 0.01}))
	if m.Lives("fc1.weight", 0) || !m.Lives("fc2.weight", 29) {
		t.Error("-0 was pruned before the 0 that comes first")
	}
}

// Selection by radix agrees with a stable sort, for values of both signs,
// infinities and many ties.
func TestLowestValuesGo(t *testing.T) {
	network := perceptron(t)
	draws := []float32{float32(math.Inf(-1)), -3e38, -1, -1e-45, 0, 1e-45, 1, 1.0000001, 3e38, float32(math.Inf(1))}
	property := func(s uint64, percent uint8) bool {
		random := seed.Seed(s).Stream("values")
		score := prune.Elementwise(func(_, _ float32) float32 {
			if random.IntN(2) == 0 {
				return random.Float32() - 0.5
			}
			return draws[random.IntN(len(draws))]
		})
		in := input(t, network, s)
		in.Mask = drawn(network, s+1)
		values := must[prune.Values](t)(score(context.Background(), in))
		fixed := func(context.Context, prune.Input) (prune.Values, error) { return values, nil }
		fraction := float64(percent%101) / 100
		got := must[*prune.Mask](t)(prune.Prune(context.Background(), fixed, in, prune.Selection{Fraction: fraction}))
		return got.Equal(sorted(in.Mask, values, prune.Round(fraction, in.Mask.Count(), 0)))
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 300}); err != nil {
		t.Error(err)
	}
}

// sorted is a slow, plain way to prune globally.
func sorted(m *prune.Mask, values prune.Values, count int) *prune.Mask {
	type place struct {
		name  string
		index int
	}
	var places []place
	for _, name := range m.Names() {
		for i := range m.Live(name) {
			places = append(places, place{name, i})
		}
	}
	slices.SortStableFunc(places, func(a, b place) int {
		x, y := values[a.name][a.index], values[b.name][b.index]
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	editor := m.Edit()
	for _, p := range places[:count] {
		editor.Set(p.name, p.index, false)
	}
	return editor.Mask()
}

func TestPruneNeverRemovesMoreThanThereIs(t *testing.T) {
	in := input(t, perceptron(t), 1)
	for _, removed := range []int{101, math.MaxInt} {
		greedy := func(float64, int, int) int { return removed }
		m := must[*prune.Mask](t)(prune.Prune(context.Background(), prune.Magnitude, in, prune.Selection{Fraction: 0.5, Count: greedy}))
		if m.Count() != 0 {
			t.Errorf("%d weights live though all were asked for", m.Count())
		}
	}
	generous := func(float64, int, int) int { return -1 }
	m := must[*prune.Mask](t)(prune.Prune(context.Background(), prune.Magnitude, in, prune.Selection{Fraction: 0.5, Count: generous}))
	if m.Count() != 100 {
		t.Errorf("%d weights live though none were to go", m.Count())
	}
}

func TestPruneLikeHasTheTargetsCounts(t *testing.T) {
	network := perceptron(t)
	in, target := input(t, network, 1), drawn(network, 5)
	m := must[*prune.Mask](t)(prune.PruneLike(context.Background(), prune.Random, in, prune.Selection{Allocation: prune.ByLayer}, target))
	for _, name := range m.Names() {
		if got, want := m.CountOf(name), target.CountOf(name); got != want {
			t.Errorf("%s has %d live weights, the target %d", name, got, want)
		}
	}
	m = must[*prune.Mask](t)(prune.PruneLike(context.Background(), prune.Magnitude, in, prune.Selection{}, target))
	if m.Count() != target.Count() {
		t.Errorf("%d live weights, the target has %d", m.Count(), target.Count())
	}
	if _, err := prune.PruneLike(context.Background(), prune.Magnitude, in, prune.Selection{}, new(prune.Mask)); err == nil {
		t.Error("a target of another network was taken")
	}
	in.Mask = m
	_, err := prune.PruneLike(context.Background(), prune.Magnitude, in, prune.Selection{}, prune.Ones(network))
	if err == nil || !strings.Contains(err.Error(), "the target keeps 100 weights of the layers from fc1 to fc2, of which only") {
		t.Errorf("a target of more weights than live: error %v", err)
	}
}

func TestPruneRefuses(t *testing.T) {
	network := perceptron(t)
	whole := input(t, network, 1)
	diverged := prune.Input{Network: network, Weights: whole.Weights.Clone()}
	diverged.Weights["fc2.weight"][17] = float32(math.NaN())
	short := prune.Input{Network: network, Weights: nn.Weights{"fc1.weight": make([]float32, 70)}}
	failing := func(context.Context, prune.Input) (prune.Values, error) { return nil, errors.New("out of luck") }
	empty := func(context.Context, prune.Input) (prune.Values, error) { return nil, nil }
	twice := func(_ *nn.Network, fraction float64, candidates, _ []nn.Parameter) []prune.Pool {
		return []prune.Pool{{Fraction: fraction, Parameters: candidates}, {Fraction: fraction, Parameters: candidates[1:]}}
	}
	for name, test := range map[string]struct {
		score prune.Score
		in    prune.Input
		sel   prune.Selection
		want  string
	}{
		"above 1":      {prune.Magnitude, whole, prune.Selection{Fraction: 1.1}, "1.1"},
		"below 0":      {prune.Magnitude, whole, prune.Selection{Fraction: -0.1}, "-0.1"},
		"no number":    {prune.Magnitude, whole, prune.Selection{Fraction: math.NaN()}, "NaN"},
		"bad rate":     {prune.Magnitude, whole, prune.Selection{Fraction: 0.2, Allocation: prune.ByKind(prune.Rates{Output: 7})}, "7"},
		"two pools":    {prune.Magnitude, whole, prune.Selection{Fraction: 0.2, Allocation: twice}, "fc2.weight"},
		"NaN":          {prune.Magnitude, diverged, prune.Selection{Fraction: 0.2}, "weight 17 of fc2.weight"},
		"missing":      {prune.Magnitude, short, prune.Selection{Fraction: 0.2}, "fc2.weight"},
		"no stream":    {prune.Random, short, prune.Selection{Fraction: 0.2}, "random"},
		"failing":      {failing, whole, prune.Selection{Fraction: 0.2}, "out of luck"},
		"no values":    {empty, whole, prune.Selection{Fraction: 0.2}, "fc1.weight"},
		"no network":   {prune.Magnitude, prune.Input{}, prune.Selection{Fraction: 0.2}, "network"},
		"other's mask": {prune.Magnitude, prune.Input{Network: network, Mask: new(prune.Mask)}, prune.Selection{Fraction: 0.2}, "fc1.weight"},
	} {
		if _, err := prune.Prune(context.Background(), test.score, test.in, test.sel); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, test.want)
		}
	}
}

// What has been pruned may have any score.
func TestPrunedWeightsNeedNoNumber(t *testing.T) {
	network := perceptron(t)
	in := input(t, network, 1)
	in.Mask = drawn(network, 2)
	for i := range in.Mask.Not().Live("fc1.weight") {
		in.Weights["fc1.weight"][i] = float32(math.NaN())
	}
	if _, err := prune.Prune(context.Background(), prune.Magnitude, in, prune.Selection{Fraction: 0.2}); err != nil {
		t.Error(err)
	}
}

// A pool without a fraction keeps all, even where the count would add one.
func TestPoolWithoutFractionLosesNothing(t *testing.T) {
	firstOnly := func(_ *nn.Network, fraction float64, candidates, _ []nn.Parameter) []prune.Pool {
		return []prune.Pool{{Fraction: fraction, Parameters: candidates[:1]}, {Parameters: candidates[1:]}}
	}
	sel := prune.Selection{Fraction: 0.2, Allocation: firstOnly, Count: prune.CeilPlusOne}
	m := must[*prune.Mask](t)(prune.Prune(context.Background(), prune.Magnitude, input(t, perceptron(t), 1), sel))
	if m.CountOf("fc1.weight") != 55 || m.CountOf("fc2.weight") != 30 {
		t.Errorf("%d and %d weights live, want 55 and 30", m.CountOf("fc1.weight"), m.CountOf("fc2.weight"))
	}
}
