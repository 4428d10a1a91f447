package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"espalier/backend"
	"espalier/data"
	"espalier/kernels"
)

// The exit statuses.
const (
	statusDone = iota
	statusFailed
	statusUsage
	statusMissing
)

// complain tells an error in one line and returns the exit status that it stands
// for.
func complain(w io.Writer, err error) int {
	if err == nil {
		return statusDone
	}
	// Nothing can be done where even standard error cannot be written.
	_, _ = fmt.Fprintln(w, "espalier: "+message(err))
	return statusOf(err)
}

// message is the error's text in one line, but for that of a notebook's cell, whose
// own lines follow.
func message(err error) string {
	var cell *kernels.CellError
	if errors.As(err, &cell) {
		return err.Error()
	}
	text := err.Error()
	if errors.Is(err, context.Canceled) {
		text = strings.Replace(text, context.Canceled.Error(), "interrupted", 1)
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "; ")
}

func statusOf(err error) int {
	var (
		missing        interface{ Missing() }
		missingData    *data.MissingError
		missingKernel  *kernels.MissingError
		usage          interface{ Usage() }
		unknownData    *data.UnknownError
		unknownBackend *backend.UnknownError
	)
	switch {
	case errors.As(err, &missing), errors.As(err, &missingData), errors.As(err, &missingKernel):
		return statusMissing
	case errors.As(err, &usage), errors.As(err, &unknownData), errors.As(err, &unknownBackend):
		return statusUsage
	default:
		return statusFailed
	}
}
