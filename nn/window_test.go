package nn

import (
	"slices"
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
		w       Window
		n, want int
	}{
		{Window{Size: 3, Stride: 1, Padding: 1, Dilation: 1}, 32, 32},
		{Window{Size: 3, Stride: 2, Padding: 1, Dilation: 1}, 32, 16},
		{Window{Size: 3, Stride: 2, Padding: 1, Dilation: 1}, 7, 4},
		{Window{Size: 7, Stride: 2, Padding: 3, Dilation: 1}, 224, 112},
		{Window{Size: 3, Stride: 1, Padding: 0, Dilation: 2}, 5, 1},
		{Window{Size: 3, Stride: 1, Padding: 0, Dilation: 2}, 4, 0},
		{Window{Size: 2, Stride: 2, Padding: 0, Dilation: 1}, 1, 0},
	} {
		if got := c.w.outputs(c.n); got != c.want {
			t.Errorf("%+v has %d places on %d, want %d", c.w, got, c.n, c.want)
		}
	}
}

func TestWindowOf(t *testing.T) {
	for _, c := range []struct {
		layer Layer
		want  Window
		ok    bool
	}{
		{Convolution{Out: 4, Kernel: 3}, Window{3, 1, 0, 1}, true},
		{Convolution{Out: 4, Kernel: 5, Padding: 2, Dilation: 2}, Window{5, 1, 2, 2}, true},
		{MaxPool{Window: 3}, Window{3, 3, 0, 1}, true},
		{MeanPool{Window: 3, Stride: 2, Padding: 1}, Window{3, 2, 1, 1}, true},
		{PadShortcut{Out: 4, Stride: 2}, Window{1, 2, 0, 1}, true},
		{Linear{Out: 4}, Window{}, false},
	} {
		if got, ok := WindowOf(c.layer); got != c.want || ok != c.ok {
			t.Errorf("%#v reads by %+v, %t, want %+v, %t", c.layer, got, ok, c.want, c.ok)
		}
	}
}

// At the corner of an image padding takes the first row and column of the window.
func TestTapsLieOnTheImage(t *testing.T) {
	var taps, pixels []int
	Window{Size: 3, Stride: 2, Padding: 1, Dilation: 1}.Taps(Shape{Height: 4, Width: 5, Channels: 1}, 0, 1, func(tap, pixel int) {
		taps, pixels = append(taps, tap), append(pixels, pixel)
	})
	if !slices.Equal(taps, []int{3, 4, 5, 6, 7, 8}) || !slices.Equal(pixels, []int{1, 2, 3, 6, 7, 8}) {
		t.Errorf("taps %v on pixels %v", taps, pixels)
	}
}
