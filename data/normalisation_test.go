package data

import (
	"math"
	"strings"
	"testing"
)

func TestNormalisationFormula(t *testing.T) {
	n := Normalisation{Mean: []float32{0.5, 0.25}, Deviation: []float32{0.5, 2}}
	for _, test := range []struct {
		n       Normalisation
		pixel   int
		maximum int
		channel int
		want    float32
	}{
		{Normalisation{}, 0, 255, 0, 0},
		{Normalisation{}, 255, 255, 1, 1},
		{Normalisation{}, 4, 16, 0, 0.25},
		{n, 0, 255, 0, -1},
		{n, 16, 16, 0, 1},
		{n, 16, 16, 1, 0.375},
	} {
		if got := test.n.table(test.maximum, 2)[test.channel][test.pixel]; got != test.want {
			t.Errorf("%v of %d/%d in channel %d is %g, want %g", test.n, test.pixel, test.maximum, test.channel, got, test.want)
		}
	}
}

func TestNormalisationRefuses(t *testing.T) {
	nan := float32(math.NaN())
	for _, test := range []struct {
		n    Normalisation
		want string
	}{
		{Normalisation{Mean: []float32{0}, Deviation: []float32{1}}, "1 means and 1 deviations, but the images have 2 channels"},
		{Normalisation{Mean: []float32{0, 0}}, "2 means and 0 deviations"},
		{Normalisation{Mean: []float32{0, 0}, Deviation: []float32{1, 0}}, "deviation 0 in channel 1"},
		{Normalisation{Mean: []float32{0, 0}, Deviation: []float32{nan, 1}}, "deviation NaN in channel 0"},
		{Normalisation{Mean: []float32{nan, 0}, Deviation: []float32{1, 1}}, "mean NaN in channel 0"},
	} {
		if err := test.n.validate(2); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error %v, want %q", err, test.want)
		}
	}
}
