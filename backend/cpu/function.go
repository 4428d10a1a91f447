package cpu

import (
	"reflect"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/notimplemented"
	"github.com/gomlx/compute/shapes"
	"github.com/pkg/errors"
)

// Function records operations. A closure may use values of the functions around it.
type Function struct {
	// Function answers for the operations that exist nowhere yet.
	notimplemented.Function

	builder  *Builder
	parent   *Function
	name     string
	returned bool

	nodes      []*node
	parameters []*value
	outputs    []*value
	// captured are values of the parent; captures stand for them in here.
	captured []*value
	captures []*value

	compiled *program
}

var _ compute.Function = (*Function)(nil)

func newFunction(b *Builder, parent *Function, name string) *Function {
	f := &Function{builder: b, parent: parent, name: name}
	f.ErrFn = func(op compute.OpType) error {
		return errors.Wrapf(compute.ErrNotImplemented, "cpu: %s", op)
	}
	return f
}

// Name of the function; a closure has none.
func (f *Function) Name() string { return f.name }

// Builder that the function belongs to.
func (f *Function) Builder() compute.Builder { return f.builder }

// Parent is the function around a closure.
func (f *Function) Parent() compute.Function {
	if f.parent == nil {
		return nil
	}
	return f.parent
}

// Closure starts a function inside this one.
func (f *Function) Closure() (compute.Function, error) {
	if err := f.open("Closure"); err != nil {
		return nil, err
	}
	return newFunction(f.builder, f, ""), nil
}

// Shape of a value.
func (f *Function) Shape(v compute.Value) (shapes.Shape, error) {
	return f.builder.OpShape(v)
}

// open says whether the function still takes operations.
func (f *Function) open(what string) error {
	if f.builder.compiled {
		return errors.Errorf("cpu: %s: program %q is compiled and takes no more operations", what, f.builder.name)
	}
	if f.returned {
		return errors.Errorf("cpu: %s: function %q has returned and takes no more operations", what, f.name)
	}
	return nil
}

// resolve checks operands and captures those of the functions around this one.
func (f *Function) resolve(op compute.OpType, operands []compute.Value) ([]*value, error) {
	if err := f.open(op.String()); err != nil {
		return nil, err
	}
	out := make([]*value, len(operands))
	for i, operand := range operands {
		v, ok := operand.(*value)
		if !ok || v == nil {
			return nil, errors.Errorf("cpu: %s: operand %d is a %T, not a value of this backend", op, i, operand)
		}
		if v.node.function.builder != f.builder {
			return nil, errors.Errorf("cpu: %s: operand %d belongs to program %q, not to %q",
				op, i, v.node.function.builder.name, f.builder.name)
		}
		local, err := f.localize(v)
		if err != nil {
			return nil, errors.WithMessagef(err, "cpu: %s: operand %d", op, i)
		}
		out[i] = local
	}
	return out, nil
}

// localize returns what stands for a value inside this function.
func (f *Function) localize(v *value) (*value, error) {
	if v.node.function == f {
		return v, nil
	}
	if f.parent == nil {
		return nil, errors.Errorf("is a value of function %q, which does not enclose %q", v.node.function.name, f.name)
	}
	outer, err := f.parent.localize(v)
	if err != nil {
		return nil, err
	}
	if i := slices.Index(f.captured, outer); i >= 0 {
		return f.captures[i], nil
	}
	if f.returned {
		return nil, errors.New("is captured through a function that has returned")
	}
	inner := f.leaf(compute.OpTypeCapturedValue, outer.shape, nil)
	f.captured = append(f.captured, outer)
	f.captures = append(f.captures, inner)
	return inner, nil
}

// leaf adds a node without operands.
func (f *Function) leaf(op compute.OpType, shape shapes.Shape, attributes any) *value {
	n := &node{function: f, op: op, attributes: attributes}
	n.setResults([]shapes.Shape{shape})
	f.nodes = append(f.nodes, n)
	return n.result()
}

// Parameter adds an input.
func (f *Function) Parameter(name string, shape shapes.Shape, sharding *compute.ShardingSpec) (compute.Value, error) {
	if err := f.open("Parameter"); err != nil {
		return nil, err
	}
	if sharding != nil {
		return nil, errors.Wrapf(compute.ErrNotImplemented, "cpu: parameter %q with a sharding: there is only one device", name)
	}
	if err := f.checkShape("parameter "+name, shape); err != nil {
		return nil, err
	}
	p := f.leaf(compute.OpTypeParameter, shape, name)
	f.parameters = append(f.parameters, p)
	return p, nil
}

func (f *Function) checkShape(what string, shape shapes.Shape) error {
	if !shape.Ok() || shape.IsTuple() {
		return errors.Errorf("cpu: %s: %s is not a shape of a tensor", what, shape)
	}
	if shape.IsDynamic() {
		return errors.Wrapf(compute.ErrNotImplemented, "cpu: %s: %s has a dynamic axis; shapes are static here", what, shape)
	}
	if !f.builder.backend.stock.Capabilities().DTypes[shape.DType] {
		return errors.Wrapf(compute.ErrNotImplemented, "cpu: %s: there is no data type %s here", what, shape.DType)
	}
	return errors.WithMessagef(checkSize(shape), "cpu: %s", what)
}

// constant is the data of a constant.
type constant struct {
	memory *memory
	shape  shapes.Shape
}

// Constant adds a value known now. The slice is copied.
func (f *Function) Constant(flat any, dims ...int) (compute.Value, error) {
	if err := f.open("Constant"); err != nil {
		return nil, err
	}
	slice := reflect.ValueOf(flat)
	if slice.Kind() != reflect.Slice {
		return nil, errors.Errorf("cpu: a constant is given as a slice, not as a %T", flat)
	}
	if slices.ContainsFunc(dims, func(d int) bool { return d < 0 }) {
		return nil, errors.Errorf("cpu: a constant cannot have the dimensions %v", dims)
	}
	shape := shapes.Make(dtypes.FromGoType(slice.Type().Elem()), dims...)
	if err := f.checkShape("constant", shape); err != nil {
		return nil, err
	}
	if err := checkFlat(flat, shape); err != nil {
		return nil, errors.WithMessage(err, "cpu: constant")
	}
	return f.constant(shape, dtypes.UnsafeByteSliceFromAny(flat)), nil
}

// constant adds a value of the given bytes.
func (f *Function) constant(shape shapes.Shape, content []byte) *value {
	c := &constant{memory: newMemory(len(content)), shape: shape}
	copy(c.memory.bytes, content)
	return f.leaf(compute.OpTypeConstant, shape, c)
}

// scalar adds a constant without axes, converted to the data type.
func (f *Function) scalar(x float64, dtype dtypes.DType) *value {
	flat := dtypes.MakeAnySlice(dtype, 1)
	reflect.ValueOf(flat).Index(0).Set(reflect.ValueOf(shapes.CastAsDType(x, dtype)))
	return f.constant(shapes.Make(dtype), dtypes.UnsafeByteSliceFromAny(flat))
}

// Return ends the function and says what it returns.
func (f *Function) Return(outputs []compute.Value, shardings []*compute.ShardingSpec) error {
	if err := f.open("Return"); err != nil {
		return err
	}
	if len(outputs) == 0 {
		return errors.Errorf("cpu: function %q returns nothing", f.name)
	}
	if len(shardings) != 0 {
		return errors.Wrap(compute.ErrNotImplemented, "cpu: Return with shardings: there is only one device")
	}
	values, err := f.resolve(compute.OpTypeIdentity, outputs)
	if err != nil {
		return err
	}
	f.outputs, f.returned = values, true
	return nil
}
