package prune_test

import (
	"context"
	"slices"
	"testing"

	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

// rounds prunes a network of the zoo by magnitude, a fifth at a time, and returns
// how many of the weights that are not spared live after each round. Weights are
// drawn from all of float32's mantissa, so there are ties, but few.
func rounds(t *testing.T, name string, sel prune.Selection, rounds int) []int {
	t.Helper()
	network := must[*nn.Network](t)(nn.New(name, nn.ZooOptions{}))
	if testing.Short() && prune.Ones(network).Size() > 3_500_000 {
		t.Skipf("%s has too many weights for -short", name)
	}
	in := prune.Input{Network: network, Weights: make(nn.Weights), Mask: prune.Ones(network)}
	spared := 0
	for _, p := range network.Prunable() {
		random, values := seed.Seed(1).Stream(p.Name), make([]float32, p.Size())
		for i := range values {
			values[i] = random.Float32() - 0.5
		}
		in.Weights[p.Name] = values
		if sel.Spare != nil && sel.Spare(p) {
			spared += p.Size()
		}
	}
	sel.Fraction = 0.2
	survivors := []int{in.Mask.Count() - spared}
	for range rounds {
		in.Mask = must[*prune.Mask](t)(prune.Prune(context.Background(), prune.Magnitude, in, sel))
		survivors = append(survivors, in.Mask.Count()-spared)
	}
	return survivors
}

// Structure-LTH spares the module called conv1 and the classifier. The counts are
// those of its pruning calls, PyTorch's global_unstructured with amount 0.2, worked
// out from R ← R − round(0.2·R).
func TestSurvivorsOfStructureLTH(t *testing.T) {
	sel := prune.Selection{Spare: prune.SpareAny(prune.SpareLayers("conv1"), prune.SpareKinds(nn.KindLinear))}
	for name, want := range map[string][]int{
		"resnet18":    {11157504, 8926003, 7140802, 5712642, 4570114, 3656091, 2924873, 2339898, 1871918, 1497534},
		"vgg16":       {14710464, 11768371, 9414697, 7531758, 6025406, 4820325, 3856260, 3085008, 2468006, 1974405},
		"wrn32x2":     {1853440, 1482752, 1186202, 948962, 759170, 607336, 485869, 388695, 310956, 248765},
		"mobilenetv1": {3184224, 2547379, 2037903, 1630322, 1304258, 1043406, 834725, 667780, 534224, 427379},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := rounds(t, name, sel, 9); !slices.Equal(got, want) {
				t.Errorf("survivors\n%v, want\n%v", got, want)
			}
		})
	}
}

// OpenLTH prunes every layer; R ← R − (⌈0.2·R⌉ + 1).
func TestSurvivorsOfOpenLTH(t *testing.T) {
	for name, want := range map[string][]int{
		"lenet300":  {266200, 212959, 170366, 136291, 109031, 87223, 69777, 55820, 44655, 35723, 28577},
		"resnet20b": {270896, 216715, 173371, 138695, 110955, 88763, 71009, 56806, 45443, 36353, 29081},
		"vgg16":     {14715584, 11772466, 9417971, 7534375, 6027499, 4821998},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := rounds(t, name, prune.Selection{Count: prune.CeilPlusOne}, len(want)-1); !slices.Equal(got, want) {
				t.Errorf("survivors\n%v, want\n%v", got, want)
			}
		})
	}
}

// That OpenLTH ignores a layer changes where weights go, not how many.
func TestSurvivorsOfOpenLTHWithTheOutputIgnored(t *testing.T) {
	sel := prune.Selection{Count: prune.CeilPlusOne, Spare: prune.SpareLayers("fc3")}
	want := []int{266200 - 1000, 212959 - 1000, 170366 - 1000, 136291 - 1000}
	if got := rounds(t, "lenet300", sel, 3); !slices.Equal(got, want) {
		t.Errorf("survivors %v, want %v", got, want)
	}
}
