package nn

import "testing"

func TestLinear(t *testing.T) {
	for _, layer := range []Linear{{Out: 3}, {Out: 3, NoBias: true}} {
		lab := newLaboratory(t, layer, Training, 2, Shape{2, 2, 3})
		got, _, _ := lab.run()
		want := make([]float64, 2*3)
		for n := range 2 {
			for o := range 3 {
				if !layer.NoBias {
					want[n*3+o] = lab.parameter(Bias)[o]
				}
				for i := range 12 {
					want[n*3+o] += lab.values[0][n*12+i] * lab.parameter(Weight)[i*3+o]
				}
			}
		}
		if d := distance(t, got, want); d > 1e-12 {
			t.Errorf("%+v: a value is off by %g", layer, d)
		}
		lab.checkGradients()
	}
}
