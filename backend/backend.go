package backend

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"

	"github.com/gomlx/compute"

	"espalier/internal/registry"
)

// Variable is the environment variable that names the backend if no flag does.
const Variable = "ESPALIER_BACKEND"

// Default is the name of the backend that runs if none is named.
const Default = "cpu"

// Choice is a running GoMLX backend and the name by which it was chosen.
type Choice struct {
	Backend compute.Backend
	// Name is what was asked for: "cpu", "go", "xla", "xla:cuda".
	Name string
	// Version is that of the module which implements it.
	Version string
}

// String describes the choice in one line.
func (c *Choice) String() string {
	return fmt.Sprintf("%s (%s, %s)", c.Name, c.Version, c.Backend.Description())
}

// MissingError says that a backend cannot run here and how to get it.
type MissingError struct {
	Name string
	Why  string
	How  string
}

// Error is one line.
func (e *MissingError) Error() string {
	return fmt.Sprintf("backend %s: %s; %s", e.Name, e.Why, e.How)
}

// Missing marks the error as one about something that is not installed.
func (e *MissingError) Missing() {}

// UnknownError says that there is no backend of this name.
type UnknownError struct{ Name string }

// Error is one line.
func (e *UnknownError) Error() string {
	return registry.Unknown("backend", e.Name, Names()).Error()
}

// driver is one backend that this package can start.
type driver struct {
	// module is the Go module that implements it.
	module string
	// open starts it; option is what follows the colon in "xla:cuda".
	open func(option string) (compute.Backend, error)
}

// drivers are the registered backends.
var drivers = registry.New[driver]("backend")

// Names lists the backends that can be named, whether or not they can run here.
func Names() []string { return drivers.Names() }

// New starts the backend of a name; an empty name is replaced by ESPALIER_BACKEND,
// and if that is not set by Default. An error says what there is (*UnknownError)
// or what is missing (*MissingError).
func New(name string) (*Choice, error) {
	name = resolve(name)
	base, option, _ := strings.Cut(name, ":")
	chosen, ok := drivers.Get(base)
	if !ok {
		return nil, &UnknownError{Name: name}
	}
	opened, err := chosen.open(option)
	if err != nil {
		return nil, err
	}
	return &Choice{Backend: opened, Name: name, Version: moduleVersion(chosen.module)}, nil
}

func resolve(name string) string {
	if name == "" {
		name = os.Getenv(Variable)
	}
	if name == "" {
		name = Default
	}
	return name
}

// moduleVersion is the version of a module in this program, as "path@version"; the
// path alone in a test, whose program does not record versions.
func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return path
	}
	for _, module := range info.Deps {
		if module.Path == path {
			return path + "@" + module.Version
		}
	}
	return path
}
