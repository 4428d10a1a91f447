package cgp

import (
	"fmt"
	"math"
	"math/rand/v2"

	"espalier/nn"
	"espalier/prune"
)

// Group is a set of parameters that are pruned together, from one density to
// another: the edges, the features, or the weights of a network.
type Group struct {
	Name       string
	Parameters []string
	// Initial and Final are its densities. Where they are the same, nothing is pruned,
	// and what lives only changes places.
	Initial, Final float64
	// Uniform ranks each parameter by itself; otherwise all compete.
	Uniform bool
}

// Gradual prunes while a network trains, and after each pruning exchanges live
// weights for pruned ones. Others are special cases of it: gradual magnitude pruning
// has NoGrowth; dynamic sparse training, SET and RigL have groups whose initial and
// final densities are the same.
type Gradual struct {
	Schedule Schedule
	Groups   []Group
	Regrowth Regrowth
}

// Moment is the state of a training when its masks change.
type Moment struct {
	Step int
	Mask *prune.Mask
	// Scores rate the weights, usually by magnitude: the smallest are pruned.
	Scores prune.Values
	// Gradients are those of the loss by all weights, including pruned ones; Means and
	// Squares are Adam's running means. Only those that the growth needs are set.
	Gradients, Means, Squares nn.Weights
	// Random returns the stream of a parameter at this step.
	Random func(parameter string) *rand.Rand
}

// Change is what a step does to a mask.
type Change struct {
	// Pruned is the mask after the pruning, Mask the one after the exchange as well.
	// Weights that are in Mask but not in Pruned start again at zero, even if they were
	// alive before.
	Pruned, Mask *prune.Mask
}

// Apply sets to zero all values that are not in both masks.
func (c Change) Apply(weights nn.Weights) (nn.Weights, error) {
	weights, err := c.Pruned.Apply(weights)
	if err != nil {
		return nil, err
	}
	return c.Mask.Apply(weights)
}

// Check reports invalid options.
func (g Gradual) Check() error {
	if err := g.Schedule.Check(); err != nil {
		return err
	}
	for _, group := range g.Groups {
		if !(group.Final > 0 && group.Final <= group.Initial && group.Initial <= 1) {
			return fmt.Errorf("%s from density %v to %v: it needs 0 < final ≤ initial ≤ 1", group.Name, group.Initial, group.Final)
		}
	}
	return g.Regrowth.Check()
}

// Update is the change of the masks after a step at which it is due.
func (g Gradual) Update(m Moment) (Change, error) {
	pruned := m.Mask
	for _, group := range g.Groups {
		if group.Initial == group.Final {
			continue
		}
		for _, pool := range group.pools() {
			var err error
			if pruned, err = g.prune(pruned, m, group, pool); err != nil {
				return Change{}, fmt.Errorf("step %d: %s: %w", m.Step, group.Name, err)
			}
		}
	}
	mask := pruned
	if g.Regrowth.withDefaults().Growth == NoGrowth {
		return Change{pruned, mask}, nil
	}
	for _, group := range g.Groups {
		for _, name := range group.Parameters {
			var err error
			if mask, err = g.exchange(mask, m, name); err != nil {
				return Change{}, fmt.Errorf("step %d: %s: %w", m.Step, group.Name, err)
			}
		}
	}
	return Change{pruned, mask}, nil
}

// pools are the parameters that compete.
func (g Group) pools() [][]string {
	if !g.Uniform {
		return [][]string{g.Parameters}
	}
	pools := make([][]string, len(g.Parameters))
	for i := range g.Parameters {
		pools[i] = g.Parameters[i : i+1]
	}
	return pools
}

// prune leaves of a pool what the schedule asks for, rounded down, but at least one.
// The reference looks for the threshold that so many reach and keeps what is
// strictly above it, one less if there are no ties; where all are ranked by tensor,
// it keeps what is at the threshold too.
func (g Gradual) prune(mask *prune.Mask, m Moment, group Group, pool []string) (*prune.Mask, error) {
	size, live := 0, 0
	for _, name := range pool {
		size, live = size+mask.SizeOf(name), live+mask.CountOf(name)
	}
	density := g.Schedule.Density(m.Step, group.Initial, group.Final)
	keep := max(1, prune.RoundDown(size, density))
	if g.Schedule.Variant != prune.Reference {
		return mask.Remove(m.Scores, live-keep, pool...)
	}
	threshold := float32(0)
	if keep <= live {
		var err error
		if threshold, err = mask.Smallest(m.Scores, live-keep+1, pool...); err != nil {
			return nil, err
		}
	}
	if group.Uniform {
		threshold = math.Nextafter32(threshold, float32(math.Inf(-1)))
	}
	return mask.RemoveUpTo(m.Scores, threshold, pool...)
}

// exchange exchanges live weights of a parameter for pruned ones.
func (g Gradual) exchange(mask *prune.Mask, m Moment, name string) (*prune.Mask, error) {
	live := mask.CountOf(name)
	count := min(live, g.Regrowth.Count(m.Step, live))
	if count == 0 {
		return mask, nil
	}
	left, err := g.drop(mask, m, name, count)
	if err != nil {
		return nil, err
	}
	return g.grow(left, m, name, live-left.CountOf(name))
}

// drop removes the weights with the smallest scores; in the reference also those
// that are equal to the largest of them.
func (g Gradual) drop(mask *prune.Mask, m Moment, name string, count int) (*prune.Mask, error) {
	if g.Schedule.Variant != prune.Reference {
		return mask.Remove(m.Scores, count, name)
	}
	threshold, err := mask.Smallest(m.Scores, count, name)
	if err != nil {
		return nil, err
	}
	return mask.RemoveUpTo(m.Scores, threshold, name)
}

// grow adds pruned weights. For random growth, the reference turns on each of them with
// the probability that makes the count right on average.
func (g Gradual) grow(mask *prune.Mask, m Moment, name string, count int) (*prune.Mask, error) {
	growth := g.Regrowth.withDefaults().Growth
	if growth == RandomGrowth && g.Schedule.Variant == prune.Reference {
		return scatter(mask, name, count, m.Random(name)), nil
	}
	scores, err := m.growth(growth, name)
	if err != nil {
		return nil, err
	}
	return mask.Add(prune.Values{name: scores}, count, name)
}

func scatter(mask *prune.Mask, name string, count int, random *rand.Rand) *prune.Mask {
	editor := mask.Edit()
	probability := float64(count) / float64(mask.SizeOf(name)-mask.CountOf(name))
	for i := range mask.Not().Live(name) {
		if random.Float64() < probability {
			editor.Set(name, i, true)
		}
	}
	return editor.Mask()
}

// growth rates what may grow.
func (m Moment) growth(growth Growth, name string) ([]float32, error) {
	size := m.Mask.SizeOf(name)
	scores := make([]float32, size)
	switch growth {
	case RandomGrowth:
		random := m.Random(name)
		for i := range scores {
			scores[i] = random.Float32()
		}
	case Gradient:
		if len(m.Gradients[name]) != size {
			return nil, fmt.Errorf("growth by gradient: %d gradients of %d weights of %s", len(m.Gradients[name]), size, name)
		}
		return prune.Absolute(m.Gradients[name]), nil
	default:
		mean, square := m.Means[name], m.Squares[name]
		if len(mean) != size || len(square) != size {
			return nil, fmt.Errorf("growth by momentum: %d and %d running means of %d weights of %s", len(mean), len(square), size, name)
		}
		for i := range scores {
			scores[i] = float32(math.Abs(float64(mean[i]) / (math.Sqrt(float64(square[i])) + 1e-8)))
		}
	}
	return scores, nil
}
