package prune_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"espalier/nn"
	"espalier/prune"
)

func TestMagnitudeIsTheAbsoluteValue(t *testing.T) {
	in := input(t, perceptron(t), 1)
	in.Initial = nil
	values := must[prune.Values](t)(prune.Magnitude(context.Background(), in))
	for _, p := range in.Network.Prunable() {
		for i, weight := range in.Weights[p.Name] {
			if want := float32(math.Abs(float64(weight))); values[p.Name][i] != want {
				t.Errorf("weight %v of %s is rated %v, want %v", weight, p.Name, values[p.Name][i], want)
			}
		}
	}
	if len(values) != 2 {
		t.Errorf("%d parameters are rated, want the 2 that can be pruned", len(values))
	}
}

func TestElementwiseSeesTrainedAndInitialValues(t *testing.T) {
	in := input(t, perceptron(t), 1)
	growth := prune.Elementwise(func(weight, initial float32) float32 { return weight - initial })
	values := must[prune.Values](t)(growth(context.Background(), in))
	for i, value := range values["fc2.weight"] {
		if want := in.Weights["fc2.weight"][i] - in.Initial["fc2.weight"][i]; value != want {
			t.Errorf("weight %d is rated %v, want %v", i, value, want)
		}
	}
}

func TestRandomIsUniformAndItsOwnForEachParameter(t *testing.T) {
	c := nn.NewComposer("wide", nn.Vector(100))
	x := c.Add("fc1", nn.Linear{Out: 100}, nn.Input)
	c.Add("fc2", nn.Linear{Out: 100}, x)
	in := input(t, must[*nn.Network](t)(c.Network()), 1)
	values := must[prune.Values](t)(prune.Random(context.Background(), in))
	if slices.Equal(values["fc1.weight"], values["fc2.weight"]) {
		t.Error("two parameters have the same values")
	}
	var tenths [10]int
	for _, value := range values["fc1.weight"] {
		tenths[int(10*value)]++
	}
	for i, n := range tenths { // 10,000 draws: the deviation of each count is 30
		if n < 850 || n > 1150 {
			t.Errorf("%d of 10,000 values lie in tenth %d", n, i)
		}
	}
	if again := must[prune.Values](t)(prune.Random(context.Background(), in)); !slices.Equal(again["fc1.weight"], values["fc1.weight"]) {
		t.Error("the same streams gave other values")
	}
}

func TestRegistry(t *testing.T) {
	if got := prune.Names(); !slices.Equal(got, []string{"grasp", "grasp-reference", "magnitude", "random", "snip", "synflow"}) {
		t.Errorf("registered scores %v", got)
	}
	for name, want := range map[string]string{"magnitud": "did you mean magnitude?", "beauty": "there are grasp, grasp-reference, magnitude"} {
		if _, err := prune.Lookup(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %s", err, want)
		}
	}
	for name, score := range map[string]prune.Score{"magnitude": prune.Magnitude, "": prune.Magnitude, "nothing": nil} {
		if prune.Register(name, score) == nil {
			t.Errorf("a score %q was registered", name)
		}
	}
}

// A score of one's own, and the weights it leaves.
func ExampleElementwise() {
	c := nn.NewComposer("tiny", nn.Vector(4))
	c.Add("fc", nn.Linear{Out: 2, NoBias: true}, nn.Input)
	network, err := c.Network()
	if err != nil {
		fmt.Println(err)
		return
	}
	sameSign := prune.Elementwise(func(weight, initial float32) float32 {
		return max(weight*initial, 0)
	})
	mask, err := prune.Prune(context.Background(), sameSign, prune.Input{
		Network: network,
		Weights: nn.Weights{"fc.weight": {1, -2, 3, -4, 5, -6, 7, -8}},
		Initial: nn.Weights{"fc.weight": {1, 1, 1, 1, 1, -1, -1, -1}},
	}, prune.Selection{Fraction: 0.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(mask.Float32("fc.weight"))
	// Output:
	// [0 0 1 0 1 1 0 1]
}
