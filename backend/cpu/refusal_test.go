package cpu

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"espalier/seed"
)

var misuses = flag.Int("misuses", 300, "number of calls with arbitrary arguments that each operation must survive")

// TestArbitraryArguments calls every method of compute.Function that records an
// operation with arbitrary types, shapes and attributes. A call is refused with one
// line that names the operation and the operands' shapes and types, or else the
// program compiles and runs; nothing panics.
func TestArbitraryArguments(t *testing.T) {
	skipWithoutStockProducts(t)
	b := newBackend(t, "workers=2")
	for _, method := range operations() {
		t.Run(method, func(t *testing.T) {
			refused := 0
			for number := range *misuses {
				m := &misuse{b: b, method: method, random: seed.Seed(4).Stream("misuse "+method, number)}
				if err := m.check(); err != nil {
					t.Fatalf("call %d, %s: %v", number, m, err)
				}
				if m.refusal != nil {
					refused++
				}
			}
			if refused == 0 {
				t.Errorf("all of %d calls were accepted", *misuses)
			}
		})
	}
}

// missing are the operations that this backend has for no operands at all.
var missing = []string{"AllReduce", "Complex", "FFT", "FusedScaledDotProductAttention", "FusedScaledDotProductAttentionVJP"}

// operations are the methods of compute.Function that record one.
func operations() []string {
	others := []string{"Builder", "Closure", "Name", "Parent", "Return", "Shape"}
	var names []string
	for method := range reflect.TypeFor[compute.Function]().Methods() {
		if !slices.Contains(others, method.Name) {
			names = append(names, method.Name)
		}
	}
	return names
}

// misuse is one call.
type misuse struct {
	b      *Backend
	method string
	random *rand.Rand

	f         *Function
	inputs    []shapes.Shape
	operands  []shapes.Shape
	foreign   bool
	arguments []string
	refusal   error
}

func (m *misuse) String() string {
	return m.method + "(" + strings.Join(m.arguments, ", ") + ")"
}

// check makes the call and says what is wrong with its outcome.
func (m *misuse) check() (wrong error) {
	defer func() {
		if cause := recover(); cause != nil {
			wrong = fmt.Errorf("panic: %v", cause)
		}
	}()
	builder := newBuilder(m.b, "misuse")
	m.f = builder.main
	method := reflect.ValueOf(m.f).MethodByName(m.method)
	var in []reflect.Value
	for i := range method.Type().NumIn() {
		argument := m.argument(method.Type().In(i))
		m.arguments = append(m.arguments, describe(argument))
		in = append(in, argument)
	}
	call := method.Call
	if method.Type().IsVariadic() {
		call = method.CallSlice
	}
	out := call(in)
	if err, _ := out[len(out)-1].Interface().(error); err != nil {
		m.refusal = err
		return m.checkRefusal()
	}
	var results []compute.Value
	for _, result := range out[:len(out)-1] {
		switch result := result.Interface().(type) {
		case []compute.Value:
			results = append(results, result...)
		case compute.Value:
			results = append(results, result)
		}
	}
	return m.run(builder, results)
}

// describe writes an argument with the shapes of values.
func describe(argument reflect.Value) string {
	switch x := argument.Interface().(type) {
	case *value:
		return x.shape.String()
	case []compute.Value:
		var list []string
		for _, v := range x {
			list = append(list, describe(reflect.ValueOf(&v).Elem()))
		}
		return fmt.Sprint(list)
	case *Function:
		return fmt.Sprintf("func %v -> %v", shapesOf(x.parameters), shapesOf(x.outputs))
	case *compute.ScaledDotProductAttentionConfig, *compute.Quantization:
		return fmt.Sprintf("%T", x)
	default:
		return fmt.Sprintf("%+v", x)
	}
}

// checkRefusal looks at the error's text.
func (m *misuse) checkRefusal() error {
	text := m.refusal.Error()
	if strings.Contains(text, "\n") {
		return fmt.Errorf("the error has several lines: %s", text)
	}
	if !strings.Contains(strings.ToLower(text), strings.ToLower(m.method)) {
		return fmt.Errorf("the error does not name the operation: %s", text)
	}
	if slices.Contains(missing, m.method) {
		if !compute.IsNotImplemented(m.refusal) {
			return fmt.Errorf("the error is not compute.ErrNotImplemented: %s", text)
		}
		return nil
	}
	if m.foreign {
		return nil
	}
	for _, shape := range m.operands {
		if !strings.Contains(text, shape.String()) {
			return fmt.Errorf("the error does not name operand %s: %s", shape, text)
		}
	}
	return nil
}

