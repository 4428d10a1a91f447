package data

import (
	"math"
	"testing"
)

func TestStatisticsByHand(t *testing.T) {
	d := Description{Height: 1, Width: 2, Channels: 2, Maximum: 10, Classes: []string{"a"}}
	images, err := NewImages(d, []uint8{0, 1, 10, 3, 0, 5, 10, 7}, []uint8{0, 0})
	if err != nil {
		t.Fatal(err)
	}
	mean, deviation := images.Statistics()
	// Channel 0 has 0, 10, 0, 10 and channel 1 has 1, 3, 5, 7; both over 10.
	wantMean, wantDeviation := []float64{0.5, 0.4}, []float64{0.5, math.Sqrt(5) / 10}
	for c := range 2 {
		if math.Abs(mean[c]-wantMean[c]) > 1e-15 || math.Abs(deviation[c]-wantDeviation[c]) > 1e-15 {
			t.Errorf("channel %d: %g ± %g, want %g ± %g", c, mean[c], deviation[c], wantMean[c], wantDeviation[c])
		}
	}
}

func TestNormalisedImagesHaveMeanZeroAndDeviationOne(t *testing.T) {
	images := sample(t, 200, 5, 5, 3, 10)
	sums, squares := make([]float64, 3), make([]float64, 3)
	batches := Batches{Images: images, Size: 64, Normalisation: images.Normalisation()}
	for batch, err := range batches.Epoch(t.Context(), 0, 0) {
		if err != nil {
			t.Fatal(err)
		}
		for at, value := range batch.Images {
			sums[at%3] += float64(value)
			squares[at%3] += float64(value) * float64(value)
		}
	}
	count := float64(200 * 5 * 5)
	for c := range 3 {
		if math.Abs(sums[c]/count) > 1e-6 || math.Abs(squares[c]/count-1) > 1e-6 {
			t.Errorf("channel %d: mean %g, mean square %g", c, sums[c]/count, squares[c]/count)
		}
	}
}
