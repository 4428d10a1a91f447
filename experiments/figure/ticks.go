package figure

import (
	"math"
	"slices"

	"gonum.org/v1/plot"

	"espalier/internal/numerals"
)

// linearTicks are round values, about n of them, from lo to hi.
func linearTicks(lo, hi float64, n int) plot.ConstantTicks {
	return ticksBy(roundStep((hi-lo)/float64(n)), lo, hi)
}

// wholeTicks are linearTicks at whole numbers alone.
func wholeTicks(lo, hi float64, n int) plot.ConstantTicks {
	return ticksBy(max(1, roundStep((hi-lo)/float64(n))), lo, hi)
}

// ticksBy are the multiples of a round step from lo to hi.
func ticksBy(step, lo, hi float64) plot.ConstantTicks {
	decimals := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var ticks plot.ConstantTicks
	for k := math.Ceil(lo/step - 1e-9); k*step <= hi+1e-9*step; k++ {
		ticks = append(ticks, plot.Tick{Value: k * step, Label: numerals.Fixed(k*step, decimals)})
	}
	return ticks
}

// roundStep is 1, 2 or 5 times a power of ten, whichever is nearest to step in
// proportion.
func roundStep(step float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(step)))
	round := power
	for _, factor := range []float64{2, 5, 10} {
		if math.Abs(math.Log(factor*power/step)) < math.Abs(math.Log(round/step)) {
			round = factor * power
		}
	}
	return round
}

// logFloor is the labelled tick of a logarithmic axis at or at most a tenth below lo, or
// lo itself if there is none.
func logFloor(lo float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(lo)))
	for _, factor := range []float64{5, 2, 1} {
		if tick := factor * power; tick <= lo && tick >= 0.9*lo {
			return tick
		}
	}
	return lo
}

// logTicks are 1, 2 and 5 times the powers of ten between lo and hi, and small ones
// between them. Where fewer than three of them would have a label, 3 and 7 times the
// powers of ten have labels too, and where these are too few, round values take their
// place.
func logTicks(lo, hi float64) plot.ConstantTicks {
	ticks, labelled := decadeTicks(lo, hi, 1, 2, 5)
	if labelled >= 3 {
		return ticks
	}
	if ticks, labelled = decadeTicks(lo, hi, 1, 2, 3, 5, 7); labelled >= 3 {
		return ticks
	}
	return linearTicks(lo, hi, 3)
}

// decadeTicks are the multiples of the powers of ten between lo and hi, of which those by
// some factors have a label, and the number of these.
func decadeTicks(lo, hi float64, factors ...float64) (ticks plot.ConstantTicks, labelled int) {
	for exponent := math.Floor(math.Log10(lo)); exponent <= math.Ceil(math.Log10(hi)); exponent++ {
		for factor := 1.0; factor < 10; factor++ {
			value := factor * math.Pow(10, exponent)
			if value < lo*(1-1e-9) || value > hi*(1+1e-9) {
				continue
			}
			tick := plot.Tick{Value: value}
			if slices.Contains(factors, factor) {
				tick.Label = numerals.Fixed(value, max(0, -int(exponent)))
				labelled++
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks, labelled
}