// run compiles and executes what was accepted, on ones.
func (m *misuse) run(builder *Builder, results []compute.Value) error {
	for _, result := range results {
		shape, err := builder.OpShape(result)
		if err != nil {
			return fmt.Errorf("a result is no value: %w", err)
		}
		if shape.Size() > 1<<20 {
			return nil
		}
	}
	if len(results) == 0 || m.method == "Parameter" {
		return nil
	}
	if err := m.f.Return(results, nil); err != nil {
		return fmt.Errorf("return: %w", err)
	}
	executable, err := builder.Compile()
	if err != nil {
		return fmt.Errorf("compile: %w", err)
	}
	var buffers []compute.Buffer
	for _, shape := range m.inputs {
		buffer, err := m.b.BufferFromFlatData(0, allOnes(shape), shape)
		if err != nil {
			return err
		}
		buffers = append(buffers, buffer)
	}
	if _, err := executable.Execute(buffers, nil, 0); err != nil {
		return fmt.Errorf("execute: %w", err)
	}
	return nil
}

// allOnes are the elements of a tensor, which anything can be divided by.
func allOnes(shape shapes.Shape) any {
	flat := dtypes.MakeAnySlice(shape.DType, shape.Size())
	for i := range shape.Size() {
		reflect.ValueOf(flat).Index(i).Set(reflect.ValueOf(shapes.CastAsDType(1, shape.DType)))
	}
	return flat
}

// argument draws a value of a type.
func (m *misuse) argument(kind reflect.Type) reflect.Value {
	out := reflect.New(kind).Elem()
	switch kind {
	case reflect.TypeFor[compute.Value]():
		if v := m.operand(); v != nil {
			out.Set(reflect.ValueOf(v))
		}
		return out
	case reflect.TypeFor[compute.Function]():
		out.Set(reflect.ValueOf(m.closure()))
		return out
	case reflect.TypeFor[shapes.Shape]():
		out.Set(reflect.ValueOf(m.shape()))
		return out
	case reflect.TypeFor[dtypes.DType]():
		out.Set(reflect.ValueOf(m.dtype()))
		return out
	case reflect.TypeFor[any]():
		out.Set(reflect.ValueOf(oneOf(m.random, []any{[]float32{1, 2}, []int32{}, []string{"x"}, 3, []bool{true}})))
		return out
	}
	switch kind.Kind() {
	case reflect.Bool:
		out.SetBool(m.random.IntN(2) == 0)
	case reflect.Int, reflect.Int32, reflect.Int64:
		out.SetInt(m.number())
	case reflect.Float32, reflect.Float64:
		out.SetFloat(oneOf(m.random, []float64{0, 1e-5, -1, math.NaN()}))
	case reflect.String:
		out.SetString(oneOf(m.random, []string{"", "", "", "x"}))
	case reflect.Array:
		for i := range out.Len() {
			out.Index(i).Set(m.argument(kind.Elem()))
		}
	case reflect.Slice:
		if n := m.random.IntN(5); n > 0 {
			out.Set(reflect.MakeSlice(kind, n, n))
		}
		for i := range out.Len() {
			out.Index(i).Set(m.argument(kind.Elem()))
		}
	case reflect.Struct:
		for i := range out.NumField() {
			// Lengths and amounts as values are for dynamic shapes, which are
			// refused whatever they are.
			if field := kind.Field(i); field.Type != reflect.TypeFor[compute.Value]() && out.Field(i).CanSet() {
				out.Field(i).Set(m.argument(field.Type))
			}
		}
	case reflect.Pointer:
		if kind != reflect.TypeFor[*compute.ShardingSpec]() && m.random.IntN(3) > 0 {
			out.Set(reflect.New(kind.Elem()))
			out.Elem().Set(m.argument(kind.Elem()))
		}
	}
	return out
}

