package nn

import "testing"

func TestAdd(t *testing.T) {
	shape := Shape{2, 3, 2}
	lab := newLaboratory(t, Add{}, Training, 2, shape, shape, shape)
	got, _, _ := lab.run()
	want := make([]float64, len(got))
	for i := range want {
		want[i] = lab.values[0][i] + lab.values[1][i] + lab.values[2][i]
	}
	if d := distance(t, got, want); d > 1e-15 {
		t.Errorf("a value is off by %g", d)
	}
	lab.checkGradients()
}

func TestConcat(t *testing.T) {
	lab := newLaboratory(t, Concat{}, Training, 2, Shape{2, 3, 2}, Shape{2, 3, 1})
	got, _, _ := lab.run()
	var want []float64
	for i := range 2 * 2 * 3 {
		want = append(want, lab.values[0][2*i], lab.values[0][2*i+1], lab.values[1][i])
	}
	if d := distance(t, got, want); d != 0 {
		t.Errorf("got %v, want %v", got, want)
	}
	lab.checkGradients()
	if shape, err := (Concat{}).Output([]Shape{{2, 3, 2}, {2, 3, 1}}); err != nil || shape != (Shape{2, 3, 3}) {
		t.Errorf("output %v, %v", shape, err)
	}
}
