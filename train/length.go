package train

import (
	"cmp"
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// Length is a stretch of training: some epochs and then some iterations, written
// "160ep", "500it" or "2ep50it". How many iterations that is depends on how many an
// epoch has. The zero value is no training, written "0it".
type Length struct {
	epochs, iterations int
}

// Epochs is the length of n passes over the data. A negative n counts as 0.
func Epochs(n int) Length { return Length{epochs: max(n, 0)} }

// Iterations is the length of n steps of the optimizer. A negative n counts as 0.
func Iterations(n int) Length { return Length{iterations: max(n, 0)} }

var lengthPattern = regexp.MustCompile(`^(?:(0|[1-9][0-9]*)ep)?(?:(0|[1-9][0-9]*)it)?$`)

// ParseLength reads a length as String writes it. Spaces, signs, fractions,
// leading zeros and other units are errors.
func ParseLength(text string) (Length, error) {
	parts := lengthPattern.FindStringSubmatch(text)
	if parts == nil || text == "" {
		return Length{}, fmt.Errorf("length %q: write it as 160ep, 500it or 2ep50it", text)
	}
	var length Length
	for i, to := range []*int{&length.epochs, &length.iterations} {
		if parts[i+1] == "" {
			continue
		}
		n, err := strconv.ParseInt(parts[i+1], 10, 32)
		if err != nil {
			return Length{}, fmt.Errorf("length %q: %s is more than %d", text, parts[i+1], math.MaxInt32)
		}
		*to = int(n)
	}
	return length, nil
}

// String writes the length in its one canonical form, which ParseLength reads.
func (l Length) String() string {
	switch {
	case l.epochs == 0:
		return fmt.Sprintf("%dit", l.iterations)
	case l.iterations == 0:
		return fmt.Sprintf("%dep", l.epochs)
	}
	return fmt.Sprintf("%dep%dit", l.epochs, l.iterations)
}

// MarshalText is String, for JSON and flags.
func (l Length) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText is ParseLength, for JSON and flags.
func (l *Length) UnmarshalText(text []byte) error {
	parsed, err := ParseLength(string(text))
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}

// IsZero reports whether the length is no training at all.
func (l Length) IsZero() bool { return l == Length{} }

// Iterations is the length in iterations if an epoch has so many.
func (l Length) Iterations(perEpoch int) int { return l.epochs*perEpoch + l.iterations }

// Compare returns −1, 0 or +1 as l is shorter than, as long as, or longer than other if
// an epoch has so many iterations.
func (l Length) Compare(other Length, perEpoch int) int {
	return cmp.Compare(l.Iterations(perEpoch), other.Iterations(perEpoch))
}
