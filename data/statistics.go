package data

import "math"

// Statistics returns the mean and the standard deviation (of the population) of
// pixel/maximum in each channel. They are computed from sums of integers, so they
// are exact to the last division and do not depend on the order of the images.
func (d *Images) Statistics() (mean, deviation []float64) {
	channels := d.Channels()
	sums, squares := make([]uint64, channels), make([]uint64, channels)
	for i := range d.Len() {
		for at, pixel := range d.at(i) {
			value := uint64(pixel)
			sums[at%channels] += value
			squares[at%channels] += value * value
		}
	}
	count := float64(d.Len() * d.Height() * d.Width())
	mean, deviation = make([]float64, channels), make([]float64, channels)
	for c := range channels {
		average := float64(sums[c]) / count
		variance := float64(squares[c])/count - average*average
		mean[c] = average / float64(d.Maximum())
		deviation[c] = math.Sqrt(variance) / float64(d.Maximum())
	}
	return mean, deviation
}

// Normalisation returns the mean and deviation of these images, as Statistics
// computes them.
func (d *Images) Normalisation() Normalisation {
	mean, deviation := d.Statistics()
	n := Normalisation{Mean: make([]float32, len(mean)), Deviation: make([]float32, len(mean))}
	for c := range mean {
		n.Mean[c], n.Deviation[c] = float32(mean[c]), float32(deviation[c])
	}
	return n
}
