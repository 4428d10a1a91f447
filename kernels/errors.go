package kernels

import (
	"errors"
	"fmt"
	"strings"
)

// Causes of a CellError or of Run's own error, for errors.Is.
var (
	// ErrTimeout says that a cell ran longer than RunOptions.CellTimeout.
	ErrTimeout = errors.New("ran out of time")
	// ErrKernelDied says that the kernel's process ended without being asked to.
	ErrKernelDied = errors.New("the kernel died")
	// ErrOutputLimit says that a cell wrote more than RunOptions.OutputLimit.
	ErrOutputLimit = errors.New("wrote too much output")
)

// MissingError says that something is not on this machine, and how to get it. The command
// line then exits with status 3.
type MissingError struct {
	What string // what is missing: "goimports in .lab/bin"
	How  string // what to do: "run `make tools`"
}

// Error says both on one line.
func (e *MissingError) Error() string {
	return fmt.Sprintf("missing %s: %s", e.What, e.How)
}

// CellError says which cell of a notebook failed, and why.
type CellError struct {
	Notebook string // its path
	Number   int    // the cell is In [Number] of the executed notebook
	Line     string // the cell's FirstLine
	Text     string // the error as the kernel put it: compiler messages, a panic, an exit status
	Err      error  // the cause if it was not the cell's own program: ErrTimeout, ErrKernelDied, ...
}

// Error begins with one line that says where and what; more lines of the kernel's
// text follow indented.
func (e *CellError) Error() string {
	text := e.Text
	if e.Err != nil {
		text = e.Err.Error()
		if e.Text != "" {
			text += "\n" + e.Text
		}
	}
	text = strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n\t")
	return fmt.Sprintf("%s: cell %d (%s): %s", e.Notebook, e.Number, e.Line, text)
}

// Unwrap returns the cause.
func (e *CellError) Unwrap() error { return e.Err }
