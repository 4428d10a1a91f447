package experiments

import (
	"fmt"
	"strings"
)

// Scale says how much of an experiment is run.
type Scale string

// The scales. Smoke takes seconds and proves that it works; Bench takes minutes to
// hours on two cores and its result means something; Paper is the published
// protocol to the letter.
const (
	Smoke Scale = "smoke"
	Bench Scale = "bench"
	Paper Scale = "paper"
)

// Scales lists the scales, the cheapest first.
func Scales() []Scale { return []Scale{Smoke, Bench, Paper} }

// ParseScale reads the name of a scale.
func ParseScale(text string) (Scale, error) {
	names := make([]string, 0, len(Scales()))
	for _, scale := range Scales() {
		if string(scale) == text {
			return scale, nil
		}
		names = append(names, string(scale))
	}
	return "", &UsageError{fmt.Sprintf("no scale is called %q: there are %s", text, strings.Join(names, ", "))}
}
