package figure

import (
	"slices"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

func labels(ticks plot.ConstantTicks) []string {
	var texts []string
	for _, tick := range ticks {
		if tick.Label != "" {
			texts = append(texts, tick.Label)
		}
	}
	return texts
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		got  plot.ConstantTicks
		want []string
	}{
		{linearTicks(84, 96.2, 5), []string{"84", "86", "88", "90", "92", "94", "96"}},
		{linearTicks(0, 50000, 5), []string{"0", "10,000", "20,000", "30,000", "40,000", "50,000"}},
		{linearTicks(-0.1, 0.1, 4), []string{"−0.10", "−0.05", "0.00", "0.05", "0.10"}},
		{linearTicks(0, 0.004, 4), []string{"0.000", "0.001", "0.002", "0.003", "0.004"}},
		{logTicks(5, 100), []string{"5", "10", "20", "50", "100"}},
		{logTicks(0.2, 1), []string{"0.2", "0.5", "1"}},
		{logTicks(25, 100), []string{"30", "50", "70", "100"}},
		{logTicks(50, 100), []string{"50", "70", "100"}},
		{logTicks(20, 50), []string{"20", "30", "50"}},
		{logTicks(200, 2000), []string{"200", "500", "1,000", "2,000"}},
		{logTicks(0.05, 0.5), []string{"0.05", "0.1", "0.2", "0.5"}},
		{logTicks(0.6, 1.4), []string{"0.6", "0.8", "1.0", "1.2", "1.4"}},
		{wholeTicks(149, 151, 5), []string{"149", "150", "151"}},
		{wholeTicks(0, 50000, 5), []string{"0", "10,000", "20,000", "30,000", "40,000", "50,000"}},
		{logTicks(64, 80), []string{"65", "70", "75", "80"}},
		{logTicks(73, 100), []string{"80", "90", "100"}},
		{logTicks(0.91, 1.3), []string{"1.0", "1.1", "1.2", "1.3"}},
	} {
		if got := labels(c.got); !slices.Equal(got, c.want) {
			t.Errorf("ticks %q, want %q", got, c.want)
		}
	}
	for lo, want := range map[float64]float64{5.28: 5, 5: 5, 10.4: 10, 3: 3, 2.1: 2, 0.0101: 0.01} {
		if got := logFloor(lo); got < want*(1-1e-9) || got > want*(1+1e-9) {
			t.Errorf("logFloor(%v) = %v, want %v", lo, got, want)
		}
	}
}

func TestSpreadKeepsOrderAndDistance(t *testing.T) {
	for _, heights := range [][]vg.Length{
		{0, 0, 0}, {10, 11, 12, 80}, {98, 99, 100}, {5, 40, 41, 42, 90}, {50}, {0, 0, 0, 25}, {70, 99, 99, 99},
	} {
		moved := slices.Clone(heights)
		spread(moved, 10, 0, 100)
		for i, h := range moved {
			if h < 0 || h > 100 {
				t.Errorf("%v became %v, which leaves 0 to 100", heights, moved)
			}
			if i > 0 && h-moved[i-1] < 10-1e-9 {
				t.Errorf("%v became %v, with less than 10 between", heights, moved)
			}
		}
	}
	apart := []vg.Length{5, 40, 90}
	spread(apart, 10, 0, 100)
	if !slices.Equal(apart, []vg.Length{5, 40, 90}) {
		t.Errorf("names that do not overlap were moved to %v", apart)
	}
}
