//go:build xla

package backend_test

import (
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"espalier/backend"
)

// A matrix that changes where it lies, as weights do when a training step gives its
// buffers to the next one, is multiplied as it is and not as it was.
func TestXLASeesNewValuesAtAnOldAddress(t *testing.T) {
	choice, err := backend.New("xla")
	if err != nil {
		t.Fatal(err)
	}
	defer choice.Backend.Finalize()
	product, err := graph.NewExec(choice.Backend, func(x, weights *graph.Node) *graph.Node { return graph.MatMul(x, weights) })
	if err != nil {
		t.Fatal(err)
	}
	const rows, inner, columns = 200, 300, 100 // a size that XLA gives to XNNPACK
	x := filled(t, choice, 1, rows, inner)
	weights := filled(t, choice, 0, inner, columns)
	for value := range 4 {
		set(t, weights, float32(value))
		outputs, err := product.Call(x, weights)
		if err != nil {
			t.Fatal(err)
		}
		got, err := tensors.CopyFlatData[float32](outputs[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, sum := range got {
			if want := float32(inner * value); sum != want {
				t.Fatalf("product with weights of %d: %v, want %v", value, sum, want)
			}
		}
	}
}

// filled is a matrix of one value in memory that the backend shares.
func filled(t *testing.T, choice *backend.Choice, value float32, rows, columns int) *tensors.Tensor {
	t.Helper()
	matrix, err := tensors.FromShapeForBackend(choice.Backend, 0, shapes.Make(dtypes.Float32, rows, columns))
	if err != nil {
		t.Fatal(err)
	}
	set(t, matrix, value)
	return matrix
}

func set(t *testing.T, matrix *tensors.Tensor, value float32) {
	t.Helper()
	err := tensors.MutableFlatData(matrix, func(flat []float32) {
		for i := range flat {
			flat[i] = value
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}
