package experiments

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// unknown is the error for a name that is none of those there are. It lists the
// names that are near, or all where none is.
func unknown(kind, name string, names []string) error {
	near := near(name, names)
	if len(near) > 0 {
		return &UsageError{fmt.Sprintf("no %s is called %q; did you mean %s?", kind, name, strings.Join(near, " or "))}
	}
	return &UsageError{fmt.Sprintf("no %s is called %q: there are %s", kind, name, strings.Join(names, ", "))}
}

// near returns the names that a slip of the keyboard or half a word away from
// name could have been, the nearest first.
func near(name string, names []string) []string {
	type candidate struct {
		name     string
		distance int
	}
	var candidates []candidate
	for _, n := range names {
		d := distance(strings.ToLower(name), strings.ToLower(n))
		if d <= 1+len(name)/3 || name != "" && strings.Contains(n, name) {
			candidates = append(candidates, candidate{n, d})
		}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	var found []string
	for _, c := range candidates[:min(3, len(candidates))] {
		found = append(found, c.name)
	}
	return found
}

// distance is Levenshtein's: the least number of letters to insert, delete or
// replace to make one word of the other.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
