package lth

import (
	"context"
	"fmt"

	"espalier/internal/registry"
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

// controls are the registered controls.
var controls = registry.New[Control]("control")

func registerControls(list ...Control) {
	for _, control := range list {
		controls.Register(control.Name, control)
	}
}

// RegisterControl makes a control known by its name. It belongs in an init function,
// and fails if the name is empty or taken.
func RegisterControl(control Control) error {
	if control.Start == nil {
		return fmt.Errorf("register control %q: it needs a function", control.Name)
	}
	if control.Name == Tickets {
		return fmt.Errorf("register control: the name %q is that of the tickets themselves", Tickets)
	}
	return controls.Add(control.Name, control)
}

// LookupControl returns the control of a name, or an error that suggests or lists
// names.
func LookupControl(name string) (Control, error) { return controls.Lookup(name) }

// ControlNames lists the registered controls in alphabetical order.
func ControlNames() []string { return controls.Names() }
