package data

import (
	"slices"
	"strings"
	"testing"
)

func TestCensus(t *testing.T) {
	images := sample(t, 20, 2, 2, 3, 10)
	mean, deviation := images.Statistics()
	right := census{mean: mean, deviation: deviation, tolerance: 1e-8}
	if err := right.check(&Dataset{Train: images, Test: images}); err != nil {
		t.Error(err)
	}
	order := []int{19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}
	shuffled, err := images.Select(order)
	if err != nil {
		t.Fatal(err)
	}
	if err := right.check(&Dataset{Train: shuffled, Test: images}); err != nil {
		t.Errorf("in another order: %v", err)
	}
	twice, err := images.Select(append(order[:19:19], 1))
	if err != nil {
		t.Fatal(err)
	}
	other := census{mean: mean, deviation: slices.Clone(deviation), tolerance: 1e-8}
	other.deviation[2] += 1e-7
	for _, test := range []struct {
		census
		set  Dataset
		want string
	}{
		{right, Dataset{Train: images, Test: twice}, "class 1 (1) has 3 images, expected 2"},
		{right, Dataset{Train: twice, Test: images}, "class 1 (1) has 3 images, expected 2"},
		{other, Dataset{Train: images, Test: images}, "channel 2 has mean"},
	} {
		if err := test.check(&test.set); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
}
