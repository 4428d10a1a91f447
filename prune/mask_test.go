package prune_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"testing/quick"

	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

// perceptron has two prunable parameters whose sizes, 70 and 30, are no multiples
// of a word, and biases that are not prunable.
func perceptron(t testing.TB) *nn.Network {
	t.Helper()
	c := nn.NewComposer("perceptron", nn.Vector(7))
	x := c.Add("fc1", nn.Linear{Out: 10}, nn.Input)
	x = c.Add("relu", nn.ReLU, x)
	c.Add("fc2", nn.Linear{Out: 3}, x)
	network, err := c.Network()
	if err != nil {
		t.Fatal(err)
	}
	return network
}

// drawn is a mask in which every weight lives with probability ½.
func drawn(n *nn.Network, s uint64) *prune.Mask {
	editor := prune.Ones(n).Edit()
	for _, p := range n.Prunable() {
		random := seed.Seed(s).Stream(p.Name)
		for i := range p.Size() {
			editor.Set(p.Name, i, random.IntN(2) == 0)
		}
	}
	return editor.Mask()
}

func initial(t testing.TB, n *nn.Network, s uint64) nn.Weights {
	t.Helper()
	weights, err := nn.Initialize(n, nn.KaimingNormal, seed.Seed(s))
	if err != nil {
		t.Fatal(err)
	}
	return weights
}

func must[T any](t testing.TB) func(T, error) T {
	t.Helper()
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func TestOnesIsTheDenseNetwork(t *testing.T) {
	m := prune.Ones(perceptron(t))
	if got := m.Names(); !slices.Equal(got, []string{"fc1.weight", "fc2.weight"}) {
		t.Errorf("names %v: want the prunable parameters in the order of the network", got)
	}
	if m.Count() != 100 || m.Size() != 100 || m.Density() != 1 {
		t.Errorf("%d of %d weights live", m.Count(), m.Size())
	}
	if live := m.CountOf("fc1.weight"); live != 70 || m.SizeOf("fc1.weight") != 70 {
		t.Errorf("%d of %d weights of fc1 live", live, m.SizeOf("fc1.weight"))
	}
	if !slices.Equal(m.Shape("fc2.weight"), []int{10, 3}) {
		t.Errorf("fc2 has shape %v", m.Shape("fc2.weight"))
	}
}

func TestParametersThatAreNotMasked(t *testing.T) {
	m := prune.Ones(perceptron(t))
	if m.Float32("fc1.bias") != nil || m.Shape("fc1.bias") != nil || m.Channels("fc1.bias") != nil {
		t.Error("a bias has a mask")
	}
	if m.CountOf("fc1.bias") != 0 || m.SizeOf("fc1.bias") != 0 || !m.Lives("fc1.bias", 3) || m.DensityOf("fc1.bias") != 1 {
		t.Error("a bias is not wholly alive")
	}
}

func TestMaskQuestionsAgree(t *testing.T) {
	network := perceptron(t)
	property := func(s uint64) bool {
		m := drawn(network, s)
		total := 0
		for _, name := range m.Names() {
			numbers := m.Float32(name)
			var live []int
			for i, number := range numbers {
				if m.Lives(name, i) != (number == 1) || number != 0 && number != 1 {
					return false
				}
				if number == 1 {
					live = append(live, i)
				}
			}
			if m.CountOf(name) != len(live) || !slices.Equal(slices.Collect(m.Live(name)), live) {
				return false
			}
			if m.DensityOf(name) != float64(len(live))/float64(len(numbers)) {
				return false
			}
			total += len(live)
		}
		return m.Count() == total && m.Density() == float64(total)/100
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 50}); err != nil {
		t.Error(err)
	}
}

