package registry

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Unknown is the error for a name that is not among the names of a kind. It suggests
// similar names, or lists all if there are none.
func Unknown(kind, name string, names []string) error {
	if near := Near(name, names); len(near) > 0 {
		return fmt.Errorf("no %s is called %q; did you mean %s?", kind, name, either(near))
	}
	return fmt.Errorf("no %s is called %q: there are %s", kind, name, strings.Join(names, ", "))
}

// either joins names, as in "a, b or c".
func either(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// Near returns up to three names that differ from a name by a slip of the keyboard or
// contain it, the nearest first.
func Near(name string, names []string) []string {
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
