package nn

import "testing"

func TestBiasMap(t *testing.T) {
	lab := newLaboratory(t, BiasMap{}, Training, 2, Shape{2, 3, 2})
	got, _, _ := lab.run()
	want := make([]float64, len(got))
	for i := range want {
		want[i] = lab.values[0][i] + lab.values[1][i%12]
	}
	if d := distance(t, got, want); d > 1e-15 {
		t.Errorf("a value is off by %g", d)
	}
	lab.checkGradients()
}
