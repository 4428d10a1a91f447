package prune_test

import (
	"maps"
	"math"
	"math/rand/v2"
	"testing"
	"testing/quick"

	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

func matrices(sizes ...[2]int) []nn.Parameter {
	parameters := make([]nn.Parameter, len(sizes))
	for i, s := range sizes {
		parameters[i] = nn.Parameter{Name: string(rune('a' + i)), Shape: s[:]}
	}
	return parameters
}

func TestErdosRenyiByHand(t *testing.T) {
	// Shares 20/100 and 110/1000; .2·100 + .11·1000 = 130 for 1,100 weights of which
	// .1 live: scale 110/130.
	densities := must[map[string]float64](t)(prune.ErdosRenyi(matrices([2]int{10, 10}, [2]int{10, 100}), .1))
	for name, want := range map[string]float64{"a": .2 * 110 / 130, "b": .11 * 110 / 130} {
		if got := densities[name]; math.Abs(got-want) > 1e-12 {
			t.Errorf("%s has density %v, want %v", name, got, want)
		}
	}
	// GCN with 16 hidden units on Cora at .5: the second matrix is dense, and the first
	// has what is left of 11,520 weights.
	densities = must[map[string]float64](t)(prune.ErdosRenyi(matrices([2]int{1433, 16}, [2]int{16, 7}), .5))
	if got, want := densities["a"], (11520.-112)/(1433*16); densities["b"] != 1 || math.Abs(got-want) > 1e-12 {
		t.Errorf("densities %v, want 1 and %v", densities, want)
	}
}

func TestErdosRenyiSpendsTheDensity(t *testing.T) {
	property := func(s uint64) bool {
		random := rand.New(rand.NewPCG(s, 1))
		var sizes [][2]int
		for range 1 + random.IntN(5) {
			sizes = append(sizes, [2]int{1 + random.IntN(300), 1 + random.IntN(300)})
		}
		parameters, density := matrices(sizes...), .01+.99*random.Float64()
		densities, err := prune.ErdosRenyi(parameters, density)
		if err != nil {
			return false
		}
		var live, size float64
		for _, p := range parameters {
			if d := densities[p.Name]; !(d > 0 && d <= 1) {
				return false
			}
			live += densities[p.Name] * float64(p.Size())
			size += float64(p.Size())
		}
		return math.Abs(live/size-density) < 1e-9
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

// A parameter without values, such as the edges of a graph that has none, changes nothing.
func TestErdosRenyiOfNothing(t *testing.T) {
	whole, empty := matrices([2]int{10, 10}, [2]int{10, 100}), nn.Parameter{Name: "edges", Shape: []int{0}}
	want := must[map[string]float64](t)(prune.ErdosRenyi(whole, .1))
	want["edges"] = 1
	if got := must[map[string]float64](t)(prune.ErdosRenyi(append(whole, empty), .1)); !maps.Equal(got, want) {
		t.Errorf("densities %v, want %v", got, want)
	}
	stream := func(parameter string) *rand.Rand { return seed.Seed(1).Stream(parameter) }
	if mask := prune.RandomMask([]nn.Parameter{empty}, map[string]float64{"edges": .5}, stream); mask.Size() != 0 {
		t.Errorf("%d values are masked", mask.Size())
	}
}

func TestErdosRenyiRefuses(t *testing.T) {
	for _, density := range []float64{0, -1, 1.5, math.NaN()} {
		if _, err := prune.ErdosRenyi(matrices([2]int{2, 2}), density); err == nil {
			t.Errorf("density %v passes", density)
		}
	}
}

func TestRandomMask(t *testing.T) {
	parameters := matrices([2]int{10, 10}, [2]int{3, 3}, [2]int{2, 2})
	stream := func(parameter string) *rand.Rand { return seed.Seed(1).Stream(parameter) }
	mask := prune.RandomMask(parameters, map[string]float64{"a": .25, "b": .01}, stream)
	for name, want := range map[string]int{"a": 25, "b": 1, "c": 4} {
		if got := mask.CountOf(name); got != want {
			t.Errorf("%s has %d live weights, want %d", name, got, want)
		}
	}
	// 0.29·100 is 28.999999999999996 in float64.
	if got := prune.RandomMask(parameters, map[string]float64{"a": .29}, stream).CountOf("a"); got != 29 {
		t.Errorf("at density 0.29 %d of 100 weights live, want 29", got)
	}
	if !mask.Equal(prune.RandomMask(parameters, map[string]float64{"a": .25, "b": .01}, stream)) {
		t.Error("the same streams draw other masks")
	}
}
