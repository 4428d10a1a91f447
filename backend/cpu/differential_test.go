package cpu

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"

	"espalier/seed"
)

var (
	graphs = flag.Int("graphs", 300, "number of random graphs that are compared with another backend")
	first  = flag.Int("first", 0, "number of the first of them")
)

// TestRandomGraphs builds random graphs on this backend and on go:ops_sequential
// and compares their results: integers and booleans equal, float32 within 1e-5 of
// the tensor's greatest magnitude.
func TestRandomGraphs(t *testing.T) {
	skipWithoutStockProducts(t)
	reference, err := gobackend.New("ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	CompareRandomGraphs(t, Reference{Backend: reference, Captures: true, Folds: true})
}

// Reference is a backend to compare with, and what it can do. This and the functions
// that take it are exported to the tests that need cgo.
type Reference struct {
	compute.Backend
	// Captures says that closures may use values from around them.
	Captures bool
	// Folds says that it folds constants well. XLA's plugin (xla-cpu-pjrt 0.0.1)
	// confuses the axes where it folds a convolution of two constants whose
	// channels do not come last, so that it gets constants as inputs.
	Folds bool
	// BatchNorm says that it has batch normalization as one operation.
	BatchNorm bool
}

// CompareRandomGraphs compares this backend with another one.
func CompareRandomGraphs(t *testing.T, reference Reference) {
	own := newBackend(t, "workers=3")
	for number := *first; number < *first+*graphs; number++ {
		g := randomGraph(number, reference)
		want, err := g.run(reference)
		if err != nil {
			t.Fatalf("graph %d on %s: %v\n%s", number, reference.Name(), err, g)
		}
		got, err := g.run(own)
		if err != nil {
			t.Fatalf("graph %d: %v\n%s", number, err, g)
		}
		for i := range want {
			err := agree(want[i], got[i], 1e-5)
			if err != nil {
				err = agree(want[i], got[i], 1e-5+g.sensitivity(reference, i, want[i]))
			}
			if err != nil {
				t.Fatalf("graph %d (repeat with -first=%d -graphs=1): result %d: %v\n%s", number, number, i, err, g)
			}
		}
	}
}

// sensitivity is by how much a result changes, relative to its greatest magnitude,
// when inputs and constants change in their last two bits, on one and the same backend:
// that much rounding shows in it, whoever computes it.
func (g *graphRecipe) sensitivity(b compute.Backend, result int, want tensor) float64 {
	return mostChange(want, result, func(random *rand.Rand) ([]tensor, error) {
		moved := *g
		moved.flats, moved.recipes = slices.Clone(g.flats), slices.Clone(g.recipes)
		for i := range moved.flats {
			moved.flats[i] = nudged(random, moved.flats[i])
		}
		for i := range moved.recipes {
			moved.recipes[i].constant = nudged(random, moved.recipes[i].constant)
		}
		return moved.run(b)
	})
}

// mostChange is the greatest change of a result in three runs.
func mostChange(want tensor, result int, run func(random *rand.Rand) ([]tensor, error)) float64 {
	var worst float64
	for round := range 3 {
		got, err := run(seed.Seed(20263).Stream("nudge", round))
		if err != nil {
			return 0
		}
		worst = max(worst, change(want, got[result]))
	}
	return worst
}

// nudged changes float32 numbers in their last two bits.
func nudged(random *rand.Rand, flat any) any {
	x, ok := flat.([]float32)
	if !ok {
		return flat
	}
	y := make([]float32, len(x))
	for i := range x {
		y[i] = x[i] * (1 + float32(random.IntN(3)-1)/(1<<21))
	}
	return y
}

// change is the greatest difference relative to the greatest magnitude.
func change(before, after tensor) float64 {
	x, ok := before.flat.([]float32)
	if !ok {
		return 0
	}
	var scale, worst float64
	for i, y := range after.flat.([]float32) {
		scale, worst = max(scale, math.Abs(float64(x[i]))), max(worst, math.Abs(float64(x[i]-y)))
	}
	return worst / max(scale, 1e-3)
}

// recipe is one operation of a random graph: how to record it on values recorded
// before.
type recipe struct {
	name    string
	inputs  []int
	results []sketch
	record  func(f compute.Function, in []compute.Value) ([]compute.Value, error)
	// constant is the content of a constant, which has no record.
	constant any
}

// sketch is what the generator knows of a value. An exact one carries no rounding,
// so that comparing it is the same on all backends.
type sketch struct {
	shape shapes.Shape
	exact bool
}

// graphRecipe is a random graph.
type graphRecipe struct {
	parameters []shapes.Shape
	flats      []any
	recipes    []recipe
	outputs    []int
	// foldless takes constants as inputs.
	foldless bool
}

func (g *graphRecipe) String() string {
	var out strings.Builder
	number := len(g.parameters)
	for i, p := range g.parameters {
		fmt.Fprintf(&out, "v%d = input %s\n", i, p)
	}
	for _, r := range g.recipes {
		for range r.results {
			fmt.Fprintf(&out, "v%d ", number)
			number++
		}
		fmt.Fprintf(&out, "= %s%v -> %v\n", r.name, r.inputs, r.results)
	}
	fmt.Fprintf(&out, "outputs %v\n", g.outputs)
	return out.String()
}

// run records, compiles and executes the graph.
func (g *graphRecipe) run(b compute.Backend) ([]tensor, error) {
	builder := b.Builder("random")
	f := builder.Main()
	var values []compute.Value
	var buffers []compute.Buffer
	for i, shape := range g.parameters {
		v, err := f.Parameter(fmt.Sprint("input", i), shape, nil)
		if err != nil {
			return nil, err
		}
		buffer, err := b.BufferFromFlatData(0, g.flats[i], shape)
		if err != nil {
			return nil, err
		}
		values, buffers = append(values, v), append(buffers, buffer)
	}
	for _, r := range g.recipes {
		in := make([]compute.Value, len(r.inputs))
		for i, index := range r.inputs {
			in[i] = values[index]
		}
		if r.constant != nil {
			shape := r.results[0].shape
			r.record = func(f compute.Function, _ []compute.Value) ([]compute.Value, error) {
				if !g.foldless {
					return alone(f.Constant(r.constant, shape.Dimensions...))
				}
				buffer, err := b.BufferFromFlatData(0, r.constant, shape)
				if err != nil {
					return nil, err
				}
				buffers = append(buffers, buffer)
				return alone(f.Parameter(fmt.Sprint("input", len(buffers)-1), shape, nil))
			}
		}
		results, err := r.record(f, in)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		values = append(values, results...)
	}
	var outputs []compute.Value
	for _, index := range g.outputs {
		outputs = append(outputs, values[index])
	}
	if err := f.Return(outputs, nil); err != nil {
		return nil, err
	}
	executable, err := builder.Compile()
	if err != nil {
		return nil, err
	}
	results, err := executable.Execute(buffers, nil, 0)
	if err != nil {
		return nil, err
	}
	return tensors(results)
}

// tensor is a result that has left its backend.
type tensor struct {
	shape shapes.Shape
	flat  any
}

func tensors(buffers []compute.Buffer) ([]tensor, error) {
	out := make([]tensor, len(buffers))
	for i, buffer := range buffers {
		shape, err := buffer.Shape()
		if err != nil {
			return nil, err
		}
		flat := dtypes.MakeAnySlice(shape.DType, shape.Size())
		if err := buffer.ToFlatData(flat); err != nil {
			return nil, err
		}
		out[i] = tensor{shape, flat}
	}
	return out, nil
}

// agree compares a tensor with the one that is wanted.
func agree(want, got tensor, tolerance float64) error {
	if !want.shape.EqualDimensions(got.shape) || want.shape.DType != got.shape.DType {
		return fmt.Errorf("shape %s, want %s", got.shape, want.shape)
	}
	x, ok := want.flat.([]float32)
	if !ok {
		if fmt.Sprint(want.flat) != fmt.Sprint(got.flat) {
			return fmt.Errorf("%v\nwant %v", got.flat, want.flat)
		}
		return nil
	}
	var scale float64
	for _, v := range x {
		if !math.IsInf(float64(v), 0) && !math.IsNaN(float64(v)) {
			scale = max(scale, math.Abs(float64(v)))
		}
	}
	for i, y := range got.flat.([]float32) {
		a, b := float64(x[i]), float64(y)
		if a == b || math.IsNaN(a) && math.IsNaN(b) {
			continue
		}
		if !(math.Abs(a-b) <= tolerance*max(scale, 1e-3)) {
			return fmt.Errorf("element %d of %s is %g, want %g (greatest magnitude %g)", i, want.shape, b, a, scale)
		}
	}
	return nil
}

// generator makes random graphs.
type generator struct {
	*rand.Rand
	graph  *graphRecipe
	values []sketch
	// reference is what all operations must exist on.
	reference Reference
}

func randomGraph(number int, reference Reference) *graphRecipe {
	r := &generator{Rand: seed.Seed(20261).Stream("graph", number), graph: &graphRecipe{foldless: !reference.Folds}, reference: reference}
	for range 2 + r.IntN(3) {
		r.input(dtypes.Float32, r.dimensions())
	}
	r.input(dtypes.Int32, r.dimensions())
	for range 4 + r.IntN(14) {
		r.grow()
	}
	for range 1 + r.IntN(4) {
		r.graph.outputs = append(r.graph.outputs, r.IntN(len(r.values)))
	}
	r.graph.outputs = append(r.graph.outputs, len(r.values)-1)
	return r.graph
}

// dimensions of a new input: mostly small, now and then long enough for several
// blocks and tasks.
func (r *generator) dimensions() []int {
	if r.IntN(8) == 0 {
		return [][]int{{5000}, {70, 130}, {3, 40, 40}, {2, 17, 16, 16}, {1, 9000}}[r.IntN(5)]
	}
	out := make([]int, r.IntN(5))
	for i := range out {
		out[i] = 1 + r.IntN(6)
	}
	return out
}

// input adds a parameter with random data.
func (r *generator) input(dtype dtypes.DType, dimensions []int) int {
	shape := shapes.Make(dtype, dimensions...)
	var flat any
	switch dtype {
	case dtypes.Float32:
		data := make([]float32, shape.Size())
		for i := range data {
			data[i] = float32(r.NormFloat64())
		}
		flat = data
	default:
		data := make([]int32, shape.Size())
		for i := range data {
			data[i] = int32(r.IntN(9) - 4)
		}
		flat = data
	}
	if len(r.graph.recipes) > 0 {
		// A late input is a constant.
		r.graph.recipes = append(r.graph.recipes, recipe{name: "constant", results: []sketch{{shape, true}}, constant: flat})
		r.values = append(r.values, sketch{shape, true})
		return len(r.values) - 1
	}
	r.graph.parameters = append(r.graph.parameters, shape)
	r.graph.flats = append(r.graph.flats, flat)
	r.values = append(r.values, sketch{shape, true})
	return len(r.values) - 1
}

// add adds an operation whose results are known.
func (r *generator) add(name string, inputs []int, results []sketch,
	record func(f compute.Function, in []compute.Value) ([]compute.Value, error)) int {
	r.graph.recipes = append(r.graph.recipes, recipe{name: name, inputs: inputs, results: results, record: record})
	r.values = append(r.values, results...)
	return len(r.values) - 1
}

// find returns a random value that fits, preferring late ones, or -1.
func (r *generator) find(fits func(v sketch) bool) int {
	var found []int
	for i, v := range r.values {
		if fits(v) {
			found = append(found, i)
		}
	}
	if len(found) == 0 {
		return -1
	}
	return found[max(r.IntN(len(found)), r.IntN(len(found)))]
}

func isType(dtype dtypes.DType) func(v sketch) bool {
	return func(v sketch) bool { return v.shape.DType == dtype }
}

// grow adds one random operation if it can.
func (r *generator) grow() {
	pick := families[r.IntN(len(families))]
	pick(r)
}

// with returns a shape with another data type or dimensions.
func with(shape shapes.Shape, dtype dtypes.DType) shapes.Shape {
	return shapes.Make(dtype, shape.Dimensions...)
}
