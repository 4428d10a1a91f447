package prunetest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"espalier/nn"
	"espalier/prune"
)

// Method is what is tested, a way to choose what to prune. prune.Prune with its
// score filled in is one.
type Method func(ctx context.Context, in prune.Input, sel prune.Selection) (*prune.Mask, error)

// Property is something that must hold for every method in every case. Check
// returns an error that says how it does not.
type Property struct {
	Name  string
	Check func(ctx context.Context, method Method, c Case) error
}

// Properties are those of every pruning method.
func Properties() []Property {
	return []Property{
		{"exact count", exactCount},
		{"monotone", monotone},
		{"spared layers untouched", sparedUntouched},
		{"deterministic", deterministic},
		{"idempotent at zero", idempotentAtZero},
		{"pure", pure},
		{"stops when cancelled", stopsWhenCancelled},
	}
}

// Run tests a method for all Properties, and for those given besides.
func Run(t *testing.T, method Method, besides ...Property) {
	t.Helper()
	cases, err := Cases()
	if err != nil {
		t.Fatal(err)
	}
	for _, property := range append(Properties(), besides...) {
		t.Run(property.Name, func(t *testing.T) {
			for _, c := range cases {
				if err := property.Check(t.Context(), method, c); err != nil {
					t.Errorf("%s: %v", c.Name, err)
				}
			}
		})
	}
}

// exactCount holds where every pool has lost as many weights as its count says,
// or all it had.
func exactCount(ctx context.Context, method Method, c Case) error {
	after, err := method(ctx, c.Input, c.Selection)
	if err != nil {
		return err
	}
	before := c.mask()
	for _, pool := range c.pools() {
		live := count(before, pool.Parameters)
		want := live
		if c.Selection.Fraction > 0 {
			want -= min(live, c.Selection.Count(pool.Fraction, live, count(before, pool.Beside)))
		}
		if got := count(after, pool.Parameters); got != want {
			return fmt.Errorf("%d of %d weights live after pruning the pool that begins with %s, want %d",
				got, live, pool.Parameters[0].Name, want)
		}
	}
	return nil
}

// monotone holds where nothing pruned has come back.
func monotone(ctx context.Context, method Method, c Case) error {
	after, err := method(ctx, c.Input, c.Selection)
	if err != nil {
		return err
	}
	if !after.Subset(c.mask()) {
		return errors.New("the mask is no subset of the one before")
	}
	return nil
}

// sparedUntouched holds where the masks of spared parameters are as they were.
func sparedUntouched(ctx context.Context, method Method, c Case) error {
	after, err := method(ctx, c.Input, c.Selection)
	if err != nil {
		return err
	}
	before := c.mask()
	for _, p := range c.Input.Network.Prunable() {
		if c.Selection.Spare(p) && !slices.Equal(after.Float32(p.Name), before.Float32(p.Name)) {
			return fmt.Errorf("the spared parameter %s has changed", p.Name)
		}
	}
	return nil
}

// deterministic holds where equal inputs, though not the same in memory, give
// equal masks.
func deterministic(ctx context.Context, method Method, c Case) error {
	first, err := method(ctx, c.Input, c.Selection)
	if err != nil {
		return err
	}
	in := c.Input
	in.Weights, in.Initial = in.Weights.Clone(), in.Initial.Clone()
	for range 2 {
		again, err := method(ctx, in, c.Selection)
		if err != nil {
			return err
		}
		if !again.Equal(first) {
			return errors.New("a second call gave another mask")
		}
	}
	return nil
}

// idempotentAtZero holds where pruning a fraction of 0 changes nothing.
func idempotentAtZero(ctx context.Context, method Method, c Case) error {
	c.Selection.Fraction = 0
	after, err := method(ctx, c.Input, c.Selection)
	if err != nil {
		return err
	}
	if !after.Equal(c.mask()) {
		return fmt.Errorf("a fraction of 0 took the mask from %d to %d live weights", c.mask().Count(), after.Count())
	}
	return nil
}

// pure holds where the input is afterwards what it was.
func pure(ctx context.Context, method Method, c Case) error {
	weights, initial, mask := c.Input.Weights.Digest(), c.Input.Initial.Digest(), c.mask().Digest()
	if _, err := method(ctx, c.Input, c.Selection); err != nil {
		return err
	}
	switch {
	case c.Input.Weights.Digest() != weights:
		return errors.New("the weights have changed")
	case c.Input.Initial.Digest() != initial:
		return errors.New("the initial weights have changed")
	case c.mask().Digest() != mask:
		return errors.New("the mask given has changed")
	}
	return nil
}

// stopsWhenCancelled holds where a context that is done is an error, unless there
// is nothing to do.
func stopsWhenCancelled(ctx context.Context, method Method, c Case) error {
	if len(c.pools()) == 0 {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := method(ctx, c.Input, c.Selection); !errors.Is(err, context.Canceled) {
		return fmt.Errorf("the context is cancelled, but the error is %v", err)
	}
	return nil
}

// LowestFirst is the property of methods that prune by one score: within a pool,
// no live weight that goes is rated above one that stays, and of equal ones those
// that come first go.
func LowestFirst(score prune.Score) Property {
	return Property{"lowest first", func(ctx context.Context, method Method, c Case) error {
		after, err := method(ctx, c.Input, c.Selection)
		if err != nil {
			return err
		}
		values, err := score(ctx, c.Input)
		if err != nil {
			return err
		}
		for _, pool := range c.pools() {
			if err := lowestFirst(pool, values, c.mask(), after); err != nil {
				return err
			}
		}
		return nil
	}}
}

func lowestFirst(pool prune.Pool, values prune.Values, before, after *prune.Mask) error {
	highestGone, lowestKept := float32(math.Inf(-1)), float32(math.Inf(1))
	for _, p := range pool.Parameters {
		for i := range before.Live(p.Name) {
			value := values[p.Name][i]
			switch {
			case after.Lives(p.Name, i):
				lowestKept = min(lowestKept, value)
			case value >= lowestKept:
				return fmt.Errorf("weight %d of %s, rated %v, went, but one before it, rated %v, stayed", i, p.Name, value, lowestKept)
			default:
				highestGone = max(highestGone, value)
			}
		}
	}
	if highestGone > lowestKept {
		return fmt.Errorf("a weight rated %v went, but one rated %v stayed", highestGone, lowestKept)
	}
	return nil
}

func count(m *prune.Mask, parameters []nn.Parameter) int {
	total := 0
	for _, p := range parameters {
		total += m.CountOf(p.Name)
	}
	return total
}