func oneOf[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// number is small more often than not.
func (m *misuse) number() int64 {
	if m.random.IntN(60) == 0 {
		return oneOf(m.random, []int64{math.MinInt32, math.MaxInt32, math.MinInt64, math.MaxInt64, 1 << 40, 1 << 62})
	}
	return oneOf(m.random, []int64{-2, -1, 0, 0, 1, 1, 1, 2, 2, 3, 4, 9})
}

func (m *misuse) dtype() dtypes.DType {
	if m.random.IntN(20) == 0 {
		return oneOf(m.random, []dtypes.DType{dtypes.InvalidDType, dtypes.Complex64, dtypes.Int4, dtypes.DType(99), dtypes.DType(-1)})
	}
	return oneOf(m.random, []dtypes.DType{dtypes.Float32, dtypes.Float32, dtypes.Float32, dtypes.Int32, dtypes.Int32, dtypes.Bool,
		dtypes.Float64, dtypes.Uint64, dtypes.Uint8, dtypes.Int64, dtypes.Float16, dtypes.BFloat16})
}

// dimensions of an operand.
func (m *misuse) dimensions() []int {
	return oneOf(m.random, [][]int{{}, {}, {1}, {2}, {3}, {0}, {2, 3}, {3, 2}, {2, 2}, {1, 4, 4, 2}, {3, 3, 2, 2}, {2, 1, 3}})
}

// shape is an attribute, which need not be one of a tensor.
func (m *misuse) shape() shapes.Shape {
	switch m.random.IntN(20) {
	case 0:
		return shapes.Shape{}
	case 1:
		return shapes.Shape{DType: m.dtype(), Dimensions: []int{2, -1}}
	case 2:
		return shapes.Shape{DType: dtypes.Float32, Dimensions: []int{1 << 40, 1 << 40}}
	}
	return shapes.Shape{DType: m.dtype(), Dimensions: slices.Clone(m.dimensions())}
}

// operand is an input, now and then a constant, or no value of this program.
func (m *misuse) operand() compute.Value {
	switch m.random.IntN(60) {
	case 0:
		m.foreign = true
		return nil
	case 1:
		m.foreign = true
		return "a foreign value"
	case 2:
		m.foreign = true
		other, err := newBuilder(m.b, "other").main.Constant([]float32{1})
		if err != nil {
			panic(err)
		}
		return other
	}
	shape := shapes.Make(dtypes.Float32, m.dimensions()...)
	// Types are alike more often than not.
	if m.random.IntN(3) == 0 {
		shape.DType = oneOf(m.random, []dtypes.DType{dtypes.Int32, dtypes.Int32, dtypes.Bool, dtypes.Float64, dtypes.Uint64,
			dtypes.Uint8, dtypes.Int64, dtypes.Float16, dtypes.BFloat16})
	}
	m.operands = append(m.operands, shape)
	if m.random.IntN(4) == 0 {
		v, err := m.f.Constant(allOnes(shape), shape.Dimensions...)
		if err != nil {
			panic(err)
		}
		return v
	}
	v, err := m.f.Parameter("p", shape, nil)
	if err != nil {
		panic(err)
	}
	m.inputs = append(m.inputs, shape)
	return v
}

// closure takes arbitrary values and returns false, or one of them.
func (m *misuse) closure() compute.Function {
	parent := m.f
	if m.random.IntN(4) == 0 {
		named, err := m.f.builder.NewFunction(fmt.Sprint("named", len(m.f.builder.names)))
		if err != nil {
			panic(err)
		}
		parent = named.(*Function)
	}
	closure, in := parent, []compute.Value(nil)
	if parent == m.f {
		made, err := parent.Closure()
		if err != nil {
			panic(err)
		}
		closure = made.(*Function)
	}
	for range m.random.IntN(3) {
		p, err := closure.Parameter("p", shapes.Make(dtypes.Float32, oneOf(m.random, [][]int{{}, {}, {2}})...), nil)
		if err != nil {
			panic(err)
		}
		in = append(in, p)
	}
	if len(in) == 0 || m.random.IntN(2) == 0 {
		no, err := closure.Constant([]bool{false})
		if err != nil {
			panic(err)
		}
		in = []compute.Value{no}
	}
	if err := closure.Return(in[:1], nil); err != nil {
		panic(err)
	}
	return closure
}
