package cpu

import (
	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// Builder records a program: a main function and those that it uses.
type Builder struct {
	backend  *Backend
	name     string
	main     *Function
	names    map[string]bool
	compiled bool
}

var _ compute.Builder = (*Builder)(nil)

func newBuilder(backend *Backend, name string) *Builder {
	b := &Builder{backend: backend, name: name, names: map[string]bool{compute.MainName: true}}
	b.main = newFunction(b, nil, compute.MainName)
	return b
}

// Name of the program.
func (b *Builder) Name() string { return b.name }

// Main is the function that the program runs.
func (b *Builder) Main() compute.Function { return b.main }

// NewFunction starts a function that can be called by its name.
func (b *Builder) NewFunction(name string) (compute.Function, error) {
	if b.compiled {
		return nil, errors.Errorf("cpu: program %q is compiled and takes no new function", b.name)
	}
	if name == "" || b.names[name] {
		return nil, errors.Errorf("cpu: program %q cannot have a function named %q: names are unique and not empty", b.name, name)
	}
	b.names[name] = true
	return newFunction(b, nil, name), nil
}

// OpShape returns the shape of a value.
func (b *Builder) OpShape(op compute.Value) (shapes.Shape, error) {
	v, ok := op.(*value)
	if !ok || v == nil {
		return shapes.Invalid(), errors.Errorf("cpu: OpShape of a %T, which is no value of this backend", op)
	}
	return v.shape, nil
}

// DistributedSPMD is an error for more than one device.
func (b *Builder) DistributedSPMD(devices int) error {
	if devices == 1 {
		return nil
	}
	return errors.Wrapf(compute.ErrNotImplemented, "cpu: %d devices: there is only one", devices)
}

// DistributedAutoSharding is an error: there is one device.
func (b *Builder) DistributedAutoSharding(...compute.Mesh) error {
	return errors.Wrap(compute.ErrNotImplemented, "cpu: automatic sharding: there is only one device")
}

// DeviceAssignment accepts device 0 alone.
func (b *Builder) DeviceAssignment(devices ...compute.DeviceNum) error {
	if len(devices) == 1 && devices[0] == 0 {
		return nil
	}
	return errors.Wrapf(compute.ErrNotImplemented, "cpu: devices %v: there is only device 0", devices)
}

// Compile ends the recording and returns the program.
func (b *Builder) Compile() (compute.Executable, error) {
	if err := b.backend.check(0); err != nil {
		return nil, err
	}
	if b.compiled {
		return nil, errors.Errorf("cpu: program %q was compiled already", b.name)
	}
	if !b.main.returned {
		return nil, errors.Errorf("cpu: program %q: Return of its main function comes before Compile", b.name)
	}
	b.compiled = true
	compiled, err := b.main.compile()
	if err != nil {
		return nil, errors.WithMessagef(err, "cpu: cannot compile %q", b.name)
	}
	return newExecutable(b, compiled), nil
}
