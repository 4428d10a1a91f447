package nn

import (
	"math"
	"slices"
	"testing"
)

func TestActivations(t *testing.T) {
	points := []float64{-2, 0, 3, 6, 7, math.NaN()}
	for _, c := range []struct {
		activation    Activation
		values, slope []float64
	}{
		{ReLU, []float64{0, 0, 3, 6, 7, math.NaN()}, []float64{0, 0, 1, 1, 1, 1}},
		{ReLU6, []float64{0, 0, 3, 6, 6, math.NaN()}, []float64{0, 0, 1, 0, 0, 1}},
	} {
		lab := newLaboratory(t, c.activation, Training, 1, Vector(len(points)))
		copy(lab.values[0], points)
		got, _, gradients := lab.run()
		if !slices.EqualFunc(got, c.values, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }) {
			t.Errorf("%s of %v is %v, want %v", c.activation, points, got, c.values)
		}
		for i, slope := range c.slope {
			if (gradients[0][i] != 0) != (slope != 0) {
				t.Errorf("%s at %g has gradient %g, want slope %g", c.activation, points[i], gradients[0][i], slope)
			}
		}
		newLaboratory(t, c.activation, Training, 2, Shape{2, 3, 2}).checkGradients()
	}
}
