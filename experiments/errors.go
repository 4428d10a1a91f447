package experiments

import (
	"fmt"
	"slices"
	"strings"

	"espalier/data"
	"espalier/internal/registry"
)

// UsageError says that the caller asked for something that does not exist or is
// invalid, such as an unknown experiment or a bad value of a hyper-parameter. It is one
// line.
type UsageError struct{ Message string }

// Error is the message.
func (e *UsageError) Error() string { return e.Message }

// Usage marks the error as the caller's, not the run's.
func (e *UsageError) Usage() {}

// MissingDataError says which data sets of a run are missing on this machine; cells on
// the others have been run.
type MissingDataError struct {
	Sets []*data.MissingError // each of them once

	cells   map[int]bool // that could not be run
	planned int          // cells, those included
}

// Error says in one line how many cells were run, and how to get what the others need.
func (e *MissingDataError) Error() string {
	texts := make([]string, len(e.Sets))
	for i, set := range e.Sets {
		texts[i] = set.Error()
	}
	return fmt.Sprintf("%d of %d cells are finished, the others need what is not here: %s",
		e.planned-len(e.cells), e.planned, strings.Join(texts, "; "))
}

// Unwrap returns the errors of the sets.
func (e *MissingDataError) Unwrap() []error {
	errs := make([]error, len(e.Sets))
	for i, set := range e.Sets {
		errs[i] = set
	}
	return errs
}

// add counts a cell whose data is missing.
func (e *MissingDataError) add(cell int, missing *data.MissingError) {
	e.cells[cell] = true
	if !slices.ContainsFunc(e.Sets, func(m *data.MissingError) bool { return m.Error() == missing.Error() }) {
		e.Sets = append(e.Sets, missing)
	}
}

// orNil is the error if anything is missing.
func (e *MissingDataError) orNil() error {
	if len(e.Sets) == 0 {
		return nil
	}
	return e
}

// unknown is the error for a name that is not among the names of a kind.
func unknown(kind, name string, names []string) error {
	return &UsageError{registry.Unknown(kind, name, names).Error()}
}
