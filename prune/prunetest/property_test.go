package prunetest_test

import (
	"context"
	"fmt"
	"testing"

	"espalier/prune"
	"espalier/prune/prunetest"
)

// with is Prune with a score, as a method.
func with(score prune.Score) prunetest.Method {
	return func(ctx context.Context, in prune.Input, sel prune.Selection) (*prune.Mask, error) {
		return prune.Prune(ctx, score, in, sel)
	}
}

func TestRegisteredScoresConform(t *testing.T) {
	for _, name := range prune.Names() {
		score, err := prune.Lookup(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { prunetest.Run(t, with(score), prunetest.LowestFirst(score)) })
	}
}

// In several rounds, whatever the curve, as many weights go, and none comes back.
func TestRoundsConform(t *testing.T) {
	for name, curve := range map[string]prune.Curve{
		"exponential": nil, "linear": prune.Linear, "reference": prune.ReferenceSynFlow,
	} {
		t.Run(name, func(t *testing.T) {
			prunetest.Run(t, func(ctx context.Context, in prune.Input, sel prune.Selection) (*prune.Mask, error) {
				sel.Rounds, sel.Curve = 3, curve
				return prune.Prune(ctx, prune.SynFlow, in, sel)
			})
		})
	}
}

// Each method is broken in one way, and the property of that name must find it.
func TestSuiteFindsBrokenMethods(t *testing.T) {
	properties := append(prunetest.Properties(), prunetest.LowestFirst(prune.Magnitude))
	for _, property := range properties {
		if err := firstFailure(t, property, with(prune.Magnitude)); err != nil {
			t.Errorf("%s fails for a method that is not broken: %v", property.Name, err)
		}
		breaks, ok := broken[property.Name]
		if !ok {
			t.Errorf("no broken method for %s", property.Name)
		}
		for how, method := range breaks {
			if firstFailure(t, property, method()) == nil {
				t.Errorf("%s holds for a method that is broken: %s", property.Name, how)
			}
		}
	}
}

// firstFailure runs a property over fresh cases, since a broken method may change
// them.
func firstFailure(t *testing.T, property prunetest.Property, method prunetest.Method) error {
	t.Helper()
	cases, err := prunetest.Cases()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		if err := property.Check(context.Background(), method, c); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return nil
}

// broken are ways to break each property; each call gives a method afresh, since
// some count their calls.
var broken = map[string]map[string]func() prunetest.Method{
	"exact count": {
		"one too few":     counting(func(c int) int { return c - 1 }),
		"one too many":    counting(func(c int) int { return c + 1 }),
		"returns nothing": always(new(prune.Mask)),
	},
	"monotone": {
		"starts from the dense network": changed(func(in *prune.Input, _ *prune.Selection) { in.Mask = nil }),
		"moves a weight": edited(func(in prune.Input, m *prune.Mask) *prune.Mask {
			if in.Mask == nil {
				return m
			}
			return m.Shuffle(in.Random)
		}),
	},
	"spared layers untouched": {
		"spares nothing": changed(func(_ *prune.Input, sel *prune.Selection) { sel.Spare = nil }),
	},
	"deterministic": {
		"remembers how often it was called": func() prunetest.Method {
			calls := 0
			return func(ctx context.Context, in prune.Input, sel prune.Selection) (*prune.Mask, error) {
				calls++
				return with(prune.Elementwise(func(weight, _ float32) float32 {
					return weight * float32(calls%2)
				}))(ctx, in, sel)
			}
		},
	},
	"idempotent at zero": {
		"removes one at least": changed(func(_ *prune.Input, sel *prune.Selection) { sel.Fraction = max(sel.Fraction, 0.01) }),
	},
	"pure": {
		"masks the weights in place": func() prunetest.Method {
			return func(ctx context.Context, in prune.Input, sel prune.Selection) (*prune.Mask, error) {
				m, err := with(prune.Magnitude)(ctx, in, sel)
				if err == nil {
					in.Weights[in.Network.Prunable()[0].Name][0]++
				}
				return m, err
			}
		},
		"reads the mask given into itself": func() prunetest.Method {
			return func(ctx context.Context, in prune.Input, sel prune.Selection) (*prune.Mask, error) {
				m, err := with(prune.Magnitude)(ctx, in, sel)
				if err == nil && in.Mask != nil {
					*in.Mask = *prune.Ones(in.Network)
				}
				return m, err
			}
		},
	},
	"stops when cancelled": {
		"goes on": func() prunetest.Method {
			return func(_ context.Context, in prune.Input, sel prune.Selection) (*prune.Mask, error) {
				return with(prune.Magnitude)(context.Background(), in, sel)
			}
		},
	},
	"lowest first": {
		"highest first": func() prunetest.Method {
			return with(prune.Elementwise(func(weight, _ float32) float32 { return min(weight, -weight) }))
		},
		"another of equal ones": edited(swapEqual),
	},
}

// counting changes the number of weights removed.
func counting(change func(int) int) func() prunetest.Method {
	return changed(func(_ *prune.Input, sel *prune.Selection) {
		count := sel.Count
		sel.Count = func(fraction float64, live, beside int) int { return change(count(fraction, live, beside)) }
	})
}

// changed prunes by magnitude after changing what it was asked.
func changed(change func(in *prune.Input, sel *prune.Selection)) func() prunetest.Method {
	return func() prunetest.Method {
		return func(ctx context.Context, in prune.Input, sel prune.Selection) (*prune.Mask, error) {
			change(&in, &sel)
			return with(prune.Magnitude)(ctx, in, sel)
		}
	}
}

// edited prunes by magnitude and then changes the mask.
func edited(edit func(in prune.Input, m *prune.Mask) *prune.Mask) func() prunetest.Method {
	return func() prunetest.Method {
		return func(ctx context.Context, in prune.Input, sel prune.Selection) (*prune.Mask, error) {
			m, err := with(prune.Magnitude)(ctx, in, sel)
			if err != nil {
				return nil, err
			}
			return edit(in, m), nil
		}
	}
}

func always(m *prune.Mask) func() prunetest.Method {
	return func() prunetest.Method {
		return func(context.Context, prune.Input, prune.Selection) (*prune.Mask, error) { return m, nil }
	}
}

// swapEqual brings back a weight that went, in place of an equal one that stayed.
func swapEqual(in prune.Input, m *prune.Mask) *prune.Mask {
	before := in.Mask
	if before == nil {
		before = prune.Ones(in.Network)
	}
	editor := m.Edit()
	for _, name := range m.Names() {
		for gone := range before.Live(name) {
			for kept := range m.Live(name) {
				if !m.Lives(name, gone) && in.Weights[name][gone] == in.Weights[name][kept] {
					editor.Set(name, gone, true)
					editor.Set(name, kept, false)
					return editor.Mask()
				}
			}
		}
	}
	return m
}
