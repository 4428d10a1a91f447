package main

import (
	"bytes"
	"errors"
	"testing"
)

func TestLogIsPlain(t *testing.T) {
	var out bytes.Buffer
	log := (&terminal{err: &out}).log()
	log.Debug("nobody wants to know")
	log.Info("waiting for another process", "cell", "lth/tickets smoke digits")
	log.With("folder", "runs").Warn("a damaged file is passed over", "problem", errors.New("it is\nshort"), "file", "a")
	const want = "espalier: waiting for another process (cell lth/tickets smoke digits)\n" +
		"espalier: warning: a damaged file is passed over (folder runs, file a): it is; short\n"
	if out.String() != want {
		t.Errorf("logged\n%s, want\n%s", out.String(), want)
	}
}
