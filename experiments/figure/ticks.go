package figure

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"

	"espalier/internal/numerals"
)

// linearTicks are round values, about n of them, from lo to hi.
func linearTicks(lo, hi float64, n int) plot.ConstantTicks {
	step := roundStep((hi - lo) / float64(n))
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
// between them. Where fewer than two of them would have a label, the small ones have
// labels too, and where even these are too few, round values take their place.
func logTicks(lo, hi float64) plot.ConstantTicks {
	ticks, labelled := decadeTicks(lo, hi)
	switch {
	case labelled >= 2:
		return ticks
	case len(ticks) < 2:
		return linearTicks(lo, hi, 3)
	}
	for i := range ticks {
		ticks[i].Label = logLabel(ticks[i].Value)
	}
	return ticks
}

// decadeTicks are the multiples of the powers of ten between lo and hi, of which those by
// 1, 2 and 5 have a label, and the number of these.
func decadeTicks(lo, hi float64) (ticks plot.ConstantTicks, labelled int) {
	for exponent := math.Floor(math.Log10(lo)); exponent <= math.Ceil(math.Log10(hi)); exponent++ {
		for factor := 1.0; factor < 10; factor++ {
			value := factor * math.Pow(10, exponent)
			if value < lo*(1-1e-9) || value > hi*(1+1e-9) {
				continue
			}
			tick := plot.Tick{Value: value}
			if factor == 1 || factor == 2 || factor == 5 {
				tick.Label = logLabel(value)
				labelled++
			}
			ticks = append(ticks, tick)
		}
	}
	return ticks, labelled
}

func logLabel(value float64) string { return strconv.FormatFloat(value, 'g', 6, 64) }
