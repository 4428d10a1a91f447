package nn

import (
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"espalier/backend"
)

func TestSlidesSlowlyKnowsTheGoBackend(t *testing.T) {
	choice, err := backend.New("go")
	if err != nil {
		t.Fatal(err)
	}
	graph.MustExecOnce(choice.Backend, func(g *graph.Graph) *graph.Node {
		if !slidesSlowly(g) {
			t.Errorf("backend %q calls itself %q", "go", choice.Backend.String())
		}
		return graph.Const(g, 1)
	})
}

func TestWindowOutputs(t *testing.T) {
	for _, c := range []struct {
		w       window
		n, want int
	}{
		{window{size: 3, stride: 1, padding: 1, dilation: 1}, 32, 32},
		{window{size: 3, stride: 2, padding: 1, dilation: 1}, 32, 16},
		{window{size: 3, stride: 2, padding: 1, dilation: 1}, 7, 4},
		{window{size: 7, stride: 2, padding: 3, dilation: 1}, 224, 112},
		{window{size: 3, stride: 1, padding: 0, dilation: 2}, 5, 1},
		{window{size: 3, stride: 1, padding: 0, dilation: 2}, 4, 0},
		{window{size: 2, stride: 2, padding: 0, dilation: 1}, 1, 0},
	} {
		if got := c.w.outputs(c.n); got != c.want {
			t.Errorf("%+v has %d places on %d, want %d", c.w, got, c.n, c.want)
		}
	}
}