func TestEditedMaskLeavesItsOrigin(t *testing.T) {
	m := prune.Ones(perceptron(t))
	editor := m.Edit()
	if !editor.Set("fc1.weight", 69, false) {
		t.Fatal("weight 69 of fc1 was not found")
	}
	first := editor.Mask()
	editor.Set("fc1.weight", 0, false)
	second := editor.Mask()
	editor.Set("fc2.weight", 0, false) // after which fc1 is as it was
	third := editor.Mask()
	if m.Count() != 100 || first.Count() != 99 || second.Count() != 98 || third.Count() != 97 {
		t.Errorf("counts %d, %d, %d, %d: want 100, 99, 98, 97", m.Count(), first.Count(), second.Count(), third.Count())
	}
	for _, wrong := range []struct {
		name  string
		index int
	}{{"fc1.weight", 70}, {"fc1.weight", -1}, {"fc1.bias", 0}} {
		if editor.Set(wrong.name, wrong.index, false) {
			t.Errorf("%s has a weight %d", wrong.name, wrong.index)
		}
	}
}

func TestApplyGivesExactZeros(t *testing.T) {
	network := perceptron(t)
	weights, m := initial(t, network, 1), drawn(network, 2)
	for i := range m.Not().Live("fc1.weight") {
		weights["fc1.weight"][i] = []float32{float32(math.NaN()), float32(math.Inf(-1)), -1}[i%3]
	}
	before := weights.Clone()
	masked := must[nn.Weights](t)(m.Apply(weights))
	if !weights.Equal(before) {
		t.Error("Apply changed its argument")
	}
	for _, name := range m.Names() {
		for i, value := range masked[name] {
			want := math.Float32bits(weights[name][i])
			if !m.Lives(name, i) {
				want = 0
			}
			if math.Float32bits(value) != want {
				t.Errorf("%s %d is %v", name, i, value)
			}
		}
	}
	if !slices.Equal(masked["fc1.bias"], weights["fc1.bias"]) {
		t.Error("a bias changed")
	}
	delete(weights, "fc2.weight")
	if _, err := m.Apply(weights); err == nil {
		t.Error("no error though fc2.weight is missing")
	}
}

func TestChannels(t *testing.T) {
	network := perceptron(t)
	editor := prune.Ones(network).Edit()
	for in := range 10 {
		editor.Set("fc2.weight", 3*in+1, false)
	}
	editor.Set("fc2.weight", 2, false)
	if got := editor.Mask().Channels("fc2.weight"); !slices.Equal(got, []bool{true, false, true}) {
		t.Errorf("live channels %v", got)
	}
}

func TestFits(t *testing.T) {
	network := perceptron(t)
	if err := prune.Ones(network).Fits(network); err != nil {
		t.Error(err)
	}
	c := nn.NewComposer("other", nn.Vector(7))
	c.Add("fc1", nn.Linear{Out: 3}, nn.Input)
	other := must[*nn.Network](t)(c.Network())
	for _, err := range []error{prune.Ones(network).Fits(other), prune.Ones(other).Fits(network), new(prune.Mask).Fits(network)} {
		if err == nil {
			t.Error("a mask fits another network")
		}
	}
}

func TestAlgebra(t *testing.T) {
	network := perceptron(t)
	all := prune.Ones(network)
	property := func(x, y uint64) bool {
		a, b := drawn(network, x), drawn(network, y)
		both, either := must[*prune.Mask](t)(a.And(b)), must[*prune.Mask](t)(a.Or(b))
		neither := must[*prune.Mask](t)(a.Not().And(b.Not()))
		return both.Subset(a) && both.Subset(b) && a.Subset(either) && b.Subset(either) && either.Subset(all) &&
			both.Count()+either.Count() == a.Count()+b.Count() &&
			either.Not().Equal(neither) && a.Not().Not().Equal(a) && a.Count()+a.Not().Count() == 100 &&
			a.Equal(b) == (a.Subset(b) && b.Subset(a)) && a.Equal(b) == (a.Digest() == b.Digest())
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 100}); err != nil {
		t.Error(err)
	}
	if _, err := all.And(new(prune.Mask)); err == nil {
		t.Error("masks of different networks were combined")
	}
	if all.Subset(new(prune.Mask)) || all.Equal(new(prune.Mask)) {
		t.Error("masks of different networks were compared")
	}
}

