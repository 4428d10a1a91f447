package train

import (
	"cmp"
	"fmt"
	"math"
	"strings"
)

func init() { schedules.Register("onecycle", parseOneCycle) }

// OneCycle raises the learning rate and then lowers it far below its initial value,
// both along half a cosine (Smith and Topin, Super-Convergence, 2018). It equals
// PyTorch's OneCycleLR with anneal_strategy "cos" and cycle_momentum off; the
// optimizer's rate is its max_lr. With T steps the rate is highest at step Rise·T − 1.
type OneCycle struct {
	Rise  float64 // share of the steps in which the rate rises, below 1; 0 means 0.3
	Start float64 // the first rate is the highest divided by Start; 0 means 25
	Final float64 // the last rate is the first divided by Final; 0 means 1e4
}

// Factor is 1 at the peak.
func (o OneCycle) Factor(iteration int, c Clock) float64 {
	o = o.withDefaults()
	step, first := float64(iteration), 1/o.Start
	peak := o.Rise*float64(c.Total) - 1
	switch {
	case step == peak:
		return 1
	case step < peak:
		return anneal(first, 1, step/peak)
	}
	return anneal(1, first/o.Final, (step-peak)/(float64(c.Total-1)-peak))
}

// anneal goes from start to end along half a cosine as t goes from 0 to 1.
func anneal(start, end, t float64) float64 {
	return end + (start-end)/2*(1+math.Cos(math.Pi*t))
}

func (o OneCycle) withDefaults() OneCycle {
	return OneCycle{
		Rise:  cmp.Or(o.Rise, 0.3),
		Start: cmp.Or(o.Start, 25),
		Final: cmp.Or(o.Final, 1e4),
	}
}

// String is "onecycle", or as in "onecycle(0.2;10;100)" if a parameter is not at its
// default.
func (o OneCycle) String() string {
	o = o.withDefaults()
	if o == (OneCycle{}).withDefaults() {
		return "onecycle"
	}
	return "onecycle(" + number(o.Rise) + ";" + number(o.Start) + ";" + number(o.Final) + ")"
}

func parseOneCycle(arguments string) (Schedule, error) {
	schedule := OneCycle{}.withDefaults()
	if arguments == "" {
		return schedule, nil
	}
	parts := strings.Split(arguments, ";")
	if len(parts) != 3 {
		return nil, fmt.Errorf("onecycle has %d parameters, want 3 as in onecycle(0.3;25;10000)", len(parts))
	}
	for i, to := range []*float64{&schedule.Rise, &schedule.Start, &schedule.Final} {
		value, err := parsePositive(parts[i])
		if err != nil {
			return nil, err
		}
		*to = value
	}
	if schedule.Rise >= 1 {
		return nil, fmt.Errorf("onecycle rises for %s of the steps, but that is a share below 1", parts[0])
	}
	return schedule, nil
}
