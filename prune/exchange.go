package prune

import (
	"fmt"

	"espalier/nn"
)

// Remove returns the mask without those count live weights of some parameters that have
// the smallest values, with ties broken by position. The parameters compete; a count
// beyond the number of live weights removes all. Values that are missing, too few or
// not numbers are an error.
func (m *Mask) Remove(values Values, count int, names ...string) (*Mask, error) {
	parameters, err := m.named(names)
	if err != nil {
		return nil, fmt.Errorf("remove: %w", err)
	}
	if err := values.check(parameters, m); err != nil {
		return nil, fmt.Errorf("remove: %w", err)
	}
	return m.removeLowest(parameters, values, min(count, m.countOf(parameters))), nil
}

// Add returns the mask with those count pruned weights of some parameters added that
// have the largest values, with ties broken by position; otherwise it works like
// Remove.
func (m *Mask) Add(values Values, count int, names ...string) (*Mask, error) {
	parameters, err := m.named(names)
	if err != nil {
		return nil, fmt.Errorf("add: %w", err)
	}
	pruned := m.Not()
	if err := values.check(parameters, pruned); err != nil {
		return nil, fmt.Errorf("add: %w", err)
	}
	negative := make(Values, len(names))
	for _, name := range names {
		less := make([]float32, len(values[name]))
		for i, x := range values[name] {
			less[i] = -x
		}
		negative[name] = less
	}
	return pruned.removeLowest(parameters, negative, min(count, pruned.countOf(parameters))).Not(), nil
}

// RemoveUpTo returns the mask without those live weights of some parameters whose value
// is not above a threshold: the strict comparison of code that first determines the
// threshold.
func (m *Mask) RemoveUpTo(values Values, threshold float32, names ...string) (*Mask, error) {
	parameters, err := m.named(names)
	if err != nil {
		return nil, fmt.Errorf("remove: %w", err)
	}
	if err := values.check(parameters, m); err != nil {
		return nil, fmt.Errorf("remove: %w", err)
	}
	editor := m.Edit()
	for _, name := range names {
		for i := range m.Live(name) {
			if !(values[name][i] > threshold) {
				editor.Set(name, i, false)
			}
		}
	}
	return editor.Mask(), nil
}

// Smallest is the count-th smallest value of the live weights of some parameters,
// counted from 1: the threshold with which RemoveUpTo removes that many, plus any
// others equal to it.
func (m *Mask) Smallest(values Values, count int, names ...string) (float32, error) {
	parameters, err := m.named(names)
	if err != nil {
		return 0, fmt.Errorf("smallest value: %w", err)
	}
	if err := values.check(parameters, m); err != nil {
		return 0, fmt.Errorf("smallest value: %w", err)
	}
	if live := m.countOf(parameters); count < 1 || count > live {
		return 0, fmt.Errorf("smallest value: there is no number %d of %d live weights", count, live)
	}
	last, _ := m.lowest(parameters, values, count)
	return number(last), nil
}

// named are the parameters of some names, as far as the mask knows them.
func (m *Mask) named(names []string) ([]nn.Parameter, error) {
	parameters := make([]nn.Parameter, len(names))
	for i, name := range names {
		t, ok := m.tensor(name)
		if !ok {
			return nil, fmt.Errorf("the mask has no parameter %s", name)
		}
		parameters[i] = nn.Parameter{Name: name, Shape: t.shape}
	}
	return parameters, nil
}

// Absolute are the absolute values of some values.
func Absolute(values []float32) []float32 {
	all := make([]float32, len(values))
	for i, x := range values {
		all[i] = absolute(x)
	}
	return all
}
