package cgp_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/quick"

	"espalier/cgp"
	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

// training is a network with two matrices, edges and features, and what its training
// has come to at a step.
func training(s uint64, step int) cgp.Moment {
	parameters := []nn.Parameter{
		{Name: "edges", Shape: []int{300}}, {Name: "features", Shape: []int{50}},
		{Name: "first", Shape: []int{50, 8}}, {Name: "second", Shape: []int{8, 5}},
	}
	random := seed.Seed(s).Stream("training")
	m := cgp.Moment{
		Step: step, Mask: prune.OnesOf(parameters),
		Scores: prune.Values{}, Gradients: nn.Weights{}, Means: nn.Weights{}, Squares: nn.Weights{},
		Random: func(parameter string) *rand.Rand { return seed.Seed(s).Stream(parameter, step) },
	}
	draw := func(size int) []float32 {
		values := make([]float32, size)
		for i := range values {
			values[i] = float32(random.NormFloat64())
		}
		return values
	}
	for _, p := range parameters {
		m.Scores[p.Name] = prune.Absolute(draw(p.Size()))
		m.Gradients[p.Name], m.Means[p.Name], m.Squares[p.Name] = draw(p.Size()), draw(p.Size()), prune.Absolute(draw(p.Size()))
	}
	return m
}

func groups() []cgp.Group {
	return []cgp.Group{
		{Name: "edges", Parameters: []string{"edges"}, Initial: 1, Final: .5},
		{Name: "features", Parameters: []string{"features"}, Initial: 1, Final: .3},
		{Name: "weights", Parameters: []string{"first", "second"}, Initial: 1, Final: .1},
	}
}

// on lists what lives of a parameter.
func on(m *prune.Mask, name string) []int { return slices.Collect(m.Live(name)) }

// literal is what the reference does to one tensor or several at a step, in the words
// of its code: the whole of every array is sorted, pruned values being zero.
type literal struct {
	schedule cgp.Schedule
	regrowth cgp.Regrowth
}

func (l literal) prune(arrays [][]float32, initial, final float64, step int) [][]bool {
	var all []float32
	for _, a := range arrays {
		all = append(all, a...)
	}
	slices.Sort(all)
	slices.Reverse(all)
	decay := 1 - l.schedule.Fraction(step)
	sparsity := (1 - initial) + (initial-final)*(1-decay)
	threshold := all[int(float64(len(all))*(1-sparsity))-1]
	masks := make([][]bool, len(arrays))
	for i, a := range arrays {
		for _, x := range a {
			masks[i] = append(masks[i], x > threshold)
		}
	}
	return masks
}

func (l literal) regenerate(values []float32, mask []bool, scores []float32, step int) []bool {
	live := 0
	for i, on := range mask {
		if on {
			live++
		} else {
			values[i] = 0
		}
	}
	drop := int(math.Ceil(l.regrowth.RateAt(step) * float64(live)))
	sorted := slices.Sorted(slices.Values(values))
	threshold := sorted[len(values)-live+drop-1]
	survivors := 0
	for i, x := range values {
		if mask[i] = x > threshold; mask[i] {
			survivors++
		}
	}
	var free []int
	for i, on := range mask {
		if !on {
			free = append(free, i)
		}
	}
	slices.SortStableFunc(free, func(i, j int) int {
		switch {
		case scores[i] > scores[j]:
			return -1
		case scores[i] < scores[j]:
			return 1
		}
		return 0
	})
	for _, i := range free[:live-survivors] {
		mask[i] = true
	}
	return mask
}

func TestGradualReferenceAgainstLiteral(t *testing.T) {
	property := func(s uint64) bool {
		schedule := cgp.Schedule{Variant: prune.Reference}
		g := cgp.Gradual{Schedule: schedule, Groups: groups(), Regrowth: cgp.Regrowth{Rate: .3, Growth: cgp.Gradient}}
		twin := literal{schedule, g.Regrowth}
		mask := training(s, 0).Mask
		masks := map[string][]bool{}
		for step := range schedule.Steps() {
			m := training(s+uint64(step), step)
			m.Mask = mask
			// What is pruned has score zero, in both.
			for name, values := range m.Scores {
				for i := range values {
					if !mask.Lives(name, i) {
						values[i] = 0
					}
				}
			}
			change, err := g.Update(m)
			if err != nil {
				t.Log(err)
				return false
			}
			for _, group := range groups() {
				var arrays [][]float32
				for _, name := range group.Parameters {
					arrays = append(arrays, slices.Clone(m.Scores[name]))
				}
				pruned := twin.prune(arrays, group.Initial, group.Final, step)
				for i, name := range group.Parameters {
					masks[name] = twin.regenerate(arrays[i], pruned[i], prune.Absolute(m.Gradients[name]), step)
					for j, on := range masks[name] {
						if change.Mask.Lives(name, j) != on {
							t.Logf("step %d: %s[%d]: %t, want %t", step, name, j, !on, on)
							return false
						}
					}
				}
			}
			mask = change.Mask
		}
		return true
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 10}); err != nil {
		t.Error(err)
	}
}

