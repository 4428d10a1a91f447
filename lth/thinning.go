package lth

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"espalier/nn"
	"espalier/prune"
	"espalier/train"
)

// Thinning is a way to choose which channels of a trained network make up a smaller
// one.
type Thinning struct {
	// Name is what tables and folders call it.
	Name string
	// Penalise changes the optimizer with which the large network is trained; nil
	// leaves it as it is.
	Penalise func(train.Optimizer) train.Optimizer
	// Choose says which channels stay. The meaning of an amount depends on the method: a
	// fraction, or fractions by stage. It may draw from the study's seed under its own
	// name.
	Choose func(ctx context.Context, s Study, trained nn.Weights, amount string) (prune.Channels, error)
}

// thinnings are the registered ways. Entries are only added, and only while the
// program starts.
var thinnings = make(map[string]Thinning)

func init() {
	for _, t := range []Thinning{L1Filters, Slimming, Uniform, ThiNet, RandomThinning} {
		thinnings[t.Name] = t
	}
}

// RegisterThinning makes a thinning known by its name. It belongs into an init
// function, and fails where the name is empty or taken.
func RegisterThinning(t Thinning) error {
	if t.Name == "" || t.Choose == nil {
		return errors.New("register thinning: it needs a name and a function")
	}
	if _, taken := thinnings[t.Name]; taken {
		return fmt.Errorf("register thinning: the name %q is taken", t.Name)
	}
	thinnings[t.Name] = t
	return nil
}

// LookupThinning returns the thinning of a name, or an error that lists the names
// there are.
func LookupThinning(name string) (Thinning, error) {
	t, ok := thinnings[name]
	if !ok {
		return Thinning{}, fmt.Errorf("no thinning is called %q: there are %s", name, strings.Join(ThinningNames(), ", "))
	}
	return t, nil
}

// ThinningNames lists the registered thinnings in alphabetical order.
func ThinningNames() []string { return slices.Sorted(maps.Keys(thinnings)) }

// Study is the study that trains the large network for the thinning.
func (t Thinning) Study(s Study) Study {
	if t.Penalise != nil {
		s.Options.Training.Optimizer = t.Penalise(s.Options.Training.Optimizer)
	}
	return s
}
