package train

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"espalier/internal/registry"
)

// Clock tells a schedule how long training is, in iterations.
type Clock struct {
	PerEpoch int // iterations in an epoch
	Total    int // iterations in the whole training, what was skipped by Options.Start included
}

// Schedule is how the learning rate changes during training: the rate of an iteration
// is the optimizer's times Factor. A nil Schedule is Constant.
type Schedule interface {
	// Factor belongs to the step with this index, counted from 0.
	Factor(iteration int, c Clock) float64
	// String writes the schedule as ParseSchedule reads it.
	String() string
}

// schedules has the parser of each schedule by its name, for the text between its
// parentheses.
var schedules = registry.New[func(arguments string) (Schedule, error)]("schedule")

// ParseSchedule reads a schedule as its String method writes it:
//
//	constant
//	multistep(80ep,120ep;0.1)     milestones; what the rate is multiplied by at each
//	steps(1ep:10,60ep:0.2)        milestones, each with what it multiplies the rate by
//	cosine
//	onecycle(0.3;25;10000)        or onecycle: PyTorch's defaults, which these are
//	warmup(5ep)*cosine            a linear warm-up in front of another schedule
func ParseSchedule(text string) (Schedule, error) {
	schedule, err := parseSchedule(text)
	if err != nil {
		return nil, fmt.Errorf("schedule %q: %w", text, err)
	}
	return schedule, nil
}

func parseSchedule(text string) (Schedule, error) {
	first, rest, product := strings.Cut(text, "*")
	name, arguments, hasArguments := strings.Cut(first, "(")
	if hasArguments {
		inner, closed := strings.CutSuffix(arguments, ")")
		if !closed {
			return nil, fmt.Errorf("%s( is not closed", name)
		}
		arguments = inner
	}
	parse, err := schedules.Lookup(name)
	if err != nil {
		return nil, err
	}
	schedule, err := parse(arguments)
	if err != nil || !product {
		return schedule, err
	}
	warmUp, ok := schedule.(WarmUp)
	if !ok {
		return nil, fmt.Errorf("only warmup can be multiplied, not %s", name)
	}
	warmUp.Then, err = parseSchedule(rest)
	return warmUp, err
}

// noArguments makes the parser of a schedule that has no parameters.
func noArguments(schedule Schedule) func(string) (Schedule, error) {
	return func(arguments string) (Schedule, error) {
		if arguments != "" {
			return nil, fmt.Errorf("%s takes no parameters", schedule)
		}
		return schedule, nil
	}
}

// parsePositive reads a finite number above 0.
func parsePositive(text string) (float64, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err != nil || !(x > 0) || math.IsInf(x, 1) {
		return 0, fmt.Errorf("%q is not a positive number", text)
	}
	return x, nil
}

// number writes a float64 so that it is read back with the same bits.
func number(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }
