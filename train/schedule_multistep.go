package train

import (
	"errors"
	"math"
	"strings"
)

func init() { schedules.Register("multistep", parseMultiStep) }

// MultiStep multiplies the learning rate by Gamma at each milestone:
//
//	Gamma^n  with n the number of milestones ≤ t
//
// at step t, in iterations, as OpenLTH counts them.
type MultiStep struct {
	Milestones []Length
	Gamma      float64 // 0 means 0.1
}

// Factor counts the milestones that have been reached.
func (m MultiStep) Factor(iteration int, c Clock) float64 {
	reached := 0
	for _, milestone := range m.Milestones {
		if milestone.Iterations(c.PerEpoch) <= iteration {
			reached++
		}
	}
	return math.Pow(m.gamma(), float64(reached))
}

func (m MultiStep) gamma() float64 {
	if m.Gamma == 0 {
		return 0.1
	}
	return m.Gamma
}

// String is as "multistep(80ep,120ep;0.1)".
func (m MultiStep) String() string {
	milestones := make([]string, len(m.Milestones))
	for i, milestone := range m.Milestones {
		milestones[i] = milestone.String()
	}
	return "multistep(" + strings.Join(milestones, ",") + ";" + number(m.gamma()) + ")"
}

func parseMultiStep(arguments string) (Schedule, error) {
	milestones, gamma, hasGamma := strings.Cut(arguments, ";")
	schedule := MultiStep{Gamma: 0.1}
	if milestones == "" {
		return nil, errors.New("multistep needs milestones, as in multistep(80ep,120ep;0.1)")
	}
	for text := range strings.SplitSeq(milestones, ",") {
		milestone, err := ParseLength(text)
		if err != nil {
			return nil, err
		}
		schedule.Milestones = append(schedule.Milestones, milestone)
	}
	if hasGamma {
		parsed, err := parsePositive(gamma)
		if err != nil {
			return nil, err
		}
		schedule.Gamma = parsed
	}
	return schedule, nil
}
