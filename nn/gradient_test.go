package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"espalier/backend"
	"espalier/seed"
)

// openBackend is the backend that ESPALIER_BACKEND names, or the default.
func openBackend(t testing.TB) compute.Backend {
	t.Helper()
	choice, err := backend.New("")
	if err != nil {
		t.Fatal(err)
	}
	return choice.Backend
}

// laboratory runs one layer in float64 on inputs and parameters that are drawn
// from a seed.
type laboratory struct {
	t          *testing.T
	store      *model.Store
	exec       *model.Exec
	parameters []Parameter
	// values are those of the inputs, one after the other, then the
	// parameters.
	values [][]float64
	shapes [][]int
	inputs int
	// output is the shape of the last run's output.
	output []int
}

const laboratoryLayer = "layer"

// newLaboratory prepares a layer for a batch of the inputs' shapes. The loss is the
// sum of the outputs, each times a number that its place alone determines.
func newLaboratory(t *testing.T, layer Layer, phase Phase, batch int, inputs ...Shape) *laboratory {
	t.Helper()
	if _, err := layer.Output(inputs); err != nil {
		t.Fatal(err)
	}
	lab := &laboratory{t: t, store: model.NewStore(), parameters: layer.Parameters(inputs), inputs: len(inputs)}
	random := seed.Seed(1).Stream("laboratory")
	for _, s := range inputs {
		lab.add(random, batch, s.Height, s.Width, s.Channels)
	}
	for _, p := range lab.parameters {
		values := lab.add(random, p.Shape...)
		if p.Role == RunningVariance {
			for i, v := range values {
				values[i] = .5 + v*v
			}
		}
		variable, err := lab.store.CreateVariable("/"+laboratoryLayer+"."+string(p.Role),
			tensors.FromFlatDataAndDimensions(values, p.Shape...))
		if err != nil {
			t.Fatal(err)
		}
		variable.SetTrainable(p.Trainable())
	}
	lab.exec = model.MustNewExec(openBackend(t), lab.store, func(scope *model.Scope, inputs []*graph.Node) []*graph.Node {
		b := &Builder{Phase: phase, scope: scope, layer: laboratoryLayer}
		variables := inputs
		for _, p := range lab.parameters {
			variables = append(variables, b.Parameter(inputs[0].Graph(), p.Role))
		}
		y := layer.Build(b, inputs)
		loss := graph.ReduceAllSum(graph.Mul(y, coefficients(y)))
		return append([]*graph.Node{y, loss}, graph.Gradient(loss, variables...)...)
	})
	return lab
}

// coefficients are numbers of both signs that do not repeat.
func coefficients(y *graph.Node) *graph.Node {
	index := graph.Iota(y.Graph(), y.Shape().Clone(), 0)
	for axis := 1; axis < y.Rank(); axis++ {
		index = graph.Add(graph.MulScalar(index, 7), graph.Iota(y.Graph(), y.Shape().Clone(), axis))
	}
	return graph.Sin(graph.AddScalar(index, 1))
}

func (lab *laboratory) add(random *rand.Rand, shape ...int) []float64 {
	size := 1
	for _, n := range shape {
		size *= n
	}
	values := make([]float64, size)
	for i := range values {
		values[i] = random.NormFloat64()
	}
	lab.values, lab.shapes = append(lab.values, values), append(lab.shapes, shape)
	return values
}

// run returns the output, the loss and the gradients by inputs and parameters.
func (lab *laboratory) run() (output []float64, loss float64, gradients [][]float64) {
	lab.t.Helper()
	var arguments []any
	for i, values := range lab.values {
		value := tensors.FromFlatDataAndDimensions(values, lab.shapes[i]...)
		if i < lab.inputs {
			arguments = append(arguments, value)
			continue
		}
		name := "/" + laboratoryLayer + "." + string(lab.parameters[i-lab.inputs].Role)
		if err := lab.store.GetVariable(name).SetValue(value); err != nil {
			lab.t.Fatal(err)
		}
	}
	results, err := lab.exec.Call(arguments...)
	if err != nil {
		lab.t.Fatal(err)
	}
	lab.output = results[0].Shape().Dimensions
	for _, gradient := range results[2:] {
		gradients = append(gradients, tensors.MustCopyFlatData[float64](gradient))
	}
	return tensors.MustCopyFlatData[float64](results[0]), tensors.ToScalar[float64](results[1]), gradients
}

// checkGradients compares every derivative, or an even choice of them, with the
// central difference of the loss.
func (lab *laboratory) checkGradients() {
	lab.t.Helper()
	const step, perTensor = 1e-5, 60
	_, _, gradients := lab.run()
	for i, values := range lab.values {
		if i >= lab.inputs && !lab.parameters[i-lab.inputs].Trainable() {
			continue
		}
		for j := 0; j < len(values); j += 1 + len(values)/perTensor {
			at := values[j]
			values[j] = at + step
			_, above, _ := lab.run()
			values[j] = at - step
			_, below, _ := lab.run()
			values[j] = at
			want := (above - below) / (2 * step)
			if got := gradients[i][j]; math.Abs(got-want) > 1e-6*(1+math.Abs(want)) {
				lab.t.Errorf("%s: derivative by %s, value %d, is %.9g; the difference says %.9g",
					lab.t.Name(), lab.variable(i), j, got, want)
				return
			}
		}
	}
}

func (lab *laboratory) variable(i int) string {
	if i < lab.inputs {
		return fmt.Sprintf("input %d", i)
	}
	return string(lab.parameters[i-lab.inputs].Role)
}

// distance is the largest difference between two slices.
func distance(t *testing.T, a, b []float64) float64 {
	t.Helper()
	if len(a) != len(b) {
		t.Fatalf("%d values and %d", len(a), len(b))
	}
	largest := 0.
	for i := range a {
		largest = max(largest, math.Abs(a[i]-b[i]))
	}
	return largest
}
