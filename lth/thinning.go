package lth

import (
	"context"
	"fmt"

	"espalier/internal/registry"
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

// thinnings are the registered thinnings.
var thinnings = registry.New[Thinning]("thinning")

func registerThinning(t Thinning) { thinnings.Register(t.Name, t) }

// RegisterThinning makes a thinning known by its name. It belongs in an init function,
// and fails if the name is empty or taken.
func RegisterThinning(t Thinning) error {
	if t.Choose == nil {
		return fmt.Errorf("register thinning %q: it needs a function", t.Name)
	}
	return thinnings.Add(t.Name, t)
}

// LookupThinning returns the thinning of a name, or an error that suggests or lists
// names.
func LookupThinning(name string) (Thinning, error) { return thinnings.Lookup(name) }

// ThinningNames lists the registered thinnings in alphabetical order.
func ThinningNames() []string { return thinnings.Names() }

// Study is the study that trains the large network for the thinning.
func (t Thinning) Study(s Study) Study {
	if t.Penalise != nil {
		s.Options.Training.Optimizer = t.Penalise(s.Options.Training.Optimizer)
	}
	return s
}