func TestShuffleKeepsCounts(t *testing.T) {
	network := perceptron(t)
	streams := func(s uint64) func(string) *rand.Rand {
		return func(name string) *rand.Rand { return seed.Seed(s).Stream(name) }
	}
	property := func(s uint64) bool {
		m := drawn(network, s)
		shuffled := m.Shuffle(streams(s))
		for _, name := range m.Names() {
			if m.CountOf(name) != len(slices.Collect(shuffled.Live(name))) {
				return false
			}
		}
		return shuffled.Equal(m.Shuffle(streams(s))) && !shuffled.Equal(m) && !shuffled.Equal(m.Shuffle(streams(s+1)))
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 50}); err != nil {
		t.Error(err)
	}
}

func ExampleMask() {
	c := nn.NewComposer("tiny", nn.Vector(4))
	c.Add("fc", nn.Linear{Out: 2}, nn.Input)
	network, err := c.Network()
	if err != nil {
		fmt.Println(err)
		return
	}
	editor := prune.Ones(network).Edit()
	for _, i := range []int{1, 2, 3, 5, 7} {
		editor.Set("fc.weight", i, false)
	}
	mask := editor.Mask()
	fmt.Println(mask.Count(), "of", mask.Size(), "weights live:", mask.Float32("fc.weight"))
	fmt.Println("output channels with live weights:", mask.Channels("fc.weight"))
	// Output:
	// 3 of 8 weights live: [1 0 0 0 1 0 1 0]
	// output channels with live weights: [true false]
}

func TestDistance(t *testing.T) {
	n := perceptron(t)
	a, b := drawn(n, 1), drawn(n, 2)
	differ := 0
	for _, p := range n.Prunable() {
		for i := range p.Size() {
			if a.Lives(p.Name, i) != b.Lives(p.Name, i) {
				differ++
			}
		}
	}
	if got := must[float64](t)(a.Distance(b)); got != float64(differ)/100 {
		t.Errorf("distance %v, want %v", got, float64(differ)/100)
	}
	if got := must[float64](t)(a.Distance(a)); got != 0 {
		t.Errorf("distance %v to itself", got)
	}
	if _, err := a.Distance(prune.OnesOf(nil)); err == nil {
		t.Error("masks of other shapes have a distance")
	}
}

// Rows are output channels; columns go input channel by input channel, as PyTorch's do.
func TestMatrix(t *testing.T) {
	c := nn.NewComposer("one", nn.Shape{Height: 4, Width: 4, Channels: 2})
	c.Add("conv", nn.Convolution{Out: 3, Kernel: 2, NoBias: true}, nn.Input)
	network := must[*nn.Network](t)(c.Network())
	const name = "conv.weight"
	editor := prune.Ones(network).Edit()
	// [kernel row 1, kernel column 0, input channel 1, output channel 2]
	editor.Set(name, ((1*2+0)*2+1)*3+2, false)
	mask := editor.Mask()
	matrix := mask.Matrix(name)
	if len(matrix) != 3 || len(matrix[0]) != 8 {
		t.Fatalf("the matrix is %d × %d", len(matrix), len(matrix[0]))
	}
	for row, columns := range matrix {
		for column, lives := range columns {
			if want := row != 2 || column != 1*4+1*2+0; lives != want {
				t.Errorf("row %d, column %d: %t", row, column, lives)
			}
		}
	}
	if mask.Matrix("conv.bias") != nil {
		t.Error("what is not masked has a matrix")
	}
	edges := prune.OnesOf([]nn.Parameter{{Name: "edges", Shape: []int{2}}}).Edit()
	edges.Set("edges", 0, false)
	if got := edges.Mask().Matrix("edges"); !reflect.DeepEqual(got, [][]bool{{false}, {true}}) {
		t.Errorf("edges have the matrix %v", got)
	}
}

func TestJoin(t *testing.T) {
	parameters := perceptron(t).Prunable()
	a, b := prune.OnesOf(parameters[:1]), prune.OnesOf(parameters[1:]).Not()
	joined := prune.Join(a, b)
	if joined.Size() != 100 || joined.Count() != 70 || joined.CountOf(parameters[1].Name) != 0 || !prune.Join(a, b.Not()).Equal(prune.OnesOf(parameters)) {
		t.Errorf("%d of %d live", joined.Count(), joined.Size())
	}
}
