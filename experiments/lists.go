package experiments

import (
	"slices"
	"strconv"
	"strings"

	"espalier/train"
)

// fractions are numbers above 0 and below 1 as a hyper-parameter, each once.
type fractions []float64

// MarshalText writes the numbers with commas between.
func (f fractions) MarshalText() ([]byte, error) {
	return listText(f, shortest), nil
}

// UnmarshalText reads what MarshalText writes.
func (f *fractions) UnmarshalText(text []byte) error {
	return readList(f, text, func(part string) (float64, error) {
		x, err := strconv.ParseFloat(part, 64)
		if err != nil || !(x > 0 && x < 1) {
			return 0, errExpected
		}
		return x, nil
	})
}

// amounts are what a thinning is asked for as a hyper-parameter, each once.
type amounts []string

// MarshalText writes the amounts with commas between.
func (a amounts) MarshalText() ([]byte, error) {
	return listText(a, func(s string) string { return s }), nil
}

// UnmarshalText reads what MarshalText writes.
func (a *amounts) UnmarshalText(text []byte) error {
	return readList(a, text, func(part string) (string, error) {
		if part == "" {
			return "", errExpected
		}
		return part, nil
	})
}

// moments are lengths as a hyper-parameter, each once.
type moments []train.Length

// MarshalText writes the lengths with commas between.
func (m moments) MarshalText() ([]byte, error) { return listText(m, train.Length.String), nil }

// UnmarshalText reads what MarshalText writes.
func (m *moments) UnmarshalText(text []byte) error { return readList(m, text, train.ParseLength) }

// shortest is the shortest text of a number that reads back as the same.
func shortest(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

func listText[T any](list []T, write func(T) string) []byte {
	parts := make([]string, len(list))
	for i, x := range list {
		parts[i] = write(x)
	}
	return []byte(strings.Join(parts, ","))
}

// splitList reads a list with commas between.
func splitList[L ~[]T, T any](to *L, text []byte, read func(string) (T, error)) error {
	var list L
	for part := range strings.SplitSeq(string(text), ",") {
		x, err := read(strings.TrimSpace(part))
		if err != nil {
			return err
		}
		list = append(list, x)
	}
	*to = list
	return nil
}

// readList reads a list with commas between, in which nothing comes twice.
func readList[L ~[]T, T comparable](to *L, text []byte, read func(string) (T, error)) error {
	var list L
	if err := splitList(&list, text, read); err != nil {
		return err
	}
	for i, x := range list {
		if slices.Contains(list[:i], x) {
			return errExpected
		}
	}
	*to = list
	return nil
}
