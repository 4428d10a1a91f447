package prune_test

import (
	"math"
	"slices"
	"testing"
	"testing/quick"

	"espalier/nn"
	"espalier/prune"
	"espalier/seed"
)

// exchanged are two parameters with values among which there are ties.
func exchanged(s uint64) (*prune.Mask, prune.Values) {
	parameters := []nn.Parameter{{Name: "a", Shape: []int{90}}, {Name: "b", Shape: []int{40}}}
	random, values, editor := seed.Seed(s).Stream("values"), prune.Values{}, prune.OnesOf(parameters).Edit()
	for _, p := range parameters {
		values[p.Name] = make([]float32, p.Size())
		for i := range values[p.Name] {
			values[p.Name][i] = float32(random.IntN(9) - 4)
			editor.Set(p.Name, i, random.IntN(3) > 0)
		}
	}
	return editor.Mask(), values
}

// ranked are the positions of live, or pruned, weights of both parameters, by value
// and then by position.
func ranked(m *prune.Mask, values prune.Values, live bool, sign float32) []int {
	var positions []int
	value := func(i int) float32 {
		if i < 90 {
			return sign * values["a"][i]
		}
		return sign * values["b"][i-90]
	}
	for i := range 130 {
		if i < 90 && m.Lives("a", i) == live || i >= 90 && m.Lives("b", i-90) == live {
			positions = append(positions, i)
		}
	}
	slices.SortStableFunc(positions, func(i, j int) int { return int(value(i) - value(j)) })
	return positions
}

func TestExchangeAgainstSorting(t *testing.T) {
	property := func(s uint64, n uint8) bool {
		mask, values := exchanged(s)
		count := int(n) % 140
		removed, err := mask.Remove(values, count, "a", "b")
		if err != nil {
			return false
		}
		added, err := mask.Add(values, count, "a", "b")
		if err != nil {
			return false
		}
		same := func(got *prune.Mask, order []int, live bool) bool {
			editor := mask.Edit()
			for _, i := range order[:min(count, len(order))] {
				if i < 90 {
					editor.Set("a", i, live)
				} else {
					editor.Set("b", i-90, live)
				}
			}
			return got.Equal(editor.Mask())
		}
		return same(removed, ranked(mask, values, true, 1), false) && same(added, ranked(mask, values, false, -1), true)
	}
	if err := quick.Check(property, nil); err != nil {
		t.Error(err)
	}
}

func TestSmallestAgainstSorting(t *testing.T) {
	mask, values := exchanged(5)
	for i, position := range ranked(mask, values, true, 1) {
		want := append(slices.Clone(values["a"]), values["b"]...)[position]
		if got := must[float32](t)(mask.Smallest(values, i+1, "a", "b")); got != want {
			t.Errorf("number %d is %v, want %v", i+1, got, want)
		}
	}
	for _, count := range []int{0, 131} {
		if _, err := mask.Smallest(values, count, "a", "b"); err == nil {
			t.Errorf("number %d passes", count)
		}
	}
}

func TestRemoveUpToIsStrict(t *testing.T) {
	mask := prune.OnesOf([]nn.Parameter{{Name: "a", Shape: []int{4}}})
	got := must[*prune.Mask](t)(mask.RemoveUpTo(prune.Values{"a": {2, 1, 3, 2}}, 2, "a"))
	if live := slices.Collect(got.Live("a")); !slices.Equal(live, []int{2}) {
		t.Errorf("%v live, want only 2", live)
	}
}

func TestExchangeRefuses(t *testing.T) {
	mask := prune.OnesOf([]nn.Parameter{{Name: "a", Shape: []int{2}}})
	nan := float32(math.NaN())
	for _, c := range []struct {
		values prune.Values
		name   string
	}{{nil, "a"}, {prune.Values{"a": {1}}, "a"}, {prune.Values{"a": {1, nan}}, "a"}, {prune.Values{"b": {1, 2}}, "b"}} {
		if _, err := mask.Remove(c.values, 1, c.name); err == nil {
			t.Errorf("removing by %v passes", c)
		}
		if _, err := mask.RemoveUpTo(c.values, 1, c.name); err == nil {
			t.Errorf("removing up to by %v passes", c)
		}
		if _, err := mask.Not().Add(c.values, 1, c.name); err == nil {
			t.Errorf("adding by %v passes", c)
		}
	}
}

func TestAbsolute(t *testing.T) {
	got := prune.Absolute([]float32{-1, 2, float32(math.Copysign(0, -1))})
	if !slices.Equal(got, []float32{1, 2, 0}) || math.Signbit(float64(got[2])) {
		t.Errorf("%v", got)
	}
}
