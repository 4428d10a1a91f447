package train

import "errors"

func init() { schedules.Register("warmup", parseWarmUp) }

// WarmUp raises the learning rate linearly from 0 while another schedule runs:
//
//	min(1, t/Length) · Then(t)
//
// at step t, in iterations, as OpenLTH does; so the first step has rate 0.
type WarmUp struct {
	Length Length
	Then   Schedule // nil means Constant
}

// Factor is a product of two.
func (w WarmUp) Factor(iteration int, c Clock) float64 {
	factor := w.then().Factor(iteration, c)
	if length := w.Length.Iterations(c.PerEpoch); iteration < length {
		factor *= float64(iteration) / float64(length)
	}
	return factor
}

func (w WarmUp) then() Schedule {
	if w.Then == nil {
		return Constant{}
	}
	return w.Then
}

// String is as "warmup(5ep)*cosine".
func (w WarmUp) String() string {
	text := "warmup(" + w.Length.String() + ")"
	if then := w.then(); then != (Constant{}) {
		text += "*" + then.String()
	}
	return text
}

func parseWarmUp(arguments string) (Schedule, error) {
	if arguments == "" {
		return nil, errors.New("warmup needs a length, as in warmup(5ep)")
	}
	length, err := ParseLength(arguments)
	return WarmUp{Length: length}, err
}
