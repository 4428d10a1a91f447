package lth

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Control is a network to compare a ticket of the same level with.
type Control struct {
	// Name is what tables and folders call it.
	Name string
	// Start says what is trained instead of the ticket. It may draw from the
	// study's seed under its own name.
	Start func(ctx context.Context, s Study, ticket Level) (Start, error)
	// Reshapes is set if its masks keep other numbers of weights than the ticket's: it
	// must then be compared at equal accuracy or equal time, not level by level.
	Reshapes bool
}

// controls are the registered controls. Entries are only added, and only while the
// program starts.
var controls = index(
	Dense, OneShot, RandomMask, RandomReinitialization, ShuffledMask,
	SNIP, GraSP, SynFlow, ADMM, ReferenceGraSP, ReferenceSynFlow, ReferenceADMM,
	Refill, RefillPlus, Regroup, ReferenceRefill, ReferenceRefillPlus, ReferenceRegroup,
	Reinitialized(Refill), Reinitialized(RefillPlus), Reinitialized(Regroup),
	Reinitialized(ReferenceRefill), Reinitialized(ReferenceRefillPlus), Reinitialized(ReferenceRegroup),
	HardFilters, RandomFilters, SoftReinitialized,
)

func index(list ...Control) map[string]Control {
	byName := make(map[string]Control, len(list))
	for _, control := range list {
		byName[control.Name] = control
	}
	return byName
}

// RegisterControl makes a control known by its name. It belongs into an init
// function, and fails where the name is empty or taken.
func RegisterControl(control Control) error {
	if control.Name == "" || control.Start == nil {
		return errors.New("register control: it needs a name and a function")
	}
	if _, taken := controls[control.Name]; taken || control.Name == Tickets {
		return fmt.Errorf("register control: the name %q is taken", control.Name)
	}
	controls[control.Name] = control
	return nil
}

// LookupControl returns the control of a name, or an error that lists the names
// there are.
func LookupControl(name string) (Control, error) {
	control, ok := controls[name]
	if !ok {
		return Control{}, fmt.Errorf("no control is called %q: there are %s", name, strings.Join(ControlNames(), ", "))
	}
	return control, nil
}

// ControlNames lists the registered controls in alphabetical order.
func ControlNames() []string { return slices.Sorted(maps.Keys(controls)) }
