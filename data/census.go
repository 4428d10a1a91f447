package data

import (
	"fmt"
	"math"
)

// census is what is known of a balanced set whatever the order of its images: every
// class has equally many images, and the training images have a known mean and
// deviation in each channel.
type census struct {
	mean, deviation []float64
	tolerance       float64
}

func (c census) check(set *Dataset) error {
	for _, images := range []*Images{set.Train, set.Test} {
		counts := images.Counts()
		for class, count := range counts {
			if want := images.Len() / len(counts); count != want {
				return fmt.Errorf("%s: class %d (%s) has %d images, expected %d",
					images.Name(), class, images.description.Classes[class], count, want)
			}
		}
	}
	mean, deviation := set.Train.Statistics()
	for channel := range mean {
		if !c.near(mean[channel], c.mean[channel]) || !c.near(deviation[channel], c.deviation[channel]) {
			return fmt.Errorf("%s: channel %d has mean %.8f and deviation %.8f, expected %.8f and %.8f",
				set.Train.Name(), channel, mean[channel], deviation[channel], c.mean[channel], c.deviation[channel])
		}
	}
	return nil
}

func (c census) near(a, b float64) bool { return math.Abs(a-b) <= c.tolerance }
