package data

import (
	"fmt"
	"math"
)

// Normalisation shifts and scales every channel c of an image:
//
//	(pixel/maximum − Mean[c]) / Deviation[c]
//
// The zero value leaves pixel/maximum, between 0 and 1.
type Normalisation struct {
	Mean, Deviation []float32
}

// validate tells whether n fits images with so many channels.
func (n Normalisation) validate(channels int) error {
	if len(n.Mean) == 0 && len(n.Deviation) == 0 {
		return nil
	}
	if len(n.Mean) != channels || len(n.Deviation) != channels {
		return fmt.Errorf("normalisation has %d means and %d deviations, but the images have %d channels",
			len(n.Mean), len(n.Deviation), channels)
	}
	for c, deviation := range n.Deviation {
		if !(deviation > 0) || math.IsInf(float64(deviation), 1) {
			return fmt.Errorf("normalisation has deviation %g in channel %d; it must be positive and finite", deviation, c)
		}
		if mean := float64(n.Mean[c]); math.IsNaN(mean) || math.IsInf(mean, 0) {
			return fmt.Errorf("normalisation has mean %g in channel %d; it must be finite", mean, c)
		}
	}
	return nil
}

// normalise returns the normalised value of a pixel, which rotation may have made
// a fraction.
func (n Normalisation) normalise(pixel float64, maximum, channel int) float32 {
	value := pixel / float64(maximum)
	if len(n.Mean) == 0 {
		return float32(value)
	}
	return float32((value - float64(n.Mean[channel])) / float64(n.Deviation[channel]))
}

// table lists the normalised value of every pixel value, for each channel.
func (n Normalisation) table(maximum, channels int) [][math.MaxUint8 + 1]float32 {
	table := make([][math.MaxUint8 + 1]float32, channels)
	for c := range table {
		for pixel := range table[c] {
			table[c][pixel] = n.normalise(float64(pixel), maximum, c)
		}
	}
	return table
}
