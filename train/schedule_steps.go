package train

import (
	"errors"
	"fmt"
	"strings"
)

func init() { schedules.Register("steps", parseSteps) }

// Steps multiplies the learning rate at each milestone by a factor of its own: at step
// t by the product of the factors of the milestones ≤ t.
type Steps []Step

// Step is a milestone and what the learning rate is multiplied by there.
type Step struct {
	At     Length
	Factor float64
}

// Factor is the product of the factors of the milestones that have been reached.
func (s Steps) Factor(iteration int, c Clock) float64 {
	factor := 1.0
	for _, step := range s {
		if step.At.Iterations(c.PerEpoch) <= iteration {
			factor *= step.Factor
		}
	}
	return factor
}

// String is as "steps(1ep:10,60ep:0.2)".
func (s Steps) String() string {
	texts := make([]string, len(s))
	for i, step := range s {
		texts[i] = step.At.String() + ":" + number(step.Factor)
	}
	return "steps(" + strings.Join(texts, ",") + ")"
}

func parseSteps(arguments string) (Schedule, error) {
	if arguments == "" {
		return nil, errors.New("steps needs milestones, as in steps(1ep:10,60ep:0.2)")
	}
	var steps Steps
	for text := range strings.SplitSeq(arguments, ",") {
		milestone, factor, found := strings.Cut(text, ":")
		if !found {
			return nil, fmt.Errorf("%q is no milestone with its factor, as in 60ep:0.2", text)
		}
		at, err := ParseLength(milestone)
		if err != nil {
			return nil, err
		}
		parsed, err := parsePositive(factor)
		if err != nil {
			return nil, err
		}
		steps = append(steps, Step{at, parsed})
	}
	return steps, nil
}
