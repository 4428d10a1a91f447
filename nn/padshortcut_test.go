package nn

import (
	"slices"
	"testing"
)

func TestPadShortcut(t *testing.T) {
	lab := newLaboratory(t, PadShortcut{Out: 5, Stride: 2}, Training, 1, Shape{3, 4, 2})
	for i := range lab.values[0] {
		lab.values[0][i] = float64(i + 1)
	}
	got, _, _ := lab.run()
	want := []float64{
		0, 1, 2, 0, 0, 0, 5, 6, 0, 0, // rows 0 and 2, columns 0 and 2, the odd channel last
		0, 17, 18, 0, 0, 0, 21, 22, 0, 0,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	lab.checkGradients()
	newLaboratory(t, PadShortcut{Out: 3}, Training, 2, Shape{2, 2, 3}).checkGradients()
}
