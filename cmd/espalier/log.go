package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
)

// log is what packages report to that have something to say beside results and errors.
func (t *terminal) log() *slog.Logger { return slog.New(&plainLog{w: t.err, mu: new(sync.Mutex)}) }

// plainLog writes each record as a line for people, who are there and need no time: the
// message, the attributes in brackets, and last the attribute "problem", an error.
type plainLog struct {
	w          io.Writer
	mu         *sync.Mutex
	attributes []slog.Attr
}

// Enabled reports whether a level is written, which are all but those for debugging.
func (l *plainLog) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle writes a record.
func (l *plainLog) Handle(_ context.Context, record slog.Record) error {
	line := "espalier: "
	if record.Level >= slog.LevelWarn {
		line += "warning: "
	}
	line += record.Message
	var details []string
	problem := ""
	collect := func(a slog.Attr) bool {
		if a.Key == "problem" {
			problem = ": " + a.Value.String()
		} else {
			details = append(details, a.Key+" "+a.Value.String())
		}
		return true
	}
	for _, a := range l.attributes {
		collect(a)
	}
	record.Attrs(collect)
	if len(details) > 0 {
		line += " (" + strings.Join(details, ", ") + ")"
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := fmt.Fprintln(l.w, strings.ReplaceAll(line+problem, "\n", "; "))
	return err
}

// WithAttrs returns a log that adds attributes to each record.
func (l *plainLog) WithAttrs(attributes []slog.Attr) slog.Handler {
	return &plainLog{l.w, l.mu, append(l.attributes[:len(l.attributes):len(l.attributes)], attributes...)}
}

// WithGroup returns the log itself: names of groups mean nothing to people.
func (l *plainLog) WithGroup(string) slog.Handler { return l }