// The paper's variant has exactly the density that was asked for, however much is
// exchanged, and at the end the final one.
func TestGradualKeepsDensities(t *testing.T) {
	for _, growth := range []cgp.Growth{cgp.Momentum, cgp.Gradient, cgp.RandomGrowth, cgp.NoGrowth} {
		for _, uniform := range []bool{false, true} {
			g := cgp.Gradual{Groups: groups(), Regrowth: cgp.Regrowth{Growth: growth}}
			g.Groups[2].Uniform = uniform
			mask := training(1, 0).Mask
			for step := range g.Schedule.Steps() {
				m := training(uint64(step), step)
				m.Mask = mask
				change, err := g.Update(m)
				if err != nil {
					t.Fatal(err)
				}
				if change.Mask.Count() != change.Pruned.Count() || !change.Pruned.Subset(mask) {
					t.Errorf("%s: step %d: exchange changes the count, or pruning adds", growth, step)
				}
				mask = change.Mask
			}
			want := map[string]int{"edges": 150, "features": 15}
			if uniform {
				want["first"], want["second"] = 40, 4
			}
			for name, count := range want {
				if got := mask.CountOf(name); got != count {
					t.Errorf("%s, uniform %t: %d of %s live, want %d", growth, uniform, got, name, count)
				}
			}
			if got := mask.CountOf("first") + mask.CountOf("second"); got != 44 {
				t.Errorf("%s, uniform %t: %d weights live, want 44", growth, uniform, got)
			}
		}
	}
}

// The reference keeps one less than the floor where there are no ties.
func TestGradualReferenceKeepsOneLess(t *testing.T) {
	m := training(3, 90)
	g := cgp.Gradual{
		Schedule: cgp.Schedule{Variant: prune.Reference}, Groups: groups()[:1],
		Regrowth: cgp.Regrowth{Growth: cgp.NoGrowth},
	}
	change, err := g.Update(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := change.Mask.CountOf("edges"); got != 149 { // ⌊300·.5005⌋ − 1
		t.Errorf("%d edges live, want 149", got)
	}
}

// What is dropped and comes back keeps its value; what was pruned and comes back, or
// comes back from before, begins at zero.
func TestChangeApplies(t *testing.T) {
	parameters := []nn.Parameter{{Name: "a", Shape: []int{4}}}
	pruned := prune.OnesOf(parameters).Edit()
	pruned.Set("a", 0, false)
	change := cgp.Change{Pruned: pruned.Mask(), Mask: prune.OnesOf(parameters)}
	got, err := change.Apply(nn.Weights{"a": {1, 2, 3, 4}})
	if err != nil || !slices.Equal(got["a"], []float32{0, 2, 3, 4}) {
		t.Errorf("%v, %v", got, err)
	}
}

func TestGrowthPicksTheLargest(t *testing.T) {
	parameters := []nn.Parameter{{Name: "a", Shape: []int{6}}}
	start := prune.OnesOf(parameters).Edit()
	for _, i := range []int{2, 3, 4, 5} {
		start.Set("a", i, false)
	}
	m := cgp.Moment{
		Step: 10, Mask: start.Mask(), Scores: prune.Values{"a": {.1, .2, 0, 0, 0, 0}},
		Gradients: nn.Weights{"a": {0, 0, 1, -7, 3, 2}},
		Means:     nn.Weights{"a": {0, 0, 1, -1, 4, 1}}, Squares: nn.Weights{"a": {1, 1, 1, 4, 1, .01}},
	}
	for growth, want := range map[cgp.Growth][]int{cgp.Gradient: {1, 3}, cgp.Momentum: {1, 5}} {
		g := cgp.Gradual{
			Groups:   []cgp.Group{{Name: "a", Parameters: []string{"a"}, Initial: 1. / 3, Final: 1. / 3}},
			Regrowth: cgp.Regrowth{Growth: growth, Rate: .3},
		}
		change, err := g.Update(m)
		if err != nil {
			t.Fatal(err)
		}
		if got := on(change.Mask, "a"); !slices.Equal(got, want) {
			t.Errorf("%s leaves %v, want %v", growth, got, want)
		}
	}
}

func TestGradualNamesWhatIsMissing(t *testing.T) {
	for _, growth := range []cgp.Growth{cgp.Momentum, cgp.Gradient} {
		m := training(1, 10)
		m.Gradients, m.Means = nil, nil
		if _, err := (cgp.Gradual{Groups: groups(), Regrowth: cgp.Regrowth{Growth: growth}}).Update(m); err == nil {
			t.Errorf("growth by %s passes without what it needs", growth)
		}
	}
	for _, group := range []cgp.Group{{Initial: 1, Final: 0}, {Initial: .5, Final: .6}, {Initial: 2, Final: 1}} {
		if (cgp.Gradual{Groups: []cgp.Group{group}}).Check() == nil {
			t.Errorf("%+v passes", group)
		}
	}
}

func ExampleGradual_Update() {
	m := training(1, 50)
	change, err := cgp.Gradual{Groups: groups()}.Update(m)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(change.Mask.CountOf("edges"), "of", change.Mask.SizeOf("edges"), "edges live")
	// Output:
	// 168 of 300 edges live
}
