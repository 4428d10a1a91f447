package lth

import "espalier/train"

// firstPart is the schedule of a training that is the first part of a longer one, with
// the learning rates of the longer one.
type firstPart struct {
	whole train.Options
}

// Factor is the factor at this point of the whole training.
func (s firstPart) Factor(iteration int, c train.Clock) float64 {
	if s.whole.Schedule == nil {
		return train.Constant{}.Factor(iteration, c)
	}
	c.Total = s.whole.Length.Iterations(c.PerEpoch)
	return s.whole.Schedule.Factor(iteration, c)
}

// String names the schedule and the length of the whole training.
func (s firstPart) String() string {
	if s.whole.Schedule == nil {
		return train.Constant{}.String()
	}
	return s.whole.Schedule.String() + " of " + s.whole.Length.String()
}
