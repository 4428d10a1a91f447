package nn

import (
	"slices"
	"testing"
)

func TestChannelShuffle(t *testing.T) {
	lab := newLaboratory(t, ChannelShuffle{Groups: 2}, Training, 1, Vector(6))
	copy(lab.values[0], []float64{0, 1, 2, 3, 4, 5})
	got, _, _ := lab.run()
	if want := []float64{0, 3, 1, 4, 2, 5}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	newLaboratory(t, ChannelShuffle{Groups: 3}, Training, 2, Shape{2, 2, 6}).checkGradients()
}

// Shuffling with g groups and then with c/g groups changes nothing.
func TestChannelShuffleTwice(t *testing.T) {
	first := newLaboratory(t, ChannelShuffle{Groups: 4}, Training, 2, Shape{2, 1, 12})
	once, _, _ := first.run()
	second := newLaboratory(t, ChannelShuffle{Groups: 3}, Training, 2, Shape{2, 1, 12})
	copy(second.values[0], once)
	twice, _, _ := second.run()
	if distance(t, twice, first.values[0]) != 0 || distance(t, once, first.values[0]) == 0 {
		t.Errorf("once %v, twice %v", once, twice)
	}
}
